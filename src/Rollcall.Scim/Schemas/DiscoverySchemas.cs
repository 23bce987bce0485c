using static Rollcall.Scim.Schemas.AttributeBuilder;

namespace Rollcall.Scim.Schemas;

/// <summary>
/// The schemas of the discovery documents themselves (RFC 7643 §5 to §7, §8.7.2), which are served too. The printed
/// schemas of the RFC lack <c>etag</c>, and <c>type</c> and <c>primary</c> of <c>authenticationSchemes</c>, which its text
/// demands: they are here, as is <c>pagination</c> of RFC 9865 §4.
/// </summary>
public static class DiscoverySchemas
{
    /// <summary>What a service provider can do.</summary>
    public static ScimSchema ServiceProviderConfig { get; } = ConfigWith(
        Complex("pagination", "How lists are paged.",
            Flag("cursor", "Whether paging by cursor is supported.").Required(),
            Flag("index", "Whether paging by index is supported.").Required(),
            Text("defaultPaginationMethod", "How a query is paged that asks for neither.") with { CanonicalValues = ["cursor", "index"] },
            Number("defaultPageSize", "The size of a page where the client names none."),
            Number("maxPageSize", "The greatest page."),
            Number("cursorTimeout", "How many seconds a cursor lives at least.")));

    /// <summary>The same without <c>pagination</c>, for clients that refuse what RFC 7643 doesn't know.</summary>
    public static ScimSchema ClassicServiceProviderConfig { get; } = ConfigWith();

    /// <summary>A resource type.</summary>
    public static ScimSchema ResourceType { get; } = new()
    {
        Id = SchemaUris.ResourceType,
        Name = "ResourceType",
        Description = "Specifies the schema that describes a SCIM resource type",
        Attributes =
        [
            Text("id", "The id of the resource type, equal to its name.").ReadOnly(),
            Text("name", "The name of the resource type.").Required().ReadOnly(),
            Text("description", "What the resource type is.").ReadOnly(),
            Reference("endpoint", "The endpoint below the base URL, such as /Users.", "uri").Required().ReadOnly(),
            Reference("schema", "The URN of the base schema.", "uri").Required().ReadOnly(),
            Complex("schemaExtensions", "The extensions of the resource type.",
                Reference("schema", "The URN of the extension.", "uri").Required(),
                Flag("required", "Whether a resource must have it.").Required()).MultiValued().ReadOnly(),
            CommonAttributes.Meta,
        ],
    };

    /// <summary>A schema.</summary>
    public static ScimSchema Schema { get; } = new()
    {
        Id = SchemaUris.Schema,
        Name = "Schema",
        Description = "Specifies the schema that describes a SCIM schema",
        Attributes =
        [
            Text("id", "The URN of the schema.").Required().ReadOnly(),
            Text("name", "The name of the schema.").ReadOnly(),
            Text("description", "What the schema is for.").ReadOnly(),
            Complex("attributes", "The attributes of the schema.",
                [.. Characteristics(), Complex("subAttributes", "The parts of a complex attribute.", Characteristics()).MultiValued()])
                .MultiValued().Required().ReadOnly(),
            CommonAttributes.Meta,
        ],
    };

    private static ScimSchema ConfigWith(params ScimAttribute[] newer) => new()
    {
        Id = SchemaUris.ServiceProviderConfig,
        Name = "Service Provider Configuration",
        Description = "Schema for representing the service provider's configuration",
        Attributes =
        [
            Reference("documentationUri", "The address of documentation for people.", "external").ReadOnly(),
            Support("patch", "PATCH").ReadOnly(),
            Support("bulk", "bulk requests",
                Number("maxOperations", "The most operations of one request.").Required(),
                Number("maxPayloadSize", "The greatest body, in bytes.").Required()).ReadOnly(),
            Support("filter", "filters",
                Number("maxResults", "The most resources of one answer.").Required()).ReadOnly(),
            Support("changePassword", "changing passwords").ReadOnly(),
            Support("sort", "sorting").ReadOnly(),
            Support("etag", "entity tags").ReadOnly(),
            .. newer.Select(AttributeBuilder.ReadOnly),
            Complex("authenticationSchemes", "How clients authenticate.",
                Text("type", "The kind of scheme.").Required() with { CanonicalValues = ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"] },
                Text("name", "The name of the scheme.").Required(),
                Text("description", "What to know about the scheme.").Required(),
                Reference("specUri", "The address of the specification.", "external"),
                Reference("documentationUri", "The address of documentation for people.", "external"),
                Flag("primary", "Whether this is the preferred scheme; at most one is.")).MultiValued().Required().ReadOnly(),
            CommonAttributes.Meta,
        ],
    };

    private static ScimAttribute Support(string name, string what, params ScimAttribute[] more) =>
        Complex(name, $"Whether, and within which limits, {what} can be used.",
            [Flag("supported", "Whether it is supported.").Required(), .. more]).Required();

    private static ScimAttribute[] Characteristics() =>
    [
        Text("name", "The name of the attribute.").Required().CaseExact(),
        Text("type", "The data type.").Required() with { CanonicalValues = ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"] },
        Flag("multiValued", "Whether the value is an array.").Required(),
        Text("description", "What the attribute is for."),
        Flag("required", "Whether a resource without it is refused."),
        Text("canonicalValues", "Suggested values.").MultiValued(),
        Flag("caseExact", "Whether case matters when text is compared."),
        Text("mutability", "Who may change it.").CaseExact() with { CanonicalValues = ["readOnly", "readWrite", "immutable", "writeOnly"] },
        Text("returned", "When it is returned.").CaseExact() with { CanonicalValues = ["always", "never", "default", "request"] },
        Text("uniqueness", "Within what a value is unique.").CaseExact() with { CanonicalValues = ["none", "server", "global"] },
        Text("referenceTypes", "What a reference may point to.").CaseExact().MultiValued(),
    ];
}
