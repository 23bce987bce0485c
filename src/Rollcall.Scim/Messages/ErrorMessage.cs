using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Rollcall.Scim.Messages;

/// <summary>The body of an error (RFC 7644 §3.12); <c>status</c> is text.</summary>
public static class ErrorMessage
{
    /// <summary>Writes the body of a fault.</summary>
    public static void Write(IBufferWriter<byte> output, ScimException fault) =>
        Write(output, fault.Status, fault.ScimType, fault.Message);

    /// <summary>Writes an error body.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="status">The HTTP status of the response.</param>
    /// <param name="scimType">A value of RFC 7644 Table 9 or RFC 9865 Table 3, or null.</param>
    /// <param name="detail">What was wrong, for a person; may be shown to the caller.</param>
    public static void Write(IBufferWriter<byte> output, int status, string? scimType, string detail)
    {
        using var writer = new Utf8JsonWriter(output, ScimJson.WriterOptions);
        Write(writer, status, scimType, detail);
    }

    internal static void Write(Utf8JsonWriter writer, int status, string? scimType, string detail)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("schemas");
        writer.WriteStringValue(Schemas.SchemaUris.Error);
        writer.WriteEndArray();
        writer.WriteString("status", status.ToString(CultureInfo.InvariantCulture));
        if (scimType is not null)
            writer.WriteString("scimType", scimType);
        writer.WriteString("detail", detail);
        writer.WriteEndObject();
    }
}
