namespace Rollcall.IdentityIq.Applications;

/// <summary>The types that SailPoint knows for attributes of accounts and groups.</summary>
public enum SchemaAttributeType
{
    /// <summary>Text.</summary>
    String,
    /// <summary>A whole number of 32 bits.</summary>
    Int,
    /// <summary>A whole number of 64 bits.</summary>
    Long,
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>A time.</summary>
    Date,
    /// <summary>Text that is stored encrypted.</summary>
    Secret,
    /// <summary>A right on a target.</summary>
    Permission,
}

/// <summary>The schema of one kind of object.</summary>
public sealed record ObjectSchema
{
    /// <summary>The object type of accounts.</summary>
    public const string Account = "account";

    /// <summary>The object type of groups.</summary>
    public const string Group = "group";

    /// <summary>The kind: <see cref="Account"/>, <see cref="Group"/>, or another.</summary>
    public required string ObjectType { get; init; }

    /// <summary>The SCIM resource type, such as <c>User</c>.</summary>
    public string? NativeObjectType { get; init; }

    /// <summary>The attribute that identifies an object.</summary>
    public string? IdentityAttribute { get; init; }

    /// <summary>The attribute that people see as its name.</summary>
    public string? DisplayAttribute { get; init; }

    /// <summary>The attributes, in order.</summary>
    public IReadOnlyList<SchemaAttribute> Attributes { get; init; } = [];

    /// <summary>What else is said of the schema.</summary>
    public Remainder Remainder { get; init; } = new();
}

/// <summary>An attribute of accounts or groups, named as SailPoint flattens it, such as <c>name.givenName</c>.</summary>
public sealed record SchemaAttribute
{
    /// <summary>The name, unique in its schema.</summary>
    public required string Name { get; init; }

    /// <summary>The type.</summary>
    public SchemaAttributeType Type { get; init; }

    /// <summary>Whether it has several values.</summary>
    public bool MultiValued { get; init; }

    /// <summary>Whether its values are entitlements.</summary>
    public bool Entitlement { get; init; }

    /// <summary>Whether its values become entries of the entitlement catalog. Identity Security Cloud does not distinguish this.</summary>
    public bool Managed { get; init; }

    /// <summary>Whether it must have a value.</summary>
    public bool Required { get; init; }

    /// <summary>The object type that its values name, such as <c>group</c>.</summary>
    public string? SchemaObjectType { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>What else is said of the attribute.</summary>
    public Remainder Remainder { get; init; } = new();
}
