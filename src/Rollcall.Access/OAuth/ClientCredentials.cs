using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Rollcall.Access.OAuth;

/// <summary>What a client shows of itself at an OAuth endpoint: its id, and a secret or a signed assertion.</summary>
/// <param name="ClientId">The id that it says it has.</param>
/// <param name="Secret">Its secret; null where there is an assertion.</param>
/// <param name="Assertion">A JWT that it has signed (RFC 7523 §2.2); null where there is a secret.</param>
internal sealed record ClientCredentials(string ClientId, string? Secret, string? Assertion)
{
    /// <summary>The only type of assertion that is understood.</summary>
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private const string SendBoth = "Send the client's id and secret by HTTP Basic, or as client_id and client_secret in the body, or a client_assertion.";

    /// <summary>Reads them from a request.</summary>
    /// <exception cref="OAuthException">They are missing, malformed, or contradict each other.</exception>
    public static ClientCredentials Read(HttpRequest request, OAuthForm form)
    {
        var (basicId, basicSecret) = ReadBasic(request);
        if (form["client_assertion"] is { } assertion)
            return OfAssertion(form, assertion, isAlone: basicId is null && basicSecret is null && form["client_secret"] is null);
        if (form["client_assertion_type"] is not null)
            throw OAuthException.InvalidRequest("There is a client_assertion_type, but no client_assertion. Send both.");

        // SailPoint's connectors send the credentials by Basic and in the body at once, though RFC 6749 §2.3 has one
        // method per request. What is equal does no harm.
        var id = Same(basicId, form["client_id"], "id");
        var secret = Same(basicSecret, form["client_secret"], "secret");
        if (id is null || secret is null)
            throw OAuthException.InvalidClient($"The client's {(id is null ? "id" : "secret")} is missing. {SendBoth}");
        return new ClientCredentials(id, secret, null);
    }

    /// <summary>The values of this would be the client's secret.</summary>
    public override string ToString() => nameof(ClientCredentials);

    private static ClientCredentials OfAssertion(OAuthForm form, string assertion, bool isAlone)
    {
        if (!isAlone)
            throw OAuthException.InvalidRequest("There is a client_assertion and a secret. Send one of them.");
        if (form["client_assertion_type"] != AssertionType)
            throw OAuthException.InvalidClient($"The client_assertion_type is missing or not known. Send {AssertionType}.");
        // The id is in the assertion (RFC 7523 §3); where it is in the body too, it must be the same (RFC 7521 §4.2).
        if (!TryReadSubject(assertion, out var subject))
            throw OAuthException.InvalidClient("The client_assertion is not a signed JWT whose sub is the client id, or one of its claims has a value of the wrong kind.");
        if (form["client_id"] is { } id && id != subject)
            throw OAuthException.InvalidRequest("The client_id and the sub of the client_assertion differ. Send one client's.");
        return new ClientCredentials(subject, null, assertion);
    }

    private static bool TryReadSubject(string assertion, out string subject)
    {
        subject = "";
        try
        {
            subject = new JsonWebToken(assertion).Subject;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or System.Text.Json.JsonException)
        {
            // What is malformed has none.
        }
        return !string.IsNullOrEmpty(subject);
    }

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
