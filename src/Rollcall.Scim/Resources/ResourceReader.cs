using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Resources;

/// <summary>Reads the bodies of POST and PUT (RFC 7644 §3.3, §3.5.1).</summary>
public static class ResourceReader
{
    /// <summary>
    /// Checks a resource by its schemas and gives it in canonical form (<see cref="CanonicalResource"/>): without
    /// read-only attributes, without <c>password</c> and other attributes that no schema knows, without null and empties.
    /// </summary>
    /// <param name="body">The body, as <see cref="ScimJson.ParseObject"/> reads it; not changed.</param>
    /// <param name="type">The type that the endpoint serves.</param>
    /// <param name="options">How to read.</param>
    /// <exception cref="ScimException">
    /// <c>invalidSyntax</c> where <c>schemas</c> is missing, misshapen or lacks the base schema (RFC 7643 §3), and, where
    /// strict, for what no schema knows; <c>invalidValue</c>, naming the attribute, where a value does not fit, a required
    /// one is missing, or two are primary.
    /// </exception>
    public static JsonObject Read(JsonObject body, ResourceType type, ReaderOptions options)
    {
        CheckSchemas(body["schemas"], type, options);
        if (!options.Strict)
            body = ClientQuirks.FlattenedNames(body, type);
        else
            RefuseUnknown(body, name => type.Find(name), name => type.FindExtension(name) is not null, type.Name);
        return CanonicalResource.Build(type, name =>
            type.FindExtension(name) is { } extension
                ? ReadExtension(body[name], extension, options)
                : type.Find(name) is { } attribute ? ReadAttribute(attribute, body[name], name, options) : null);
    }

    /// <summary>
    /// Holds a resource that replaces another to the rule of <c>immutable</c> attributes (RFC 7644 §3.5.1): what has a
    /// value keeps it. A value that is equal but for case (where case doesn't matter) or outer blanks is no change: Okta
    /// sends the name of a group with each change of its members. A value that is left out stays.
    /// </summary>
    /// <param name="stored">The resource as it is.</param>
    /// <param name="replacement">The canonical resource that shall take its place; not changed.</param>
    /// <param name="type">The type of both.</param>
    /// <returns>The replacement, with the immutable values of <paramref name="stored"/>.</returns>
    /// <exception cref="ScimException"><c>mutability</c>, naming the attribute.</exception>
    public static JsonObject KeepImmutable(JsonObject stored, JsonObject replacement, ResourceType type)
    {
        var result = (JsonObject)replacement.DeepClone();
        Immutability.Keep(stored, result, type.Schema.Attributes, "");
        foreach (var extension in type.Extensions)
        {
            var urn = extension.Schema.Id;
            var data = result[urn] as JsonObject ?? ScimJson.NewObject();
            if (stored[urn] is JsonObject before && Immutability.Keep(before, data, extension.Schema.Attributes, urn + ":"))
                result[urn] = data.Parent is null ? data : data.DeepClone();
        }
        return CanonicalResource.Arrange(result, type);
    }

    internal static void CheckSchemas(JsonNode? schemas, ResourceType type, ReaderOptions options)
    {
        if (schemas is not JsonArray { Count: > 0 } urns)
            throw ScimException.InvalidSyntax($"\"schemas\" is missing. Send an array with at least \"{type.Schema.Id}\".");
        var hasBase = false;
        foreach (var urn in urns)
        {
            if (urn?.GetValueKind() != JsonValueKind.String)
                throw ScimException.InvalidSyntax($"\"schemas\" holds {Faults.Kind(urn)}; it takes the URNs of schemas.");
            var text = urn.GetValue<string>();
            var isBase = text.Equals(type.Schema.Id, StringComparison.OrdinalIgnoreCase);
            hasBase |= isBase;
            if (options.Strict && !isBase && type.FindExtension(text) is null)
                throw ScimException.InvalidSyntax($"A {type.Name} has no schema \"{Faults.Short(text)}\".");
        }
        if (!hasBase)
            throw ScimException.InvalidSyntax($"\"schemas\" lacks \"{type.Schema.Id}\".");
    }

    private static JsonNode? ReadAttribute(ScimAttribute attribute, JsonNode? value, string path, ReaderOptions options)
    {
        if (attribute.Mutability == Mutability.ReadOnly)
            return null;
        var read = ValueReader.Read(attribute, value, path, options);
        if (read is null && attribute.Required)
            throw ScimException.InvalidValue($"{path} is required.");
        if (read is JsonArray elements && elements.Count(Elements.IsPrimary) > 1)
            throw ScimException.InvalidValue($"{path} has more than one value that is primary; at most one may be.");
        return read;
    }

    private static JsonObject? ReadExtension(JsonNode? value, SchemaExtension extension, ReaderOptions options)
    {
        var schema = extension.Schema;
        if (value is not (null or JsonObject))
            throw ScimException.InvalidValue($"{schema.Id} takes an object with the attributes of the extension, not {Faults.Kind(value)}.");
        var result = ScimJson.NewObject();
        if (value is JsonObject given)
        {
            if (options.Strict)
                RefuseUnknown(given, name => schema.Find(name), _ => false, schema.Id);
            foreach (var attribute in schema.Attributes)
            {
                if (ReadAttribute(attribute, given[attribute.Name], $"{schema.Id}:{attribute.Name}", options) is { } read)
                    result.Add(attribute.Name, read);
            }
        }
        if (extension.Required && result.Count == 0)
            throw ScimException.InvalidValue($"The extension {schema.Id} is required.");
        return result;
    }

    private static void RefuseUnknown(JsonObject given, Func<string, ScimAttribute?> find, Func<string, bool> known, string owner)
    {
        foreach (var (name, _) in given)
        {
            // A password is dropped, never an error: some clients always send one.
            if (find(name) is null && !known(name) && !name.Equals("meta", StringComparison.OrdinalIgnoreCase) && !name.Equals("password", StringComparison.OrdinalIgnoreCase))
                throw ScimException.InvalidSyntax($"{owner} has no attribute \"{Faults.Short(name)}\".");
        }
    }
}
