using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Filters;

/// <summary>One thing that a value filter demands of an element: this sub-attribute has this value.</summary>
/// <param name="Attribute">The sub-attribute.</param>
/// <param name="Value">The value as the client wrote it, not its key. Each call makes its own node.</param>
public sealed record EqualityTerm(ScimAttribute Attribute, JsonNode Value);

/// <summary>
/// The element that a value filter describes, where it describes one: for an <c>add</c> whose filter finds nothing, as in
/// <c>emails[type eq "work"].value</c>, the element is made from the filter.
/// </summary>
public static class EqualityTerms
{
    /// <summary>The terms of a filter that consists of <c>eq</c>, joined by <c>and</c>.</summary>
    /// <param name="filter">The filter inside the brackets, its paths relative to the element.</param>
    /// <returns>
    /// One term per sub-attribute; null if the filter holds anything else (<c>eq null</c> too), or demands two values of
    /// one sub-attribute: then no element can be made from it.
    /// </returns>
    public static IReadOnlyList<EqualityTerm>? Of(Filter filter)
    {
        var found = new Dictionary<ScimAttribute, FilterValue>(ReferenceEqualityComparer.Instance);
        foreach (var operand in filter is Filter.And and ? and.Operands : [filter])
        {
            if (operand is not Filter.Comparison { Operator: ComparisonOperator.Equal, Path.Leaf: { } attribute } equal)
                return null;
            if (!found.TryAdd(attribute, equal.Value) && !SameKey(found[attribute], equal.Value))
                return null;
        }
        return [.. found.Select(term => new EqualityTerm(term.Key, term.Value.ToJson()))];
    }

    private static bool SameKey(FilterValue left, FilterValue right) =>
        left is FilterValue.Text a && right is FilterValue.Text b ? a.Key == b.Key : Equals(left, right);
}
