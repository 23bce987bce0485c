using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Aggregation;

/// <summary>Resources as the two parameters of a statement that writes all of them.</summary>
/// <param name="Rows">JSON: the member <c>rows</c> holds an object for each, with <c>start</c> and <c>length</c> of its content.</param>
/// <param name="Contents">The resources themselves as the server sent them, one after the other.</param>
internal sealed record ResourceRows(string Rows, byte[] Contents)
{
    /// <summary>Makes the parameters.</summary>
    /// <param name="resources">What to write.</param>
    /// <param name="resource">The resource of each.</param>
    /// <param name="without">The attribute that is not part of its content, since it is kept apart.</param>
    /// <param name="write">Writes the members of its row.</param>
    public static ResourceRows Of<T>(IReadOnlyCollection<T> resources, Func<T, ScimResource> resource, ReadOnlySpan<byte> without, Action<Utf8JsonWriter, T> write)
    {
        var contents = new ArrayBufferWriter<byte>(resources.Count * 1024);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, ResourceJson.Options))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("rows");
            foreach (var item in resources)
            {
                var start = contents.WrittenCount;
                ResourceJson.Copy(contents, resource(item).Json, without);
                writer.WriteStartObject();
                write(writer, item);
                writer.WriteNumber("start", start);
                writer.WriteNumber("length", contents.WrittenCount - start);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return new ResourceRows(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length), contents.WrittenSpan.ToArray());
    }
}

/// <summary>Writes what is stored of resources.</summary>
internal static class ResourceJson
{
    /// <summary>How JSON for statements is written.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Copies a resource, byte by byte, without one of its attributes.</summary>
    public static void Copy(IBufferWriter<byte> output, JsonElement resource, ReadOnlySpan<byte> without)
    {
        output.Write("{"u8);
        var isFirst = true;
        foreach (var attribute in resource.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(attribute);
            if (Ascii.EqualsIgnoreCase(name, without))
                continue;
            output.Write(isFirst ? "\""u8 : ",\""u8);
            output.Write(name);
            output.Write("\":"u8);
            output.Write(JsonMarshal.GetRawUtf8Value(attribute.Value));
            isFirst = false;
        }
        output.Write("}"u8);
    }

    /// <summary>Pairs as one parameter: the member <c>rows</c> holds objects with <c>a</c> and <c>b</c>; empty for none.</summary>
    public static string Pairs<TOne, TOther>(IReadOnlyCollection<(TOne One, TOther Other)> pairs) =>
        pairs.Count == 0 ? "" : JsonSerializer.Serialize(new { rows = pairs.Select(pair => new { a = pair.One, b = pair.Other }) });

    /// <summary>Writes the version of a resource, and where it has none the digest of its content.</summary>
    public static void WriteVersion(Utf8JsonWriter writer, ScimResource resource)
    {
        if (resource.Version is { } version)
            writer.WriteString("version", version);
        else
            writer.WriteString("digest", Digest(resource.Json));
    }

    /// <summary>By what the content of resources is compared where their server has no versions.</summary>
    public static string Digest(JsonElement resource) => Convert.ToBase64String(SHA256.HashData(JsonMarshal.GetRawUtf8Value(resource)));
}
