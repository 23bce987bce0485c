namespace Rollcall.Scim.Schemas;

/// <summary>The resource types that Rollcall serves.</summary>
public static class ResourceTypes
{
    /// <summary>Users, with the enterprise extension.</summary>
    public static ResourceType User { get; } = new()
    {
        Name = "User",
        Endpoint = "/Users",
        Description = "User Account",
        Schema = StandardSchemas.User,
        Extensions = [new SchemaExtension(StandardSchemas.EnterpriseUser, Required: false)],
    };

    /// <summary>Groups, with the access-list extension.</summary>
    public static ResourceType Group { get; } = new()
    {
        Name = "Group",
        Endpoint = "/Groups",
        Description = "Group",
        Schema = StandardSchemas.Group,
        Extensions = [new SchemaExtension(StandardSchemas.AccessList, Required: false)],
    };

    /// <summary>Groups of an integration that refuses renaming.</summary>
    public static ResourceType GroupWithFixedName { get; } = Group with { Schema = StandardSchemas.GroupWithFixedName };
}
