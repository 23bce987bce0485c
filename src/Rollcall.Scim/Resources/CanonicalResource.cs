using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Resources;

/// <summary>The one form in which a resource is kept and sent, so that equal resources are equal byte by byte.</summary>
public static class CanonicalResource
{
    /// <summary>
    /// The resource with its parts in order: <c>schemas</c>, the attributes of the base schema, the extensions,
    /// <c>meta</c>. <c>schemas</c> names the base schema and each extension that holds data, each once (RFC 7643 §3).
    /// Null and empties are left out, as is what no schema of the type knows.
    /// </summary>
    /// <param name="resource">The resource; not changed, its parts are copied.</param>
    /// <param name="type">Its type.</param>
    public static JsonObject Arrange(JsonObject resource, ResourceType type) => Build(type, name => resource[name]?.DeepClone());

    /// <summary>Makes a canonical resource of the parts that <paramref name="part"/> gives by name or extension URN.</summary>
    internal static JsonObject Build(ResourceType type, Func<string, JsonNode?> part)
    {
        var result = ScimJson.NewObject();
        var schemas = new JsonArray(JsonValue.Create(type.Schema.Id));
        result.Add("schemas", schemas);
        foreach (var attribute in type.Schema.Attributes)
        {
            if (attribute.Name != "meta")
                Add(result, attribute.Name, part(attribute.Name));
        }
        foreach (var extension in type.Extensions)
        {
            if (Add(result, extension.Schema.Id, part(extension.Schema.Id) is JsonObject data ? Arrange(data, extension.Schema) : null))
                schemas.Add(JsonValue.Create(extension.Schema.Id));
        }
        Add(result, "meta", part("meta"));
        return result;
    }

    private static JsonObject Arrange(JsonObject data, ScimSchema schema)
    {
        var result = ScimJson.NewObject();
        foreach (var attribute in schema.Attributes)
        {
            var value = data[attribute.Name];
            data.Remove(attribute.Name);
            Add(result, attribute.Name, value);
        }
        return result;
    }

    private static bool Add(JsonObject result, string name, JsonNode? value)
    {
        if (value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 })
            return false;
        result.Add(name, value);
        return true;
    }
}
