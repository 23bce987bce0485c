using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Paths;

namespace Rollcall.Scim.Filters;

/// <summary>
/// What a filter means: whether a resource, as its <see cref="ComparisonDocument"/>, satisfies it (RFC 7644 §3.4.2.2).
/// Filters compiled to SQL must answer alike.
/// <list type="bullet">
/// <item>Every comparison is true or false, never unknown; <c>not</c> turns it around.</item>
/// <item><c>ne</c> on a single value is the exact negation of <c>eq</c>: an unassigned value differs from every operand.
/// All other operators are false on an unassigned value.</item>
/// <item>A multi-valued attribute matches if one of its values does. So <c>emails.value ne "x"</c> is true if some
/// element's value differs, an element without value included, and if there is no element at all;
/// <c>not (emails.value eq "x")</c> says that none is "x".</item>
/// <item>Conditions joined outside of brackets may be met by different elements, those inside by one element.</item>
/// <item>An empty operand of <c>co</c>, <c>sw</c> and <c>ew</c> is part of every text, but not of an unassigned value.</item>
/// </list>
/// </summary>
public static class FilterEvaluator
{
    /// <summary>Whether the document satisfies the filter. Never throws, whatever the document holds.</summary>
    public static bool Matches(Filter filter, JsonObject comparisonDocument) => filter switch
    {
        Filter.And and => and.Operands.All(operand => Matches(operand, comparisonDocument)),
        Filter.Or or => or.Operands.Any(operand => Matches(operand, comparisonDocument)),
        Filter.Not not => !Matches(not.Operand, comparisonDocument),
        Filter.Comparison comparison => Compares(comparison, comparisonDocument),
        Filter.Present present => IsPresent(present.Path, comparisonDocument),
        Filter.ValuePath valuePath => Find(valuePath.Path, comparisonDocument) is JsonArray elements
            && elements.Any(element => element is JsonObject values && Matches(valuePath.Inner, values)),
        Filter.Constant constant => constant.Value,
        _ => throw new UnreachableException(),
    };

    private static bool Compares(Filter.Comparison comparison, JsonObject document)
    {
        var node = Find(comparison.Path, document);
        if (comparison.Path.Sub is not { } sub)
            return Any(node, value => Compares(value, comparison.Operator, comparison.Value));
        return Any(node, element => Any((element as JsonObject)?[sub.Name], value => Compares(value, comparison.Operator, comparison.Value)));
    }

    private static bool IsPresent(AttributePath path, JsonObject document)
    {
        var node = Find(path, document);
        return path.Sub is { } sub ? Any(node, element => element is JsonObject values && values[sub.Name] is not null) : node is not null;
    }

    /// <summary>The attribute's node, before the sub-attribute; the extension's for a path to a whole extension.</summary>
    private static JsonNode? Find(AttributePath path, JsonObject document)
    {
        var container = path.Extension is { } extension ? document[extension.Id] as JsonObject : document;
        return path.Attribute is { } attribute ? container?[attribute.Name] : container;
    }

    /// <summary>Tests each value of an array, else the one value, which is null where there is none.</summary>
    private static bool Any(JsonNode? node, Func<JsonNode?, bool> test) => node is JsonArray { Count: > 0 } values ? values.Any(test) : test(node);

    private static bool Compares(JsonNode? node, ComparisonOperator comparison, FilterValue operand) => comparison switch
    {
        ComparisonOperator.NotEqual => !Compares(node, ComparisonOperator.Equal, operand),
        _ => operand switch
        {
            FilterValue.Text text => node is JsonValue value && value.GetValueKind() == JsonValueKind.String
                && Compares(value.GetValue<string>(), comparison, text.Key),
            FilterValue.Number number => node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
                && Holds(ComparisonKey.Number(value.ToJsonString()).CompareTo(number.Value), comparison),
            FilterValue.Boolean boolean => comparison == ComparisonOperator.Equal && node is JsonValue value
                && value.GetValueKind() == (boolean.Value ? JsonValueKind.True : JsonValueKind.False),
            _ => throw new UnreachableException(),
        },
    };

    private static bool Compares(string value, ComparisonOperator comparison, string operand) => comparison switch
    {
        ComparisonOperator.Contains => value.Contains(operand, StringComparison.Ordinal),
        ComparisonOperator.StartsWith => value.StartsWith(operand, StringComparison.Ordinal),
        ComparisonOperator.EndsWith => value.EndsWith(operand, StringComparison.Ordinal),
        _ => Holds(ScimText.Compare(value, operand), comparison),
    };

    private static bool Holds(int order, ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Equal => order == 0,
        ComparisonOperator.GreaterThan => order > 0,
        ComparisonOperator.GreaterOrEqual => order >= 0,
        ComparisonOperator.LessThan => order < 0,
        ComparisonOperator.LessOrEqual => order <= 0,
        _ => false, // co, sw and ew are for text; ne is handled before
    };
}
