using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Scim;

/// <summary>
/// Reads and writes the JSON of SCIM. Reading refuses what the framework lets pass and what would make two readers see
/// two documents: keys that are equal regardless of case (RFC 7643 §2.1), text that is not Unicode. Objects find their
/// keys in any case.
/// </summary>
public static class ScimJson
{
    /// <summary>How deep arrays and objects may nest.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonNodeOptions NodeOptions = new() { PropertyNameCaseInsensitive = true };

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 1000 };

    /// <summary>
    /// How documents are written: compact, letters of all scripts as they are. Not for embedding in HTML.
    /// </summary>
    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = 1000,
    };

    /// <summary>Makes an empty object that finds its keys in any case.</summary>
    public static JsonObject NewObject() => new(NodeOptions);

    /// <summary>
    /// Reads a body that has to be one JSON object in UTF-8; a byte order mark is passed over.
    /// </summary>
    /// <exception cref="ScimException">
    /// <c>invalidSyntax</c>, with line and byte, where the body is anything else: malformed, nested deeper than
    /// <see cref="MaxDepth"/>, with a key twice, or with text that is not Unicode.
    /// </exception>
    public static JsonObject ParseObject(ReadOnlySpan<byte> utf8)
    {
        var mark = utf8.StartsWith("\uFEFF"u8) ? 3 : 0;
        var text = utf8[mark..];
        if (text.Trim(" \t\r\n"u8).IsEmpty)
            throw ScimException.InvalidSyntax("The body is empty. Send one JSON object in UTF-8.");
        var reader = new Utf8JsonReader(text, ReaderOptions);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Fault(text, reader.TokenStartIndex, mark, "The body is not a JSON object");
            var document = ReadObject(ref reader, text, mark);
            reader.Read(); // throws where something follows the object
            return document;
        }
        catch (JsonException malformed)
        {
            var line = malformed.LineNumber ?? 0;
            throw Fault(line, (malformed.BytePositionInLine ?? 0) + (line == 0 ? mark : 0), "The body is not well-formed JSON");
        }
    }

    /// <summary>The document as UTF-8, compact, with the order of its keys.</summary>
    public static byte[] ToUtf8(JsonNode document)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            document.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    private static JsonObject ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, int mark)
    {
        var result = NewObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var start = reader.TokenStartIndex;
            var name = ReadText(ref reader, text, mark);
            reader.Read();
            if (!result.TryAdd(name, ReadValue(ref reader, text, mark)))
                throw Fault(text, start, mark, $"The key \"{Faults.Short(name)}\" appears twice in one object; names of attributes are equal in any case");
        }
        return result;
    }

    private static JsonArray ReadArray(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, int mark)
    {
        var result = new JsonArray(NodeOptions);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            result.Add(ReadValue(ref reader, text, mark));
        return result;
    }

    private static JsonNode? ReadValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, int mark)
    {
        if (reader.CurrentDepth >= MaxDepth && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            throw Fault(text, reader.TokenStartIndex, mark, string.Create(CultureInfo.InvariantCulture, $"The body is nested more than {MaxDepth} deep"));
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadObject(ref reader, text, mark),
            JsonTokenType.StartArray => ReadArray(ref reader, text, mark),
            JsonTokenType.String => JsonValue.Create(ReadText(ref reader, text, mark), NodeOptions),
            JsonTokenType.True => JsonValue.Create(true, NodeOptions),
            JsonTokenType.False => JsonValue.Create(false, NodeOptions),
            JsonTokenType.Number => ReadNumber(ref reader),
            _ => null,
        };
    }

    /// <summary>Plain integers as such, anything else as the text that was sent: 1.0 and 1e3 are not integers to SCIM.</summary>
    private static JsonValue? ReadNumber(ref Utf8JsonReader reader) =>
        reader.TryGetInt64(out var integer)
            ? JsonValue.Create(integer, NodeOptions)
            : JsonValue.Create(JsonElement.ParseValue(ref reader), NodeOptions);

    private static string ReadText(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, int mark)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Bytes that are not UTF-8, or an escape that is half of a surrogate pair.
            throw Fault(text, reader.TokenStartIndex, mark, "A text is not valid Unicode");
        }
    }

    private static ScimException Fault(ReadOnlySpan<byte> text, long index, int mark, string what)
    {
        var before = text[..(int)index];
        var line = before.Count((byte)'\n');
        var column = before.Length - (before.LastIndexOf((byte)'\n') + 1);
        return Fault(line, column + (line == 0 ? mark : 0), what);
    }

    private static ScimException Fault(long line, long column, string what) =>
        ScimException.InvalidSyntax(string.Create(CultureInfo.InvariantCulture, $"{what} (line {line + 1}, byte {column + 1})."));
}
