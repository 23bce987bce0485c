using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.IdentityIq.Isc;

/// <summary>Reads and writes JSON documents, within limits.</summary>
internal static class JsonInput
{
    /// <summary>The longest document, in characters.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    private const int MaxDepth = 64;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The object that a document is.</summary>
    /// <exception cref="ApplicationFormatException">It is too long, too deep, no JSON, not an object, or has a member twice.</exception>
    public static JsonObject Object(string text)
    {
        if (text.Length > MaxLength)
            throw new ApplicationFormatException($"The document has {text.Length} characters; at most {MaxLength} are read.");
        try
        {
            var document = JsonNode.Parse(text, null, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false }) as JsonObject
                ?? throw new ApplicationFormatException("Expected a JSON object.");
            CheckText(document);
            return document;
        }
        catch (InvalidOperationException)
        {
            // Half a pair of surrogates is only noticed when the text is read.
            throw new ApplicationFormatException("The JSON can't be read: It holds text that is no Unicode. Correct its escapes.");
        }
        catch (JsonException broken)
        {
            throw new ApplicationFormatException($"The JSON can't be read: {Reason(broken.Message)}", (int?)broken.LineNumber + 1, (int?)broken.BytePositionInLine + 1);
        }
    }

    private static void CheckText(JsonNode? node)
    {
        if (node is JsonObject members)
        {
            foreach (var (_, value) in members)
                CheckText(value);
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
                CheckText(item);
        }
        else if (node?.GetValueKind() == JsonValueKind.String)
        {
            _ = node.GetValue<string>();
        }
    }

    private static string Reason(string message)
    {
        if (message.StartsWith("Expected depth to be zero", StringComparison.Ordinal))
            return "It ends before all objects and arrays are closed.";
        if (message.Contains("maximum configured depth", StringComparison.Ordinal))
            return $"Objects and arrays nest deeper than {MaxDepth}.";
        if (message.StartsWith("Duplicate property", StringComparison.Ordinal) && message.Split('\'') is [_, var name, ..])
            return $"The member {ApplicationFormatException.Echo(name)} stands there twice. Leave one out.";
        // The parser's own text ends with the place, which is told before it.
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return ApplicationFormatException.Short(end < 0 ? message : message[..end], 300);
    }

    /// <summary>A document as people read it, with a line break at its end.</summary>
    public static string Text(JsonNode node) => node.ToJsonString(Readable) + "\n";
}
