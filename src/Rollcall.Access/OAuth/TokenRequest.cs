using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Rollcall.Access.OAuth;

/// <summary>
/// What a client sends to the token endpoint, reduced to what counts. Everything else is ignored (RFC 6749 §3.2), also
/// <c>scope</c> and <c>audience</c>: the client alone tells what its token is for.
/// </summary>
/// <param name="ClientId">The client's id.</param>
/// <param name="ClientSecret">The client's secret.</param>
internal sealed record TokenRequest(string ClientId, string ClientSecret)
{
    /// <summary>The only grant type that is offered.</summary>
    public const string GrantType = "client_credentials";

    /// <summary>The most bytes that a request's body may have.</summary>
    public const int BodyLimit = 64 * 1024;

    private const string SendBoth = "Send the client's id and secret by HTTP Basic, or as client_id and client_secret in the body.";

    /// <summary>Reads a request.</summary>
    /// <exception cref="OAuthException">It is not one for a token.</exception>
    public static async Task<TokenRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Query.ContainsKey("client_secret"))
            throw OAuthException.InvalidRequest("The client secret stands in the URL, where logs keep it. Rotate it, and send the new one by HTTP Basic or in the body.");

        var parameters = await ReadFormAsync(request, cancellationToken);
        CheckGrantType(parameters.GetValueOrDefault("grant_type"));

        // SailPoint's connectors send the credentials by Basic and in the body at once, though RFC 6749 §2.3 has one
        // method per request. What is equal does no harm.
        var (basicId, basicSecret) = ReadBasic(request);
        var id = Same(basicId, parameters.GetValueOrDefault("client_id"), "id");
        var secret = Same(basicSecret, parameters.GetValueOrDefault("client_secret"), "secret");
        if (id is null || secret is null)
            throw OAuthException.InvalidClient($"The client's {(id is null ? "id" : "secret")} is missing. {SendBoth}");
        return new TokenRequest(id, secret);
    }

    /// <summary>The values of this would be the client's secret.</summary>
    public override string ToString() => nameof(TokenRequest);

    private static void CheckGrantType(string? grantType)
    {
        if (grantType is null)
            throw OAuthException.InvalidRequest($"The parameter grant_type is missing. Send grant_type={GrantType} in the body.");
        if (grantType != GrantType)
            throw OAuthException.UnsupportedGrantType($"This grant type is not offered. Send grant_type={GrantType}.");
    }

    private static async Task<Dictionary<string, string>> ReadFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            throw OAuthException.InvalidRequest("The body must be a form: send Content-Type application/x-www-form-urlencoded.");

        // Not HttpRequest.ReadFormAsync, which takes names that differ in case for one.
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        using var form = new FormReader(request.Body, Encoding.UTF8) { KeyLengthLimit = BodyLimit, ValueLengthLimit = BodyLimit };
        while (await form.ReadNextPairAsync(cancellationToken) is { } pair)
        {
            // RFC 6749 §3.2: a parameter without a value counts as omitted.
            if (pair.Value.Length > 0 && !parameters.TryAdd(pair.Key, pair.Value) && !MayRepeat(pair.Key))
                throw OAuthException.InvalidRequest("A parameter is given more than once. Send each once.");
        }
        return parameters;
    }

    // RFC 8693 §2.1 and RFC 8707 §2; neither counts here.
    private static bool MayRepeat(string name) => name is "audience" or "resource";

    private static (string? Id, string? Secret) ReadBasic(HttpRequest request)
    {
        const string Scheme = "Basic ";
        var headers = request.Headers.Authorization;
        if (headers.Count > 1)
            throw OAuthException.InvalidRequest("There is more than one Authorization header. Send one.");
        // Another scheme authenticates no client: it is as if nothing was sent.
        if (headers.Count == 0 || headers[0] is not { } header || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return (null, null);

        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64Chars(header.AsSpan(Scheme.Length).Trim(), bytes, out var written))
            throw OAuthException.InvalidClient("The Authorization header is not Basic with base64 of client id, colon and client secret.");
        var text = Encoding.UTF8.GetString(bytes, 0, written);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            throw OAuthException.InvalidClient("The Authorization header holds no colon between client id and client secret.");
        return (FormDecode(text[..colon]), FormDecode(text[(colon + 1)..]));
    }

    // RFC 6749 §2.3.1: id and secret are form-encoded before they are joined.
    private static string? FormDecode(string text) => text.Length == 0 ? null : Uri.UnescapeDataString(text.Replace('+', ' '));

    private static string? Same(string? basic, string? body, string what)
    {
        if (basic is not null && body is not null && basic != body)
            throw OAuthException.InvalidRequest($"The client's {what} in the Authorization header and the one in the body differ. Send it once.");
        return basic ?? body;
    }
}
