using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Scim.Patch;

/// <summary>
/// Operations on <c>schemas</c> (RFC 7644 §3.5.2). It follows from what the resource holds, so naming a schema changes
/// nothing; taking the name of an extension away takes its attributes away. The base schema stays.
/// </summary>
internal static class SchemasPatch
{
    public static void Apply(PatchDraft draft, PatchOperation operation, PatchOptions options)
    {
        if (operation.Verb == PatchVerb.Remove && !operation.HasValue)
            throw PatchFaults.Required(operation.Path!);
        var urns = Read(draft, operation, options);
        // Clients that send a whole resource back name the schemas they know: no reason to drop what they don't know.
        if (operation.Verb == PatchVerb.Add || (operation.IsKey && urns.Contains(draft.Type.Schema.Id)))
            return;
        bool Stays(string urn) => urns.Contains(urn) == (operation.Verb == PatchVerb.Replace);
        if (!Stays(draft.Type.Schema.Id))
            throw ScimException.Mutability($"The schema {draft.Type.Schema.Id} can't be taken from a {draft.Type.Name}.");
        foreach (var extension in draft.Type.Extensions)
        {
            if (!Stays(extension.Schema.Id))
                draft.Clear(extension.Schema);
        }
    }

    private static HashSet<string> Read(PatchDraft draft, PatchOperation operation, PatchOptions options)
    {
        var value = operation.Value is JsonValue single && !options.Strict ? new JsonArray(single.DeepClone()) : operation.Value;
        if (value is not JsonArray given || given.Any(urn => urn?.GetValueKind() != JsonValueKind.String))
            throw ScimException.InvalidValue("schemas takes an array of URNs of schemas.");
        var urns = given.Select(urn => urn!.GetValue<string>()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var urn in urns)
        {
            if (options.Strict && !urn.Equals(draft.Type.Schema.Id, StringComparison.OrdinalIgnoreCase) && draft.Type.FindExtension(urn) is null)
                throw ScimException.InvalidValue($"A {draft.Type.Name} has no schema \"{Faults.Short(urn)}\".");
        }
        return urns;
    }
}
