using System.Text.Json;

namespace Rollcall;

/// <summary>Reads members of answers that may be absent.</summary>
internal static class JsonReading
{
    /// <summary>The member, or null where it is absent, is JSON null, or the element is no object.</summary>
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null
            ? value
            : null;

    /// <summary>The member as text, or null where it is absent or neither text, number nor truth value.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } scalar => scalar.GetRawText(),
            _ => null,
        };

    /// <summary>The items of a member; none where it is absent or no array.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    /// <summary>The items of a member that are text.</summary>
    public static IEnumerable<string> Texts(this JsonElement element, string name) =>
        element.Items(name).Where(item => item.ValueKind is JsonValueKind.String).Select(item => item.GetString()!);
}
