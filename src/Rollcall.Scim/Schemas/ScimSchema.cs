namespace Rollcall.Scim.Schemas;

/// <summary>A schema: a URN and its attributes (RFC 7643 §7).</summary>
public sealed record ScimSchema
{
    /// <summary>The URN, such as <c>urn:ietf:params:scim:schemas:core:2.0:User</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The name for people, such as <c>User</c>.</summary>
    public required string Name { get; init; }

    /// <summary>For people who read the schema.</summary>
    public required string Description { get; init; }

    /// <summary>The attributes, in the order in which responses carry them.</summary>
    public required IReadOnlyList<ScimAttribute> Attributes { get; init; }

    /// <summary>The attribute of that name, in any case, or null.</summary>
    public ScimAttribute? Find(ReadOnlySpan<char> name) => ScimAttribute.FindIn(Attributes, name);
}

/// <summary>An extension of a resource type (RFC 7643 §6).</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Required">Whether a resource without it is refused.</param>
public sealed record SchemaExtension(ScimSchema Schema, bool Required);

/// <summary>A kind of resource: its endpoint, its base schema and its extensions (RFC 7643 §6).</summary>
public sealed record ResourceType
{
    /// <summary>The name, which is also its id and <c>meta.resourceType</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The path below the base URL, such as <c>/Users</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>For people who read the resource type.</summary>
    public required string Description { get; init; }

    /// <summary>The base schema, which lists the common attributes <c>id</c>, <c>externalId</c> and <c>meta</c> too.</summary>
    public required ScimSchema Schema { get; init; }

    /// <summary>The extensions that a resource may carry.</summary>
    public IReadOnlyList<SchemaExtension> Extensions { get; init; } = [];

    /// <summary>The extension whose URN is <paramref name="urn"/> in any case (RFC 7644 §3.10), or null.</summary>
    public SchemaExtension? FindExtension(ReadOnlySpan<char> urn)
    {
        foreach (var extension in Extensions)
        {
            if (urn.Equals(extension.Schema.Id, StringComparison.OrdinalIgnoreCase))
                return extension;
        }
        return null;
    }

    /// <summary>
    /// The top-level attribute of that name: <c>schemas</c>, or one of the base schema, in any case; null if there is
    /// none.
    /// </summary>
    public ScimAttribute? Find(ReadOnlySpan<char> name) =>
        name.Equals("schemas", StringComparison.OrdinalIgnoreCase) ? CommonAttributes.Schemas : Schema.Find(name);
}
