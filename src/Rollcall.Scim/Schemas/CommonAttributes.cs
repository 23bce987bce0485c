using static Rollcall.Scim.Schemas.AttributeBuilder;

namespace Rollcall.Scim.Schemas;

/// <summary>
/// The attributes that every User and Group has (RFC 7643 §3.1). The served schemas list <c>id</c>, <c>externalId</c>
/// and <c>meta</c> with <c>version</c>, so that a client that discovers the schema learns to keep versions.
/// </summary>
public static class CommonAttributes
{
    /// <summary>The URNs of the schemas whose attributes a resource carries (§3); not part of any served schema.</summary>
    public static ScimAttribute Schemas { get; } =
        Reference("schemas", "The schemas whose attributes the resource carries.", "uri").MultiValued().Required().Returned(Returned.Always);

    /// <summary>The provider's identifier: always returned, never changed, compared exactly.</summary>
    public static ScimAttribute Id { get; } =
        Text("id", "The identifier that the service provider gave the resource. It never changes.").ReadOnly().CaseExact()
            .Returned(Returned.Always) with
        { Uniqueness = Uniqueness.Server };

    /// <summary>The client's identifier, within its own integration.</summary>
    public static ScimAttribute ExternalId { get; } =
        Text("externalId", "The identifier that the client knows the resource by.").CaseExact();

    /// <summary>What the provider knows about the resource.</summary>
    public static ScimAttribute Meta { get; } = Complex("meta", "What the service provider knows about the resource.",
        Text("resourceType", "The name of the resource type.").CaseExact(),
        Time("created", "When the resource was made."),
        Time("lastModified", "When the resource was last changed."),
        Reference("location", "The URI of the resource.", "uri"),
        Text("version", "The version of the resource, as in the ETag header. Send it back as If-Match to change exactly what you read.").CaseExact())
        .ReadOnly();
}
