using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Rollcall.Access.OAuth;

/// <summary>The parameters of a request to an OAuth endpoint: a form in the body, each parameter once (RFC 6749 §3.2).</summary>
internal sealed class OAuthForm
{
    /// <summary>The most bytes that a request's body may have.</summary>
    public const int BodyLimit = 64 * 1024;

    private readonly Dictionary<string, string> _parameters;

    private OAuthForm(Dictionary<string, string> parameters) => _parameters = parameters;

    /// <summary>A parameter's value; null where it is absent or has none.</summary>
    public string? this[string name] => _parameters.GetValueOrDefault(name);

    /// <summary>Reads a request's form.</summary>
    /// <exception cref="OAuthException">The body is no form, a parameter is repeated, or there is a secret in the URL.</exception>
    public static async Task<OAuthForm> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Query.ContainsKey("client_secret"))
            throw OAuthException.InvalidRequest("The client secret stands in the URL, where logs keep it. Rotate it, and send the new one by HTTP Basic or in the body.");
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            throw OAuthException.InvalidRequest("The body must be a form: send Content-Type application/x-www-form-urlencoded.");

        // Not HttpRequest.ReadFormAsync, which takes names that differ in case for one.
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        using var form = new FormReader(request.Body, Encoding.UTF8) { KeyLengthLimit = BodyLimit, ValueLengthLimit = BodyLimit };
        while (await form.ReadNextPairAsync(cancellationToken) is { } pair)
        {
            // A parameter without a value counts as omitted.
            if (pair.Value.Length > 0 && !parameters.TryAdd(pair.Key, pair.Value) && !MayRepeat(pair.Key))
                throw OAuthException.InvalidRequest("A parameter is given more than once. Send each once.");
        }
        return new OAuthForm(parameters);
    }

    /// <summary>The values of this would be secrets.</summary>
    public override string ToString() => nameof(OAuthForm);

    // RFC 8693 §2.1 and RFC 8707 §2; neither counts here.
    private static bool MayRepeat(string name) => name is "audience" or "resource";
}
