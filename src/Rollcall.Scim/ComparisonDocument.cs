using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim;

/// <summary>
/// The document that filters and sorting look at: a resource with the names of its schemas and every value replaced by
/// its <see cref="ComparisonKey"/>. A database stores it beside the resource and compiles filters to SQL over it.
/// </summary>
public static class ComparisonDocument
{
    /// <summary>
    /// Makes the document of a resource.
    /// <list type="bullet">
    /// <item>Strings, references, times and binary values are keys in JSON strings; booleans and numbers stay what they are.</item>
    /// <item>Names are written as in the schemas; an extension is an object under its URN; what no schema knows is left out.</item>
    /// <item>Null, <c>[]</c>, <c>{}</c> and whatever holds nothing else are left out (RFC 7643 §2.5), so that being there
    /// means being assigned. An empty string is a value.</item>
    /// <item>Where <c>primary</c> is missing in an element, it is false (§2.4).</item>
    /// <item>A value that does not fit its attribute's type can't be compared and is left out.</item>
    /// </list>
    /// </summary>
    /// <param name="type">The resource's type.</param>
    /// <param name="resource">The whole resource, <c>id</c>, <c>meta</c> and <c>schemas</c> included. It is not changed.</param>
    public static JsonObject Build(ResourceType type, JsonObject resource)
    {
        var document = new JsonObject();
        foreach (var (name, node) in resource)
        {
            if (type.FindExtension(name) is { } extension)
                Add(document, extension.Schema.Id, node is JsonObject values ? Members(values, extension.Schema.Find) : null);
            else if (type.Find(name) is { } attribute)
                Add(document, attribute.Name, Value(attribute, node));
        }
        return document;
    }

    private delegate ScimAttribute? Finder(ReadOnlySpan<char> name);

    private static JsonObject? Members(JsonObject values, Finder find)
    {
        var members = new JsonObject();
        foreach (var (name, node) in values)
        {
            if (find(name) is { } attribute)
                Add(members, attribute.Name, Value(attribute, node));
        }
        return members.Count == 0 ? null : members;
    }

    private static JsonNode? Value(ScimAttribute attribute, JsonNode? node)
    {
        if (!attribute.MultiValued)
            return Single(attribute, node);
        if (node is not JsonArray values)
            return null;
        var keys = new JsonArray();
        foreach (var value in values)
        {
            if (Single(attribute, value) is not { } key)
                continue;
            if (key is JsonObject element && attribute.Find("primary") is { } primary)
                element.TryAdd(primary.Name, JsonValue.Create(false));
            keys.Add(key);
        }
        return keys.Count == 0 ? null : keys;
    }

    private static JsonNode? Single(ScimAttribute attribute, JsonNode? node)
    {
        if (attribute.Type == AttributeType.Complex)
            return node is JsonObject values ? Members(values, attribute.Find) : null;
        if (node is not JsonValue value)
            return null;
        return (attribute.Type, value.GetValueKind()) switch
        {
            (AttributeType.String or AttributeType.Reference, JsonValueKind.String) => ComparisonKey.Text(attribute, value.GetValue<string>()),
            (AttributeType.DateTime, JsonValueKind.String) => ComparisonKey.Time(value.GetValue<string>(), strict: true),
            (AttributeType.Binary, JsonValueKind.String) => ComparisonKey.Binary(value.GetValue<string>()),
            (AttributeType.Boolean, JsonValueKind.True) => true,
            (AttributeType.Boolean, JsonValueKind.False) => false,
            (AttributeType.Integer or AttributeType.Decimal, JsonValueKind.Number) => ComparisonKey.Number(value.ToJsonString()),
            _ => null,
        };
    }

    /// <summary>Adds what has a value; of two names that differ only in case the first counts.</summary>
    private static void Add(JsonObject document, string name, JsonNode? node)
    {
        if (node is not null)
            document.TryAdd(name, node);
    }
}
