using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Sorting;

/// <summary>
/// The order that <c>sortBy</c> and <c>sortOrder</c> ask for (RFC 7644 §3.4.2.3), over comparison documents. It is what
/// ORDER BY in a database must equal:
/// <list type="bullet">
/// <item>text by code point of its key, times in time, numbers by size, false before true;</item>
/// <item>of a multi-valued attribute counts the primary element, else the first;</item>
/// <item>resources without the value come last ascending and first descending;</item>
/// <item>equal ones are ordered by id, ascending in either order, so that the order is total.</item>
/// </list>
/// </summary>
/// <param name="Path">What to sort by; its leaf is not complex. Null where the type lacks the attribute: then only ids count.</param>
/// <param name="Descending">Whether the order is turned around.</param>
public sealed record ResourceSort(AttributePath? Path, bool Descending)
{
    /// <summary>Reads the two parameters.</summary>
    /// <param name="sortBy">An attribute path; of a multi-valued complex attribute its <c>value</c> is meant.</param>
    /// <param name="sortOrder"><c>ascending</c> (also null and empty) or <c>descending</c>, in any case.</param>
    /// <param name="type">The type whose attribute it is.</param>
    /// <param name="unknown">What becomes of an attribute that the type does not have.</param>
    /// <exception cref="ScimException">
    /// 400 <c>invalidPath</c> for an attribute that is unknown, complex or never returned; <c>invalidValue</c> for another order.
    /// </exception>
    public static ResourceSort Parse(string sortBy, string? sortOrder, ResourceType type, UnknownAttribute unknown = UnknownAttribute.Refuse)
    {
        var descending = IsDescending(sortOrder);
        if (AttributePath.TryResolve(type, sortBy) is not { } path)
        {
            return unknown == UnknownAttribute.NoValue
                ? new ResourceSort(null, descending)
                : throw ScimException.InvalidPath($"sortBy: {type.Name} has no attribute {FilterReader.Echo(sortBy)}.");
        }
        if (path.Attribute is { Type: AttributeType.Complex, MultiValued: true } plural && path.Sub is null && plural.Find("value") is { } value)
            path = path with { Sub = value };
        if (path.Leaf is null or { Type: AttributeType.Complex })
            throw ScimException.InvalidPath($"sortBy: {path} is not a single value. Name one of its attributes.");
        // What is never shown must not be guessed from its order.
        if (path.Attribute is { Returned: Returned.Never } || path.Sub is { Returned: Returned.Never })
            throw ScimException.InvalidPath($"sortBy: {path} is never returned and can't be sorted by.");
        return new ResourceSort(path, descending);
    }

    /// <summary>What a resource is sorted by.</summary>
    public SortKey KeyOf(JsonObject comparisonDocument)
    {
        if (Path is null)
            return default;
        var container = Path.Extension is { } extension ? comparisonDocument[extension.Id] as JsonObject : comparisonDocument;
        var node = Preferred(container?[Path.Attribute!.Name]);
        if (Path.Sub is { } sub)
            node = Preferred((node as JsonObject)?[sub.Name]);
        return node is JsonValue value ? SortKey.Of(value) : default;
    }

    /// <summary>Compares two resources by their keys and ids; negative if the left one comes first.</summary>
    public int Compare(SortKey left, string leftId, SortKey right, string rightId)
    {
        var order = SortKey.Compare(left, right);
        if (order == 0)
            return ScimText.Compare(leftId, rightId);
        return Descending ? -order : order;
    }

    private static bool IsDescending(string? sortOrder)
    {
        if (string.IsNullOrEmpty(sortOrder) || sortOrder.Equals("ascending", StringComparison.OrdinalIgnoreCase))
            return false;
        return sortOrder.Equals("descending", StringComparison.OrdinalIgnoreCase)
            ? true
            : throw ScimException.InvalidValue($"sortOrder is \"ascending\" or \"descending\", not {FilterReader.Echo(sortOrder)}.");
    }

    private static JsonNode? Preferred(JsonNode? node) => node is JsonArray values
        ? values.FirstOrDefault(IsPrimary) ?? values.FirstOrDefault()
        : node;

    private static bool IsPrimary(JsonNode? element) =>
        element is JsonObject values && values["primary"]?.GetValueKind() == JsonValueKind.True;
}
