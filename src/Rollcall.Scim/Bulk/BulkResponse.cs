using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Rollcall.Scim.Messages;

namespace Rollcall.Scim.Bulk;

/// <summary>What became of one operation of a bulk request (RFC 7644 §3.7.3).</summary>
public sealed record BulkResult
{
    /// <summary>The method of the operation.</summary>
    public required string Method { get; init; }

    /// <summary>The operation's <c>bulkId</c>, or null.</summary>
    public string? BulkId { get; init; }

    /// <summary>The resource's URI; null where nothing was made, or the operation named none.</summary>
    public string? Location { get; init; }

    /// <summary>The resource's version afterwards; null where it is gone or not known.</summary>
    public ScimVersion? Version { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>Why it was not done; null where it was.</summary>
    public ScimException? Fault { get; init; }
}

/// <summary>The answer to a bulk request.</summary>
public static class BulkResponse
{
    /// <summary>Writes the message.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="results">The results of the operations that were tried, in the order of the request.</param>
    public static void Write(IBufferWriter<byte> output, IEnumerable<BulkResult> results)
    {
        using var writer = new Utf8JsonWriter(output, ScimJson.WriterOptions);
        writer.WriteStartObject();
        writer.WriteStartArray("schemas");
        writer.WriteStringValue(Schemas.SchemaUris.BulkResponse);
        writer.WriteEndArray();
        writer.WriteStartArray("Operations");
        foreach (var result in results)
            Write(writer, result);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, BulkResult result)
    {
        writer.WriteStartObject();
        if (result.Location is not null)
            writer.WriteString("location", result.Location);
        writer.WriteString("method", result.Method);
        if (result.BulkId is not null)
            writer.WriteString("bulkId", result.BulkId);
        if (result.Version is { } version)
            writer.WriteString("version", version.ToString());
        writer.WriteString("status", result.Status.ToString(CultureInfo.InvariantCulture));
        if (result.Fault is { } fault)
        {
            writer.WritePropertyName("response");
            ErrorMessage.Write(writer, fault.Status, fault.ScimType, fault.Message);
        }
        writer.WriteEndObject();
    }
}
