using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Scim;

/// <summary>Words for the details of faults.</summary>
internal static class Faults
{
    private const int Longest = 100;

    /// <summary>Input for a detail: cut where it is long, control characters made visible.</summary>
    public static string Short(string text)
    {
        var length = Math.Min(text.Length, Longest);
        if (length < text.Length && char.IsHighSurrogate(text[length - 1]))
            length--;
        var cut = length == text.Length ? text : string.Concat(text.AsSpan(0, length), "…");
        return cut.Any(char.IsControl) ? string.Concat(cut.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : cut;
    }

    /// <summary>What a JSON value is, in words: "an object", "null".</summary>
    public static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };
}
