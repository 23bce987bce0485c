using System.Text.Json.Nodes;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>
/// What an operation does to an attribute whose elements are known by their <c>value</c> and never edited, such as the
/// members of a Group: sets are all that it has, so every operation is one of these few steps.
/// </summary>
internal abstract record SetStep
{
    /// <summary>Adds elements; those that are there stay as they are.</summary>
    public sealed record Add(IReadOnlyList<JsonObject> Elements) : SetStep;

    /// <summary>Makes these elements the only ones.</summary>
    public sealed record ReplaceAll(IReadOnlyList<JsonObject> Elements) : SetStep;

    /// <summary>Removes the elements of these values; no matter whether they are there.</summary>
    public sealed record RemoveValues(IReadOnlyList<string> Values) : SetStep;

    /// <summary>Removes the elements that the filter selects.</summary>
    public sealed record RemoveWhere(Filter Filter) : SetStep;

    /// <summary>Fails with <c>noTarget</c> unless the filter selects an element.</summary>
    public sealed record Demand(Filter Filter, PatchPath Path) : SetStep;

    /// <summary>The steps of an operation on such an attribute, its values checked.</summary>
    /// <exception cref="ScimException"><c>invalidValue</c>, or <c>mutability</c> where it edits elements.</exception>
    public static IEnumerable<SetStep> Of(PatchOperation operation, PatchOptions options)
    {
        var path = operation.Path!;
        var attribute = path.Target.Attribute!;
        // Removing a part of an element, or giving it another, edits the element.
        if (path.Target.Sub is not null)
            throw NeverEdited(attribute);
        return (operation.Verb, path.ValueFilter) switch
        {
            (PatchVerb.Remove, { } filter) => [ValuesOf(filter) is { } values ? new RemoveValues(values) : new RemoveWhere(filter)],
            (PatchVerb.Remove, null) => Removal(operation, attribute, path, options),
            (_, { } filter) => AddByFilter(operation, attribute, filter, options),
            (PatchVerb.Replace, null) when !operation.HasValue => throw PatchFaults.ValueMissing(path),
            (PatchVerb.Replace, null) => [new ReplaceAll(Read(attribute, operation.Value, path, options))],
            _ => [new Add(Read(attribute, PatchValues.ForAdd(operation), path, options))],
        };
    }

    /// <summary>The values that a filter selects, where it does nothing else than name values: <c>value eq "a" or value eq "b"</c>.</summary>
    public static IReadOnlyList<string>? ValuesOf(Filter filter)
    {
        if (filter is Filter.Or or)
        {
            var parts = or.Operands.Select(ValueOf).ToList();
            return parts.Contains(null) ? null : [.. parts.OfType<string>()];
        }
        return ValueOf(filter) is { } value ? [value] : null;

        static string? ValueOf(Filter filter) =>
            filter is Filter.Comparison { Operator: ComparisonOperator.Equal, Path: { Attribute.Name: "value", Sub: null }, Value: FilterValue.Text text } ? text.Original : null;
    }

    /// <summary>The values among which a filter selects at most; null where it may select any.</summary>
    public static IReadOnlyList<string>? CandidatesOf(Filter filter) =>
        ValuesOf(filter) ?? (filter is Filter.And and ? and.Operands.Select(CandidatesOf).FirstOrDefault(values => values is not null) : null);

    private static IEnumerable<SetStep> Removal(PatchOperation operation, ScimAttribute attribute, PatchPath path, PatchOptions options)
    {
        if (operation.HasValue && !options.Strict)
            return [new RemoveValues([.. Read(attribute, operation.Value, path, options).Select(element => element["value"]!.GetValue<string>())])];
        return attribute.Required ? throw PatchFaults.Required(path) : [new ReplaceAll([])];
    }

    /// <summary>
    /// <c>members[value eq "x"]</c> as the target of add or replace: the element it describes is there, unchanged, or is
    /// made from the filter. That is adding it; anything else would edit an element.
    /// </summary>
    private static IEnumerable<SetStep> AddByFilter(PatchOperation operation, ScimAttribute attribute, Filter filter, PatchOptions options)
    {
        var path = operation.Path!;
        var terms = EqualityTerms.Of(filter);
        if (terms?.FirstOrDefault(term => term.Attribute.Name == "value") is not { } known)
            throw NeverEdited(attribute);
        if (ValueReader.ReadElement(attribute, PatchValues.Required(operation), path.Target.ToString(), options.Reader) is not JsonObject given)
            throw PatchFaults.ValueMissing(path);
        if (Elements.Key(attribute, given) != ComparisonKey.Text(known.Attribute, known.Value.GetValue<string>()))
            throw NeverEdited(attribute);
        foreach (var term in terms)
            given.TryAdd(term.Attribute.Name, term.Value);
        var add = new Add([given]);
        return operation.Verb == PatchVerb.Replace && options.Strict ? [new Demand(filter, path), add] : [add];
    }

    private static IReadOnlyList<JsonObject> Read(ScimAttribute attribute, JsonNode? value, PatchPath path, PatchOptions options) =>
        ValueReader.Read(attribute, value, path.Target.ToString(), options.Reader) is JsonArray elements
            ? PatchValues.Detach(elements).ConvertAll(element => (JsonObject)element)
            : [];

    private static ScimException NeverEdited(ScimAttribute attribute) =>
        ScimException.Mutability($"A value of {attribute.Name} can be added and removed, not edited.");
}
