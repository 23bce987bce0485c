using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Access.Tests.Support;

/// <summary>Values that tables of cases name as <c>{name}</c>: those of a world, and those that answers gave.</summary>
internal sealed class Placeholders
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The value of a name.</summary>
    public string this[string name]
    {
        get => _values[name];
        set => _values[name] = value;
    }

    /// <summary>What a path leads to in a body, such as <c>Resources.0.id</c>; null where it leads nowhere.</summary>
    public static string? Find(JsonNode body, string path) =>
        path.Split('.').Aggregate((JsonNode?)body, (node, part) => int.TryParse(part, out var index) ? node?[index] : node?[part])?.ToString();

    /// <summary>The JSON with values in the place of their names.</summary>
    public JsonNode Fill(JsonNode json)
    {
        var text = json.ToJsonString();
        foreach (var (name, value) in _values)
            text = text.Replace($"{{{name}}}", JsonEncodedText.Encode(value).ToString(), StringComparison.Ordinal);
        return JsonNode.Parse(text)!;
    }

    /// <summary>The text with values in the place of their names.</summary>
    public string Fill(string text)
    {
        foreach (var (name, value) in _values)
            text = text.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return text;
    }
}
