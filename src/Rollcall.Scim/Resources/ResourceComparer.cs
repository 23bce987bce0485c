using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Scim.Resources;

/// <summary>Tells whether a write changed anything.</summary>
public static class ResourceComparer
{
    /// <summary>
    /// Whether two documents hold the same: the order of an object's keys doesn't matter (RFC 7643 §2.3.8), that of an
    /// array does, text is compared exactly. Both are expected in canonical form.
    /// </summary>
    public static bool Equal(JsonNode? left, JsonNode? right)
    {
        if (left is null || right is null)
            return left is null && right is null;
        return (left, right) switch
        {
            (JsonObject a, JsonObject b) => EqualObjects(a, b),
            (JsonArray a, JsonArray b) => EqualArrays(a, b),
            (JsonValue a, JsonValue b) => EqualValues(a, b),
            _ => false,
        };
    }

    private static bool EqualObjects(JsonObject left, JsonObject right)
    {
        if (left.Count != right.Count)
            return false;
        foreach (var (name, value) in left)
        {
            if (!right.TryGetPropertyValue(name, out var other) || !Equal(value, other))
                return false;
        }
        return true;
    }

    private static bool EqualArrays(JsonArray left, JsonArray right)
    {
        if (left.Count != right.Count)
            return false;
        for (var i = 0; i < left.Count; i++)
        {
            if (!Equal(left[i], right[i]))
                return false;
        }
        return true;
    }

    private static bool EqualValues(JsonValue left, JsonValue right)
    {
        var kind = left.GetValueKind();
        if (kind != right.GetValueKind())
            return false;
        return kind switch
        {
            JsonValueKind.String => string.Equals(left.GetValue<string>(), right.GetValue<string>(), StringComparison.Ordinal),
            JsonValueKind.Number => EqualNumbers(left.ToJsonString(), right.ToJsonString()),
            _ => true,
        };
    }

    private static bool EqualNumbers(string left, string right) =>
        left == right
        || (decimal.TryParse(left, NumberStyles.Float, CultureInfo.InvariantCulture, out var a)
            && decimal.TryParse(right, NumberStyles.Float, CultureInfo.InvariantCulture, out var b)
            && a == b);
}
