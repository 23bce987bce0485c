using System.Text.Json.Nodes;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>
/// Takes an object of attributes, the value of an operation without path, apart into operations on each (RFC 7644
/// §3.5.2.1, §3.5.2.3).
/// </summary>
internal static class PatchKeys
{
    public static void Expand(PatchVerb verb, JsonObject attributes, ResourceType type, PatchOptions options, List<PatchOperation> operations)
    {
        foreach (var (name, value) in attributes)
        {
            if (type.FindExtension(name) is { } extension)
                ExpandExtension(verb, extension.Schema, value, type, options, isKey: true, operations);
            else if (!options.Strict && name.Equals(type.Schema.Id, StringComparison.OrdinalIgnoreCase) && value is JsonObject own)
                Expand(verb, own, type, options, operations);
            else
                AddKey(verb, name, value, type, options, operations);
        }
    }

    public static void ExpandExtension(PatchVerb verb, ScimSchema extension, JsonNode? value, ResourceType type, PatchOptions options, bool isKey, List<PatchOperation> operations)
    {
        if (value is not JsonObject { Count: > 0 } attributes)
        {
            var whole = new PatchPath(new AttributePath(extension, null, null), null);
            operations.Add(new PatchOperation(verb, whole, value) { IsKey = isKey, HasValue = true });
            return;
        }
        foreach (var (name, part) in attributes)
        {
            if (Resolve($"{extension.Id}:{name}", type, options) is { } path)
                operations.Add(new PatchOperation(verb, path, part) { IsKey = isKey, HasValue = true });
        }
    }

    private static void AddKey(PatchVerb verb, string name, JsonNode? value, ResourceType type, PatchOptions options, List<PatchOperation> operations)
    {
        // What the server says of the resource, sent back by clients that change what they have read.
        if (name.Equals("meta", StringComparison.OrdinalIgnoreCase))
            return;
        if (name.Equals("password", StringComparison.OrdinalIgnoreCase) && type.Find(name) is null)
            return;
        // The RFC takes a resource's own keys here; qualified names are for paths.
        if (options.Strict && name.Contains(':', StringComparison.Ordinal))
            throw Unknown(name, type);
        var resolvable = options.Strict ? name : ClientQuirks.UnqualifiedName(name, type);
        if (Resolve(resolvable, type, options) is { } path)
            operations.Add(new PatchOperation(verb, path, value) { IsKey = true, HasValue = true });
    }

    /// <summary>What a key names; null for an unknown attribute, which is ignored unless strict.</summary>
    private static PatchPath? Resolve(string name, ResourceType type, PatchOptions options)
    {
        if (!options.Strict && ClientQuirks.IsPathAsKey(name))
            return PatchPath.Parse(name, type, strict: false);
        var path = AttributePath.TryResolve(type, name);
        if (path is null && !options.Strict)
            return null;
        if (path is null || (options.Strict && path.Sub is not null))
            throw Unknown(name, type);
        return new PatchPath(path, null);
    }

    private static ScimException Unknown(string name, ResourceType type) =>
        ScimException.InvalidSyntax($"A {type.Name} has no attribute \"{Faults.Short(name)}\".");
}
