using System.Text.Json.Nodes;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>
/// Operations on a single-valued attribute, or on a part of a complex one. Adding and replacing are the same here: a
/// complex value keeps the parts that are not named (RFC 7644 §3.5.2.3).
/// </summary>
internal static class ValuePatch
{
    public static void Apply(PatchDraft draft, PatchOperation operation, PatchOptions options)
    {
        var path = operation.Path!;
        var leaf = path.Target.Leaf!;
        if (operation.Verb == PatchVerb.Remove)
        {
            Set(draft, operation, null);
            return;
        }
        if (!operation.HasValue || (operation.Verb == PatchVerb.Add && operation.Value is null))
            throw PatchFaults.ValueMissing(path);
        if (leaf.MultiValued)
            Set(draft, operation, ReadAll(draft, operation, options));
        else if (leaf.Type == AttributeType.Complex)
            Set(draft, operation, Merge(draft, operation, options));
        else
            Set(draft, operation, ValueReader.Read(leaf, operation.Value, path.Target.ToString(), options.Reader));
    }

    private static void Set(PatchDraft draft, PatchOperation operation, JsonNode? value)
    {
        var path = operation.Path!;
        var leaf = path.Target.Leaf!;
        if (value is null && leaf.Required)
            throw PatchFaults.Required(path);
        var current = draft.Find(path.Target);
        if (leaf.Mutability == Mutability.Immutable && current is not null)
        {
            if (value is null || !Immutability.IsSame(leaf, current, value))
                throw Immutability.Fault(path.Target.ToString());
            return;
        }
        if (leaf.Type == AttributeType.Complex && current is JsonObject before)
            value = KeepParts(before, value as JsonObject, leaf, path.Target.ToString());
        var owner = draft.Owner(path.Target.Extension);
        if (path.Target.Sub is not null)
        {
            var name = path.Target.Attribute!.Name;
            if (owner[name] is not JsonObject complex)
                owner[name] = complex = ScimJson.NewObject();
            owner = complex;
        }
        owner[leaf.Name] = value;
        if (path.Target.Sub is not null)
            Order(draft, path.Target.Extension, path.Target.Attribute!);
    }

    /// <summary>The complex value with the given parts in place of those that are there; a part that is null goes.</summary>
    private static JsonObject? Merge(PatchDraft draft, PatchOperation operation, PatchOptions options)
    {
        var attribute = operation.Path!.Target.Leaf!;
        var path = operation.Path.Target.ToString();
        var read = ValueReader.ReadParts(attribute, operation.Value, path, options.Reader);
        var value = options.Strict ? operation.Value : ClientQuirks.BareValue(attribute, ClientQuirks.JsonText(attribute, operation.Value));
        var isEmpty = value is not JsonObject { Count: > 0 };
        if (isEmpty && operation.Verb == PatchVerb.Replace)
            return null;
        var current = draft.Find(operation.Path.Target) as JsonObject;
        if (isEmpty)
            return (JsonObject?)current?.DeepClone();
        var merged = ScimJson.NewObject();
        foreach (var sub in attribute.SubAttributes)
        {
            var isGiven = sub.Mutability != Mutability.ReadOnly && ((JsonObject)value!).ContainsKey(sub.Name);
            if ((isGiven ? read?[sub.Name] : current?[sub.Name]) is { } part)
                merged.Add(sub.Name, part.DeepClone());
            else if (isGiven && sub.Required)
                throw PatchFaults.Required(operation.Path with { Target = operation.Path.Target with { Sub = sub } });
        }
        return merged.Count == 0 ? null : merged;
    }

    private static JsonNode? ReadAll(PatchDraft draft, PatchOperation operation, PatchOptions options)
    {
        var attribute = operation.Path!.Target.Leaf!;
        var given = operation.Verb == PatchVerb.Add ? PatchValues.ForAdd(operation) : operation.Value;
        var read = ValueReader.Read(attribute, given, operation.Path.Target.ToString(), options.Reader) as JsonArray;
        if (operation.Verb == PatchVerb.Replace || draft.Find(operation.Path.Target) is not JsonArray current)
            return read;
        var all = PatchValues.Detach((JsonArray)current.DeepClone()).Concat(read is null ? [] : PatchValues.Detach(read));
        return new JsonArray([.. Elements.Distinct(attribute, all)]);
    }

    /// <summary>A complex value keeps its read-only parts, and its immutable ones unchanged.</summary>
    private static JsonObject? KeepParts(JsonObject before, JsonObject? after, ScimAttribute attribute, string path)
    {
        var kept = ScimJson.NewObject();
        foreach (var sub in attribute.SubAttributes)
        {
            var was = before[sub.Name];
            var isFixed = was is not null && sub.Mutability is Mutability.Immutable;
            if (isFixed && (after?[sub.Name] is not { } given || !Immutability.IsSame(sub, was!, given)))
                throw Immutability.Fault($"{path}.{sub.Name}");
            // What describes a value goes with it.
            var part = isFixed || (sub.Mutability == Mutability.ReadOnly && after is not null) ? was : after?[sub.Name];
            if (part is not null)
                kept.Add(sub.Name, part.DeepClone());
        }
        return kept.Count == 0 ? null : kept;
    }

    /// <summary>Puts the parts of a complex value in the order of its schema.</summary>
    private static void Order(PatchDraft draft, ScimSchema? extension, ScimAttribute attribute)
    {
        var owner = draft.Owner(extension);
        if (owner[attribute.Name] is not JsonObject complex)
            return;
        var ordered = ScimJson.NewObject();
        foreach (var sub in attribute.SubAttributes)
        {
            if (complex[sub.Name] is { } part)
                ordered.Add(sub.Name, part.DeepClone());
        }
        owner[attribute.Name] = ordered;
    }
}
