using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Rollcall.Web.Faults;

namespace Rollcall.Access.OAuth;

/// <summary>How faults below <c>/oauth</c> are told: as JSON of RFC 6749 §5.2, also those that the host answers with.</summary>
internal static class OAuthFaults
{
    /// <summary>The realm of the challenges.</summary>
    public const string Realm = "rollcall";

    /// <summary>The format, for the host.</summary>
    public static FaultFormat Format { get; } = new(OAuthServer.Prefix, Translate, WriteAsync);

    private static Fault? Translate(Exception exception) => exception is OAuthException refusal
        ? new Fault(refusal.Status, refusal.Message)
        {
            Cause = refusal,
            Headers = HeadersOf(refusal),
        }
        : null;

    private static Dictionary<string, string> HeadersOf(OAuthException refusal) => refusal switch
    {
        { Status: StatusCodes.Status401Unauthorized } => new Dictionary<string, string> { [HeaderNames.WWWAuthenticate] = $"Basic realm=\"{Realm}\"" },
        { RetryAfter: { } seconds } => new Dictionary<string, string> { [HeaderNames.RetryAfter] = seconds.ToString(CultureInfo.InvariantCulture) },
        _ => [],
    };

    private static async Task WriteAsync(HttpContext context, Fault fault)
    {
        var headers = context.Response.Headers;
        // RFC 6749 §5.1 asks for both.
        headers.CacheControl = "no-store";
        headers.Pragma = "no-cache";
        context.Response.ContentType = "application/json";
        var body = Body(fault);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static byte[] Body(Fault fault)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("error", ErrorOf(fault));
            writer.WriteString("error_description", fault.Detail);
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }

    // §5.2 has no codes for a server's own trouble; those of §4.1.2.1 are what clients know.
    private static string ErrorOf(Fault fault) => fault.Cause is OAuthException refusal ? refusal.Error : fault.Status switch
    {
        StatusCodes.Status503ServiceUnavailable => "temporarily_unavailable",
        >= 500 => "server_error",
        _ => "invalid_request",
    };
}
