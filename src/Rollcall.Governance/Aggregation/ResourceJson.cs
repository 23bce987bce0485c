using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Aggregation;

/// <summary>Writes what is stored of resources.</summary>
internal static class ResourceJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes a resource without one of its attributes, which is kept apart.</summary>
    public static void Write(Utf8JsonWriter writer, JsonElement resource, string without)
    {
        writer.WriteStartObject();
        foreach (var attribute in resource.EnumerateObject())
        {
            if (!attribute.Name.Equals(without, StringComparison.OrdinalIgnoreCase))
                attribute.WriteTo(writer);
        }
        writer.WriteEndObject();
    }

    /// <summary>Rows as one parameter: an object whose member <c>rows</c> is an array of what is written for each.</summary>
    public static string Rows<T>(IReadOnlyCollection<T> rows, Action<Utf8JsonWriter, T> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("rows");
            foreach (var row in rows)
                write(writer, row);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>Writes the version of a resource, and where it has none the digest of its content.</summary>
    public static void WriteVersion(Utf8JsonWriter writer, ScimResource resource)
    {
        if (resource.Version is { } version)
            writer.WriteString("version", version);
        else
            writer.WriteString("digest", Digest(resource.Json));
    }

    /// <summary>By what the content of resources is compared where their server has no versions.</summary>
    public static string Digest(JsonElement resource) => Convert.ToBase64String(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(resource)));
}
