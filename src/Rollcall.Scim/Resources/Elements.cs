using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Resources;

/// <summary>When two elements of a multi-valued attribute are the same one.</summary>
internal static class Elements
{
    /// <summary>
    /// Whether elements are known by <c>value</c> alone and never edited, only added and removed: members of a Group,
    /// whose <c>value</c> is immutable (RFC 7643 §4.2).
    /// </summary>
    public static bool AreKnownByValue(ScimAttribute attribute) =>
        attribute is { MultiValued: true, Type: AttributeType.Complex } && attribute.Find("value") is { Mutability: Mutability.Immutable };

    /// <summary>
    /// The text under which an element is equal to another: <c>value</c> where elements are known by it, <c>type</c> and
    /// <c>value</c> otherwise (RFC 7643 §2.4), and the whole element where it has no <c>value</c>.
    /// </summary>
    public static string Key(ScimAttribute attribute, JsonNode element)
    {
        if (element is not JsonObject complex)
            return ComparisonText(attribute, element);
        if (attribute.Find("value") is not { } valueAttribute || complex["value"] is not { } value)
            return "{" + Canonical(attribute, complex);
        var key = ComparisonText(valueAttribute, value);
        if (AreKnownByValue(attribute) || attribute.Find("type") is not { } typeAttribute || complex["type"] is not { } type)
            return key;
        // No text holds U+0000: the reader refuses it.
        return $"{ComparisonText(typeAttribute, type)}\0{key}";
    }

    /// <summary>
    /// An element that is there already, with what an equal one that is added says besides. An element that is known by
    /// its value stays as it is.
    /// </summary>
    public static JsonNode Merge(ScimAttribute attribute, JsonNode existing, JsonNode added)
    {
        if (existing is not JsonObject before || added is not JsonObject after || AreKnownByValue(attribute))
            return existing;
        var merged = ScimJson.NewObject();
        foreach (var sub in attribute.SubAttributes)
        {
            var (was, part) = (before[sub.Name], after[sub.Name]);
            // What is equal stays as it was written first: saying it again is no change.
            if (part is null || (was is not null && ComparisonText(sub, was) == ComparisonText(sub, part)))
                part = was;
            if (part is not null)
                merged.Add(sub.Name, part.DeepClone());
        }
        return merged;
    }

    /// <summary>The values as one list in which each element stands once, in the order of first appearance.</summary>
    public static List<JsonNode> Distinct(ScimAttribute attribute, IEnumerable<JsonNode> elements)
    {
        var result = new List<JsonNode>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var element in elements)
        {
            if (places.TryAdd(Key(attribute, element), result.Count))
                result.Add(element);
            else
            {
                var place = places[Key(attribute, element)];
                result[place] = Merge(attribute, result[place], element);
            }
        }
        return result;
    }

    public static bool IsPrimary(JsonNode? element) =>
        element is JsonObject complex && complex["primary"]?.GetValueKind() == JsonValueKind.True;

    public static string ComparisonText(ScimAttribute attribute, JsonNode value)
    {
        if (value.GetValueKind() != JsonValueKind.String)
            return value.ToJsonString();
        return ComparisonKey.Text(attribute, value.GetValue<string>());
    }

    private static string Canonical(ScimAttribute attribute, JsonObject element)
    {
        var parts = attribute.SubAttributes
            .Where(sub => element[sub.Name] is not null)
            .Select(sub => $"{sub.Name}\0{ComparisonText(sub, element[sub.Name]!)}");
        return string.Join('\0', parts);
    }
}
