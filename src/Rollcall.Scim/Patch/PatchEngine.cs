using System.Text.Json.Nodes;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>
/// Applies PATCH requests (RFC 7644 §3.5.2), driven by the schemas alone. Where an attribute's elements are known by
/// their value and kept elsewhere, as the members of a Group, <see cref="MemberPatch"/> says the same without reading them.
/// </summary>
public static class PatchEngine
{
    /// <summary>Applies a request: all of its operations, in order, each to what the one before left, or none.</summary>
    /// <param name="resource">
    /// The resource with all that it has, <c>id</c> included: keys of an object without path that are read-only are
    /// compared with it. It is not changed.
    /// </param>
    /// <param name="request">The request.</param>
    /// <returns>
    /// A new resource in canonical form (<see cref="CanonicalResource"/>). <see cref="ResourceComparer.Equal"/> tells
    /// whether it differs from a canonical <paramref name="resource"/>.
    /// </returns>
    /// <exception cref="ScimException">400 <c>invalidValue</c>, <c>mutability</c> or <c>noTarget</c>, naming the target.</exception>
    public static JsonObject Apply(JsonObject resource, PatchRequest request)
    {
        var draft = new PatchDraft(resource, request.Type);
        foreach (var operation in request.Operations)
            Apply(draft, operation, request.Options);
        draft.RequireParts(request.Operations);
        var result = draft.Finish();
        foreach (var extension in request.Type.Extensions)
        {
            if (extension.Required && !result.ContainsKey(extension.Schema.Id))
                throw ScimException.Mutability($"{extension.Schema.Id} is required and can't be removed.");
        }
        return result;
    }

    private static void Apply(PatchDraft draft, PatchOperation operation, PatchOptions options)
    {
        if (operation.Path is not { } path)
            throw operation.Verb == PatchVerb.Remove ? ScimException.NoTarget("A \"remove\" needs a path that names what to remove.") : PatchFaults.ValueMissing(null);
        var target = path.Target;
        if (target.Attribute is not { } attribute)
            ExtensionPatch.Apply(draft, operation);
        else if (attribute.Name == CommonAttributes.Schemas.Name)
            SchemasPatch.Apply(draft, operation, options);
        else if (attribute.Mutability == Mutability.ReadOnly || target.Sub is { Mutability: Mutability.ReadOnly })
            CheckUnchanged(draft, operation);
        else if (Elements.AreKnownByValue(attribute))
            SetPatch.Apply(draft, operation, options);
        else if (attribute.MultiValued)
            ElementPatch.Apply(draft, operation, options);
        else
            ValuePatch.Apply(draft, operation, options);
    }

    /// <summary>A read-only attribute may not be a target; as a key beside others it may say what is true anyway.</summary>
    private static void CheckUnchanged(PatchDraft draft, PatchOperation operation)
    {
        var path = operation.Path!;
        if (!operation.IsKey || !ResourceComparer.Equal(draft.Find(path.Target), PatchDraft.Unassigned(operation.Value)))
            throw PatchFaults.ReadOnly(path);
    }
}
