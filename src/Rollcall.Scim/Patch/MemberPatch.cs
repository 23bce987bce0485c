using System.Diagnostics;
using System.Text.Json.Nodes;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>
/// The operations on one attribute that is a set, compiled to its net change. Most requests say what to add and remove by
/// value; then no current element is needed, and the cost is in proportion to the request, whatever the set's size.
/// Agrees with <see cref="PatchEngine"/>.
/// </summary>
public sealed class MemberPatch
{
    private readonly ResourceType _type;
    private readonly AttributePath _path;
    private readonly List<SetStep> _steps;

    private MemberPatch(ResourceType type, AttributePath path, List<SetStep> steps)
    {
        _type = type;
        _path = path;
        _steps = steps;
        Change = steps.Exists(NeedsElements) ? null : Fold();
    }

    /// <summary>
    /// The change, ready; null where an operation selects elements by more than their value
    /// (<c>members[type eq "Group"]</c>): then ask <see cref="ChangeOf"/>.
    /// </summary>
    public SetChange? Change { get; }

    /// <summary>
    /// Which current elements <see cref="ChangeOf"/> has to be given: those of these values, as far as they are there; null
    /// for all. Means nothing while <see cref="Change"/> is ready.
    /// </summary>
    public IReadOnlyList<string>? NeededValues
    {
        get
        {
            var needed = _steps.Where(NeedsElements).Select(step => SetStep.CandidatesOf(FilterOf(step)!)).ToList();
            return needed.Contains(null) ? null : [.. needed.SelectMany(values => values!).Distinct(StringComparer.Ordinal)];
        }
    }

    /// <summary>Compiles the operations of a request on one attribute; its other operations are passed over.</summary>
    /// <param name="request">The request, or the part of it from <see cref="PatchRequest.Split"/>.</param>
    /// <param name="attribute">The name of an attribute of the base schema whose elements are known by an immutable <c>value</c>.</param>
    /// <exception cref="ScimException">
    /// 400 <c>invalidValue</c> where a value doesn't fit, <c>mutability</c> where an operation edits an element (RFC 7643 §4.2).
    /// </exception>
    public static MemberPatch Compile(PatchRequest request, string attribute)
    {
        var path = AttributePath.TryResolve(request.Type, attribute);
        if (path is not { Extension: null, Sub: null, Attribute: { } set } || !Elements.AreKnownByValue(set))
            throw new ArgumentException($"{attribute} is no attribute of {request.Type.Name} whose elements are known by their value.", nameof(attribute));
        var steps = request.Split(attribute).Selected.Operations.SelectMany(operation => SetStep.Of(operation, request.Options));
        return new MemberPatch(request.Type, path, [.. steps]);
    }

    /// <summary>The change, worked out on the current elements.</summary>
    /// <param name="current">The elements (<c>value</c>, <c>type</c>, <c>display</c>, <c>$ref</c> as a response has them) that <see cref="NeededValues"/> says. Not changed.</param>
    /// <exception cref="ScimException">400 <c>noTarget</c> where strict and a <c>replace</c> selects nothing.</exception>
    public SetChange ChangeOf(IEnumerable<JsonObject> current)
    {
        if (Change is not null)
            return Change;
        var set = _path.Attribute!;
        var present = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var element in current)
            present.TryAdd(Elements.Key(set, element), element);
        var matcher = new ElementMatcher(_type, _path);
        var change = new SetFold(set);
        foreach (var step in _steps)
            change.Apply(Advance(step, present, matcher));
        return change.Result();
    }

    /// <summary>Takes a step on the elements that are there, and gives it as one that names values.</summary>
    private SetStep Advance(SetStep step, Dictionary<string, JsonNode> present, ElementMatcher matcher)
    {
        var set = _path.Attribute!;
        switch (step)
        {
            case SetStep.Add add:
                foreach (var element in add.Elements)
                    present.TryAdd(Elements.Key(set, element), element);
                return step;
            case SetStep.ReplaceAll replace:
                var kept = replace.Elements.Select(element => (Key: Elements.Key(set, element), Element: element)).ToList();
                var before = new Dictionary<string, JsonNode>(present, StringComparer.Ordinal);
                present.Clear();
                foreach (var (key, element) in kept)
                    present.TryAdd(key, before.GetValueOrDefault(key, element));
                return step;
            case SetStep.RemoveValues remove:
                foreach (var value in remove.Values)
                    present.Remove(ComparisonKey.Text(set.Find("value")!, value));
                return step;
            case SetStep.RemoveWhere where:
                var selected = present.Values.Where(element => matcher.Matches(where.Filter, element)).Select(element => element["value"]!.GetValue<string>()).ToList();
                return Advance(new SetStep.RemoveValues(selected), present, matcher);
            case SetStep.Demand demand:
                return present.Values.Any(element => matcher.Matches(demand.Filter, element)) ? step : throw PatchFaults.NoMatch(demand.Path);
            default:
                throw new UnreachableException();
        }
    }

    private static bool NeedsElements(SetStep step) => FilterOf(step) is not null;

    private static Filter? FilterOf(SetStep step) => step switch
    {
        SetStep.RemoveWhere where => where.Filter,
        SetStep.Demand demand => demand.Filter,
        SetStep.Add or SetStep.ReplaceAll or SetStep.RemoveValues => null,
        _ => throw new UnreachableException(),
    };

    private SetChange Fold()
    {
        var change = new SetFold(_path.Attribute!);
        foreach (var step in _steps)
            change.Apply(step);
        return change.Result();
    }
}
