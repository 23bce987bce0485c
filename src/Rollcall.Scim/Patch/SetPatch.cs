using System.Diagnostics;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>Operations on an attribute whose elements are known by their value, applied to the elements themselves.</summary>
internal static class SetPatch
{
    public static void Apply(PatchDraft draft, PatchOperation operation, PatchOptions options)
    {
        var target = operation.Path!.Target;
        var list = draft.List(target);
        foreach (var step in SetStep.Of(operation, options))
            Apply(step, list, target.Attribute!);
        if (target.Attribute!.Required && list.Elements.Count == 0)
            throw PatchFaults.Required(operation.Path);
    }

    private static void Apply(SetStep step, ElementList list, ScimAttribute attribute)
    {
        switch (step)
        {
            case SetStep.Add add:
                list.AddAll(add.Elements);
                break;
            case SetStep.ReplaceAll replace:
                var wanted = replace.Elements.Select(element => Elements.Key(attribute, element)).ToHashSet(StringComparer.Ordinal);
                list.RemoveAll(element => !wanted.Contains(Elements.Key(attribute, element)));
                list.AddAll(replace.Elements);
                break;
            case SetStep.RemoveValues remove:
                var known = attribute.Find("value")!;
                var unwanted = remove.Values.Select(value => ComparisonKey.Text(known, value)).ToHashSet(StringComparer.Ordinal);
                list.RemoveAll(element => unwanted.Contains(Elements.Key(attribute, element)));
                break;
            case SetStep.RemoveWhere where:
                list.RemoveAll(list.Select(where.Filter).Contains);
                break;
            case SetStep.Demand demand:
                if (list.Select(demand.Filter).Count == 0)
                    throw PatchFaults.NoMatch(demand.Path);
                break;
            default:
                throw new UnreachableException();
        }
    }
}
