using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>
/// Operations on a whole extension. An object of its attributes was taken apart before; left are removing it and giving
/// it no value.
/// </summary>
internal static class ExtensionPatch
{
    public static void Apply(PatchDraft draft, PatchOperation operation)
    {
        var path = operation.Path!;
        var extension = path.Target.Extension!;
        if (operation.Verb != PatchVerb.Remove && operation.Value is not (null or JsonObject))
            throw ScimException.InvalidValue($"{extension.Id} takes an object with the attributes of the extension, not {Faults.Kind(operation.Value)}.");
        if (operation.Verb == PatchVerb.Add)
        {
            PatchValues.Required(operation);
            return;
        }
        if (operation.Verb == PatchVerb.Replace && !operation.HasValue)
            throw PatchFaults.ValueMissing(path);
        if (extension.Attributes.All(attribute => attribute.Mutability == Mutability.ReadOnly))
        {
            if (!operation.IsKey || draft.Owner(extension).Count > 0)
                throw ScimException.Mutability($"{extension.Id} is read-only.");
            return;
        }
        draft.Clear(extension);
    }
}
