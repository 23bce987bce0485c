using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.IdentityIq;

/// <summary>Takes known entries out of an attribute map, each as the type that it must have; what is left is kept as it is.</summary>
/// <param name="attributes">The map; entries that are taken are removed.</param>
/// <param name="fault">Makes the fault of an entry, at its place in the document.</param>
internal sealed class AttributeReader(JsonObject attributes, Func<string, string, ApplicationFormatException> fault)
{
    /// <summary>What has not been taken.</summary>
    public JsonObject Rest => attributes;

    /// <summary>Text, or null if the entry is absent or empty of any value.</summary>
    public string? Text(string key) => Take(key, "text") switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var other => throw Wrong(key, "text", other),
    };

    /// <summary>True or false, also as text.</summary>
    public bool? Flag(string key) => Take(key, "true or false") switch
    {
        null => null,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        JsonValue value when value.TryGetValue<string>(out var text) && bool.TryParse(text, out var flag) => flag,
        var other => throw Wrong(key, "true or false", other),
    };

    /// <summary>A whole number, also as text.</summary>
    public int? Number(string key, int least)
    {
        var expected = $"a whole number, {least} or more";
        return Take(key, expected) switch
        {
            null => null,
            JsonValue value when value.TryGetValue<int>(out var number) && number >= least => number,
            JsonValue value when value.TryGetValue<string>(out var text)
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least => number,
            var other => throw Wrong(key, expected, other),
        };
    }

    /// <summary>A list of texts, or null.</summary>
    public IReadOnlyList<string>? Texts(string key)
    {
        const string expected = "a list of texts";
        return Take(key, expected) switch
        {
            null => null,
            JsonArray items => [.. items.Select(item => Scalar(item) ?? throw Wrong(key, expected, item))],
            var other => throw Wrong(key, expected, other),
        };
    }

    /// <summary>A map of texts; empty if it is absent.</summary>
    public IReadOnlyDictionary<string, string> Map(string key)
    {
        const string expected = "a map of texts";
        return Take(key, expected) switch
        {
            null => new Dictionary<string, string>(),
            JsonObject members => members.ToDictionary(member => member.Key, member => Scalar(member.Value) ?? throw Wrong(key, expected, member.Value)),
            var other => throw Wrong(key, expected, other),
        };
    }

    /// <summary>One of a few words, in any case.</summary>
    public T? Choice<T>(string key, params (string Word, T Value)[] choices)
        where T : struct
    {
        if (Text(key) is not { } text)
            return null;
        foreach (var (word, value) in choices)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        throw fault(key, $"{ApplicationFormatException.Echo(text)} is none of {string.Join(", ", choices.Select(choice => choice.Word))}.");
    }

    private JsonNode? Take(string key, string expected)
    {
        if (!attributes.TryGetPropertyValue(key, out var value))
            return null;
        if (value is JsonObject { Count: 1 } xml && xml.ContainsKey(EntryValue.Xml))
            throw Wrong(key, expected, value);
        attributes.Remove(key);
        return value;
    }

    private static string? Scalar(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString(),
        _ => null,
    };

    private ApplicationFormatException Wrong(string key, string expected, JsonNode? found) => fault(key, $"Expected {expected}, found {Describe(found)}.");

    private static string Describe(JsonNode? node) => node switch
    {
        null => "nothing",
        JsonArray => "a list",
        JsonObject { Count: 1 } kept when kept.ContainsKey(EntryValue.Xml) => "another kind of value",
        JsonObject => "a map",
        _ when node.GetValueKind() == JsonValueKind.String => ApplicationFormatException.Echo(node.GetValue<string>()),
        _ => ApplicationFormatException.Short(node.ToJsonString()),
    };
}
