using System.Text.Json.Nodes;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>Operations on a multi-valued attribute: on all of it, on the elements that a filter selects, or on a part of them.</summary>
internal static class ElementPatch
{
    public static void Apply(PatchDraft draft, PatchOperation operation, PatchOptions options)
    {
        var path = operation.Path!;
        var attribute = path.Target.Attribute!;
        var list = draft.List(path.Target);
        if (attribute.Mutability == Mutability.Immutable && list.Elements.Count > 0)
            throw Immutability.Fault(path.Target.ToString());
        if (path.Target.Sub is { } sub)
            OnParts(list, operation, sub, options);
        else if (path.ValueFilter is { } filter)
            OnSelected(list, operation, filter, options);
        else
            OnAll(list, operation, options);
        if (attribute.Required && list.Elements.Count == 0)
            throw PatchFaults.Required(path);
    }

    private static void OnAll(ElementList list, PatchOperation operation, PatchOptions options)
    {
        switch (operation.Verb)
        {
            case PatchVerb.Add:
                list.AddAll(Read(operation, PatchValues.ForAdd(operation), options));
                break;
            case PatchVerb.Replace:
                if (!operation.HasValue)
                    throw PatchFaults.ValueMissing(operation.Path);
                list.Replace(Read(operation, operation.Value, options));
                break;
            case PatchVerb.Remove when operation.HasValue && !options.Strict:
                var listed = new ListedElements(operation.Path!.Target.Attribute!, Read(operation, operation.Value, options));
                list.RemoveAll(listed.Contains);
                break;
            default:
                list.Replace([]);
                break;
        }
    }

    private static void OnSelected(ElementList list, PatchOperation operation, Filter filter, PatchOptions options)
    {
        var path = operation.Path!;
        var attribute = path.Target.Attribute!;
        var selected = list.Select(filter);
        if (operation.Verb == PatchVerb.Remove)
        {
            list.RemoveAll(selected.Contains);
            return;
        }
        if (!operation.HasValue || (operation.Verb == PatchVerb.Add && operation.Value is null))
            throw PatchFaults.ValueMissing(path);
        var given = ValueReader.ReadParts(attribute, operation.Value, path.Target.ToString(), options.Reader);
        if (selected.Count == 0)
            Create(list, operation, filter, given, options);
        else if (operation.Verb == PatchVerb.Replace)
        {
            var replacement = given is null ? null : options.Strict ? given : Describe(attribute, given, EqualityTerms.Of(filter) ?? []);
            list.Change(selected, _ => replacement?.DeepClone());
        }
        else
            list.Change(selected, element => Made(attribute, sub => given?[sub.Name] ?? element[sub.Name]));
    }

    private static void OnParts(ElementList list, PatchOperation operation, ScimAttribute sub, PatchOptions options)
    {
        var path = operation.Path!;
        var attribute = path.Target.Attribute!;
        var selected = list.Select(path.ValueFilter);
        JsonNode? value = null;
        if (operation.Verb != PatchVerb.Remove)
        {
            if (!operation.HasValue || (operation.Verb == PatchVerb.Add && operation.Value is null))
                throw PatchFaults.ValueMissing(path);
            value = ValueReader.Read(sub, operation.Value, path.Target.ToString(), options.Reader);
            if (selected.Count == 0)
            {
                var given = ScimJson.NewObject();
                if (value is not null)
                    given.Add(sub.Name, value);
                Create(list, operation, path.ValueFilter, value is null ? null : given, options);
                return;
            }
        }
        if (value is null && sub.Required && selected.Count > 0)
            throw PatchFaults.Required(path);
        if (sub.Mutability == Mutability.Immutable && selected.Any(element => element[sub.Name] is { } now && (value is null || !Immutability.IsSame(sub, now, value))))
            throw Immutability.Fault(path.Target.ToString());
        list.Change(selected, element => Made(attribute, part => part == sub ? value : element[part.Name]));
    }

    /// <summary>
    /// Adds the element that a filter describes which found none: Microsoft Entra ID adds and replaces
    /// <c>emails[type eq "work"].value</c> whether there is such an address or not. RFC 7644 §3.5.2.3 refuses the replace:
    /// so do we where strict, and where the filter isn't one description.
    /// </summary>
    private static void Create(ElementList list, PatchOperation operation, Filter? filter, JsonObject? given, PatchOptions options)
    {
        var path = operation.Path!;
        var attribute = path.Target.Attribute!;
        if (filter is not null && operation.Verb == PatchVerb.Replace && options.Strict)
            throw PatchFaults.NoMatch(path);
        // Clearing what isn't there changes nothing.
        if (given is null)
            return;
        var terms = filter is null ? [] : EqualityTerms.Of(filter) ?? throw PatchFaults.NoMatch(path);
        var described = Describe(attribute, given, terms);
        if (ValueReader.ReadParts(attribute, described, path.Target.ToString(), options.Reader) is { } element)
            list.AddAll([element]);
    }

    /// <summary>
    /// An element with what a filter says of it where the value doesn't: a client that sends a change again, because the
    /// answer got lost, means the same element.
    /// </summary>
    private static JsonObject Describe(ScimAttribute attribute, JsonObject given, IReadOnlyList<EqualityTerm> terms) =>
        Made(attribute, sub => given[sub.Name] ?? terms.FirstOrDefault(term => term.Attribute == sub)?.Value)!;

    /// <summary>An element made of the parts that <paramref name="part"/> gives; null where it gives none.</summary>
    private static JsonObject? Made(ScimAttribute attribute, Func<ScimAttribute, JsonNode?> part)
    {
        var result = ScimJson.NewObject();
        foreach (var sub in attribute.SubAttributes)
        {
            if (part(sub) is { } value)
                result.Add(sub.Name, value.DeepClone());
        }
        return result.Count == 0 ? null : result;
    }

    private static List<JsonNode> Read(PatchOperation operation, JsonNode? value, PatchOptions options)
    {
        var target = operation.Path!.Target;
        return ValueReader.Read(target.Attribute!, value, target.ToString(), options.Reader) is JsonArray elements ? PatchValues.Detach(elements) : [];
    }
}
