using System.Text.Json;

namespace Rollcall.Scim.Client;

/// <summary>Reads what servers send: names in any case (RFC 7643 §2.1), absent, null and wrong types as nothing.</summary>
public static class LenientJson
{
    /// <summary>The document, or null where the text is none.</summary>
    public static JsonElement? TryParse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The value of that name; null where the element is no object or has none.</summary>
    public static JsonElement? Find(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        if (element.TryGetProperty(name, out var exact))
            return exact;
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }
        return null;
    }

    /// <summary>The value as text, or null; a number as it is written.</summary>
    public static string? Text(this JsonElement element, string name) => element.Find(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>The value as a whole number, also where it was sent as text; else null.</summary>
    public static long? Whole(this JsonElement element, string name) => element.Find(name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var whole) => whole,
        { ValueKind: JsonValueKind.String } text when long.TryParse(text.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var whole) => whole,
        _ => null,
    };

    /// <summary>Whether the value is true, also where it was sent as text.</summary>
    public static bool IsTrue(this JsonElement element, string name) => element.Find(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.String } text => bool.TryParse(text.GetString(), out var value) && value,
        _ => false,
    };

    /// <summary>The elements of an array; a single value as an array of one; nothing as an empty one.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) => element.Find(name) switch
    {
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => [],
        { } single => [single],
    };
}
