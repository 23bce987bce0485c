using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Messages;

/// <summary>
/// The documents of <c>/ResourceTypes</c> and <c>/Schemas</c> (RFC 7643 §6, §7; RFC 7644 §4). Base URLs come without a
/// slash at their end.
/// </summary>
public static class Discovery
{
    /// <summary>A resource type; its id is its name.</summary>
    public static JsonObject ResourceType(ResourceType type, string baseUrl)
    {
        var document = ScimJson.NewObject();
        document["schemas"] = new JsonArray(SchemaUris.ResourceType);
        document["id"] = type.Name;
        document["name"] = type.Name;
        document["endpoint"] = type.Endpoint;
        document["description"] = type.Description;
        document["schema"] = type.Schema.Id;
        document["schemaExtensions"] = new JsonArray([.. type.Extensions.Select(extension =>
            new JsonObject { ["schema"] = extension.Schema.Id, ["required"] = extension.Required })]);
        document["meta"] = Meta("ResourceType", $"{baseUrl}/ResourceTypes/{type.Name}");
        return document;
    }

    /// <summary>A schema with all characteristics of each attribute, none of them null.</summary>
    public static JsonObject Schema(ScimSchema schema, string baseUrl)
    {
        var document = ScimJson.NewObject();
        document["schemas"] = new JsonArray(SchemaUris.Schema);
        document["id"] = schema.Id;
        document["name"] = schema.Name;
        document["description"] = schema.Description;
        document["attributes"] = new JsonArray([.. schema.Attributes.Select(Attribute)]);
        document["meta"] = Meta("Schema", $"{baseUrl}/Schemas/{schema.Id}");
        return document;
    }

    /// <summary>
    /// The schemas that a server with these resource types serves (RFC 7643 §7): theirs, their extensions', and those of
    /// discovery itself; each once.
    /// </summary>
    /// <param name="types">The resource types.</param>
    /// <param name="classic">Whether ServiceProviderConfig is served without <c>pagination</c>.</param>
    public static IReadOnlyList<ScimSchema> SchemasOf(IEnumerable<ResourceType> types, bool classic) =>
    [
        .. types.SelectMany(type => type.Extensions.Select(extension => extension.Schema).Prepend(type.Schema)).DistinctBy(schema => schema.Id),
        classic ? DiscoverySchemas.ClassicServiceProviderConfig : DiscoverySchemas.ServiceProviderConfig,
        DiscoverySchemas.ResourceType,
        DiscoverySchemas.Schema,
    ];

    /// <summary>All documents of a discovery endpoint as one ListResponse; discovery isn't paged (RFC 7644 §4).</summary>
    public static JsonObject List(IReadOnlyCollection<JsonObject> documents)
    {
        var list = ScimJson.NewObject();
        list["schemas"] = new JsonArray(SchemaUris.ListResponse);
        list["totalResults"] = documents.Count;
        list["startIndex"] = 1;
        list["itemsPerPage"] = documents.Count;
        list["Resources"] = new JsonArray([.. documents.Select(document => document.DeepClone())]);
        return list;
    }

    internal static JsonObject Meta(string resourceType, string location) =>
        new() { ["resourceType"] = resourceType, ["location"] = location };

    private static JsonObject Attribute(ScimAttribute attribute)
    {
        var document = new JsonObject
        {
            ["name"] = attribute.Name,
            ["type"] = Keyword(attribute.Type),
            ["multiValued"] = attribute.MultiValued,
            ["description"] = attribute.Description,
            ["required"] = attribute.Required,
            ["caseExact"] = attribute.CaseExact,
            ["mutability"] = Keyword(attribute.Mutability),
            ["returned"] = Keyword(attribute.Returned),
            ["uniqueness"] = Keyword(attribute.Uniqueness),
        };
        if (attribute.CanonicalValues.Count > 0)
            document["canonicalValues"] = Texts(attribute.CanonicalValues);
        if (attribute.Type == AttributeType.Reference)
            document["referenceTypes"] = Texts(attribute.ReferenceTypes);
        if (attribute.Type == AttributeType.Complex)
            document["subAttributes"] = new JsonArray([.. attribute.SubAttributes.Select(Attribute)]);
        return document;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);

    /// <summary>The RFC's keywords are the names of the enumerations with a small first letter.</summary>
    private static string Keyword(Enum value)
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
