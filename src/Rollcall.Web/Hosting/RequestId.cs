using System.Buffers.Binary;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Rollcall.Web.Hosting;

/// <summary>
/// Each request's id is made here and never taken from the caller: the audit table relies on its being unique,
/// and an outcome that got lost on the way to the database is looked up by it. It is a UUID version 7, so ids sort by
/// time. It is <see cref="HttpContext.TraceIdentifier"/> everywhere on the server, and <c>X-Request-Id</c> in the response.
/// </summary>
public static class RequestId
{
    /// <summary>The response header.</summary>
    public const string Header = "X-Request-Id";

    /// <summary>The request's id, 36 characters.</summary>
    public static string Of(HttpContext context) => context.TraceIdentifier;

    internal static void Use(IApplicationBuilder app, TimeProvider timeProvider) => app.Use((context, next) =>
    {
        context.TraceIdentifier = Make(timeProvider.GetUtcNow()).ToString();
        Stamp(context);
        return next(context);
    });

    // As Guid.CreateVersion7 (RFC 9562 §5.7), but without a call of the operating system for each: an id has to be unlike
    // all others, not hard to guess.
    private static Guid Make(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
#pragma warning disable CA5394 // See above.
        Random.Shared.NextBytes(bytes);
#pragma warning restore CA5394
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(now.ToUnixTimeMilliseconds() >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)now.ToUnixTimeMilliseconds());
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0F));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Sets the headers that every response has.</summary>
    internal static void Stamp(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers[Header] = context.TraceIdentifier;
        // JSON is written without escaping for HTML, so no browser may take it for a page.
        headers[HeaderNames.XContentTypeOptions] = "nosniff";
    }
}
