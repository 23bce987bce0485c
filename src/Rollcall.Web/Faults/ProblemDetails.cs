using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Web.Api;

namespace Rollcall.Web.Faults;

/// <summary>Faults as problem details (RFC 9457).</summary>
internal static class ProblemDetails
{
    private const int LongestInstance = 200;

    public static async Task WriteAsync(HttpContext context, Fault fault)
    {
        context.Response.ContentType = "application/problem+json";
        var body = Body(context, fault);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static byte[] Body(HttpContext context, Fault fault)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ApiJson.Options.Encoder }))
        {
            writer.WriteStartObject();
            // The status says which kind of problem it is: RFC 9457 §4.2.1 calls that "about:blank".
            writer.WriteString("type", "about:blank");
            writer.WriteString("title", fault.Title);
            writer.WriteNumber("status", fault.Status);
            writer.WriteString("detail", fault.Detail);
            writer.WriteString("instance", (context.Request.PathBase + context.Request.Path).ToUriComponent().Truncate(LongestInstance));
            writer.WriteString("requestId", context.TraceIdentifier);
            foreach (var (name, value) in fault.Extensions)
            {
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, value, value.GetType(), ApiJson.Options);
            }
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
