using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Patch;

/// <summary>
/// A PATCH request as a list of operations, each on one attribute: what came without a path is taken apart, and what
/// named clients send (<see cref="ClientQuirks"/>) is mapped to what it means. Its syntax is sound; whether its values
/// fit shows when it is applied.
/// </summary>
public sealed record PatchRequest
{
    private PatchRequest(ResourceType type, PatchOptions options, IReadOnlyList<PatchOperation> operations)
    {
        Type = type;
        Options = options;
        Operations = operations;
    }

    /// <summary>The type of the resource that is changed.</summary>
    public ResourceType Type { get; }

    /// <summary>How the request is read.</summary>
    public PatchOptions Options { get; }

    /// <summary>The operations, in order. May be empty: a change of <c>password</c> alone is dropped.</summary>
    public IReadOnlyList<PatchOperation> Operations { get; }

    /// <summary>Reads the body of a PATCH.</summary>
    /// <param name="body">The body, as <see cref="ScimJson.ParseObject"/> reads it; not changed, and part of the result.</param>
    /// <param name="type">The type of the resource that is changed.</param>
    /// <param name="options">How to read.</param>
    /// <exception cref="ScimException">
    /// 400 <c>invalidSyntax</c> where the message hasn't its shape, <c>invalidPath</c> and <c>invalidFilter</c> for faults in
    /// a path; 413 for too many operations.
    /// </exception>
    public static PatchRequest Parse(JsonObject body, ResourceType type, PatchOptions options)
    {
        MessageSchemas.Require(body, SchemaUris.PatchOp);
        if (body[nameof(Operations)] is not JsonArray { Count: > 0 } given)
            throw ScimException.InvalidSyntax("\"Operations\" must be an array with at least one operation.");
        if (given.Count > options.MaxOperations)
            throw new ScimException(413, null, string.Create(CultureInfo.InvariantCulture, $"The request has {given.Count} operations; at most {options.MaxOperations} are allowed. Send several requests."));
        var operations = new List<PatchOperation>(given.Count);
        for (var i = 0; i < given.Count; i++)
            ReadOperation(given[i], i, type, options, operations);
        if (options.Strict)
            operations.ForEach(RefuseUnknownParts);
        return new PatchRequest(type, options, operations);
    }

    /// <summary>
    /// The operations on one attribute of the base schema, and the others. Both keep their order; together they do what
    /// the request does, since no operation reads what another attribute holds.
    /// </summary>
    public (PatchRequest Selected, PatchRequest Others) Split(string attribute)
    {
        var parts = Operations.ToLookup(operation =>
            operation.Path?.Target is { Extension: null, Attribute: { } target } && target.Name.Equals(attribute, StringComparison.OrdinalIgnoreCase));
        return (new PatchRequest(Type, Options, [.. parts[true]]), new PatchRequest(Type, Options, [.. parts[false]]));
    }

    private static void ReadOperation(JsonNode? node, int index, ResourceType type, PatchOptions options, List<PatchOperation> operations)
    {
        if (node is not JsonObject given)
            throw Fault(index, $"is {Faults.Kind(node)}; it must be an object");
        var verb = ReadVerb(given["op"], index);
        var path = ReadPath(given["path"], index, options);
        var hasValue = given.TryGetPropertyValue("value", out var value);
        if (path is null)
        {
            if (verb != PatchVerb.Remove && (options.Strict ? value : ClientQuirks.JsonText(value)) is JsonObject attributes)
                PatchKeys.Expand(verb, attributes, type, options, operations);
            else
                operations.Add(new PatchOperation(verb, null, value) { HasValue = hasValue });
            return;
        }
        // A password is dropped, never an error: Okta sends it with its "sync password" feature on.
        if (type.Find("password") is null && path.Equals("password", StringComparison.OrdinalIgnoreCase))
            return;
        if (!options.Strict)
            path = ClientQuirks.UnqualifiedName(path, type);
        var target = PatchPath.Parse(path, type, options.Strict);
        if (options.Strict && verb == PatchVerb.Remove && hasValue && target is { ValueFilter: null, Target: { Sub: null, Attribute.MultiValued: true } })
            throw Fault(index, $"removes \"{target}\" and has a value; select values by a filter in the path");
        if (target.Target.Attribute is null && verb != PatchVerb.Remove && value is JsonObject { Count: > 0 } parts)
            PatchKeys.ExpandExtension(verb, target.Target.Extension!, parts, type, options, isKey: false, operations);
        else
            operations.Add(new PatchOperation(verb, target, value) { HasValue = hasValue });
    }

    // Found again when the value is read; but what is wrong with the form is told before the version is compared.
    private static void RefuseUnknownParts(PatchOperation operation)
    {
        if (operation.Path?.Target.Leaf is { Type: AttributeType.Complex } leaf)
            ValueReader.RefuseUnknownParts(leaf, operation.Value, operation.Path.Target.ToString());
    }

    /// <summary>Microsoft Entra ID begins operations with a capital letter; names match in any case, so do their values here, always.</summary>
    private static PatchVerb ReadVerb(JsonNode? op, int index)
    {
        var text = op?.GetValueKind() == JsonValueKind.String ? op.GetValue<string>() : "";
        return text.ToUpperInvariant() switch
        {
            "ADD" => PatchVerb.Add,
            "REMOVE" => PatchVerb.Remove,
            "REPLACE" => PatchVerb.Replace,
            _ => throw Fault(index, "must have an \"op\" that is \"add\", \"remove\" or \"replace\""),
        };
    }

    private static string? ReadPath(JsonNode? path, int index, PatchOptions options)
    {
        if (path is null)
            return null;
        if (path.GetValueKind() != JsonValueKind.String)
            throw Fault(index, $"has a \"path\" that is {Faults.Kind(path)}; it must be a string");
        var text = path.GetValue<string>();
        if (text.Length > 0)
            return text;
        return options.Strict ? throw ScimException.InvalidPath("The path is empty; leave it out, or name an attribute.") : null;
    }

    private static ScimException Fault(int index, string what) =>
        ScimException.InvalidSyntax(string.Create(CultureInfo.InvariantCulture, $"Operations[{index}] {what}."));
}
