using System.Text.Json.Nodes;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>The value of an operation, before its schema is asked.</summary>
internal static class PatchValues
{
    /// <summary>The value of an operation that needs one.</summary>
    public static JsonNode Required(PatchOperation operation) => operation.Value ?? throw PatchFaults.ValueMissing(operation.Path!);

    /// <summary>
    /// The value of an <c>add</c>, with one element of a multi-valued attribute made a list of one: RFC 7644 §3.5.2.1 shows
    /// both.
    /// </summary>
    public static JsonNode ForAdd(PatchOperation operation)
    {
        var value = Required(operation);
        var isElement = operation.Path!.Target.Leaf is { MultiValued: true } leaf
            && (leaf.Type == AttributeType.Complex ? value is JsonObject : value is JsonValue);
        return isElement ? new JsonArray(value.DeepClone()) : value;
    }

    /// <summary>The elements of an array, taken out of it.</summary>
    public static List<JsonNode> Detach(JsonArray array)
    {
        var elements = array.Select(element => element!).ToList();
        array.Clear();
        return elements;
    }
}

/// <summary>The faults that applying a PATCH shares.</summary>
internal static class PatchFaults
{
    public static ScimException ValueMissing(PatchPath? path) => path is null
        ? ScimException.InvalidValue("The operation has neither a path nor a value that is an object of attributes.")
        : ScimException.InvalidValue($"The operation on \"{path}\" has no value.");

    public static ScimException Required(PatchPath path) =>
        ScimException.Mutability($"{path.Target} is required and can't be removed.");

    public static ScimException ReadOnly(PatchPath path) =>
        ScimException.Mutability($"{path.Target} is read-only.");

    public static ScimException NoMatch(PatchPath path) =>
        ScimException.NoTarget($"\"{Faults.Short(path.ToString())}\" selects nothing.");
}
