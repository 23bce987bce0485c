using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rollcall.Scim.Client;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Provisioning;

/// <summary>
/// One request and its answer as they are kept: without credentials, without passwords, and of long bodies the beginning.
/// </summary>
/// <param name="At">When it was sent.</param>
/// <param name="Method">The method.</param>
/// <param name="Url">The URL.</param>
/// <param name="IfMatch">The version that the change was for.</param>
/// <param name="Body">What was sent.</param>
/// <param name="Status">The status of the answer; absent where none came, or none yet.</param>
/// <param name="ETag">The version that the answer told.</param>
/// <param name="RetryAfter">How long the server asked to wait.</param>
/// <param name="Answer">What came back.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
internal sealed partial record Evidence(
    DateTimeOffset At, string Method, string Url, string? IfMatch = null, JsonNode? Body = null, int? Status = null, string? ETag = null, string? RetryAfter = null,
    JsonNode? Answer = null, double? DurationMs = null)
{
    private const int LongestBody = 16 * 1024;

    /// <summary>What is kept of an exchange.</summary>
    public static Evidence Of(ScimExchange exchange) => new(
        exchange.At, exchange.Method, exchange.Url.ToString(), exchange.IfMatch, BodyOf(exchange.Body), exchange.Status, exchange.ETag, exchange.RetryAfter,
        BodyOf(exchange.Answer), Math.Round(exchange.Elapsed.TotalMilliseconds, 1));

    /// <summary>What is kept of a request that is about to be sent.</summary>
    public static Evidence OfPending(DateTimeOffset at, string method, string url, string? ifMatch, JsonNode? body) =>
        new(at, method, url, ifMatch, BodyOf(body?.ToJsonString()));

    /// <summary>Evidence as the database keeps it.</summary>
    public static string ToJson(IEnumerable<Evidence> evidence) => JsonSerializer.Serialize(evidence, ApiJson.Options);

    private static JsonNode? BodyOf(string? text)
    {
        if (text is null)
            return null;
        var clean = Password().Replace(text, "$1\"(removed)\"");
        if (clean.Length > LongestBody)
            return JsonValue.Create(clean.Truncate(LongestBody));
        try
        {
            return JsonNode.Parse(clean);
        }
        catch (JsonException)
        {
            return JsonValue.Create(clean);
        }
    }

    [GeneratedRegex("""("password"\s*:\s*)"(?:[^"\\]|\\.)*"(?=\s*[,}])""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Password();
}
