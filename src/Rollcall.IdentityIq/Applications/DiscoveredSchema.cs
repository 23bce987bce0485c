using Rollcall.Scim.Schemas;

namespace Rollcall.IdentityIq.Applications;

/// <summary>
/// Flattens SCIM schemas as SailPoint does when a person chooses <i>Discover Schema Attributes</i>: <c>name.givenName</c>,
/// <c>emails.primary.work.value</c>, <c>meta.version</c>.
/// </summary>
public static class DiscoveredSchema
{
    private const string Groups = "groups";
    private const string Work = "work";

    /// <summary>The schema of accounts: identified by <c>id</c>, shown by <c>userName</c>, with <c>groups</c> as entitlements.</summary>
    /// <param name="users">The resource type of Users.</param>
    public static ObjectSchema Account(ResourceType users) => Of(users, ObjectSchema.Account, "userName");

    /// <summary>
    /// The schema of groups: identified by <c>id</c>, shown by <c>displayName</c>. <c>members</c> is left out: SailPoint reads membership
    /// from accounts only, and would store every member of a group in the group.
    /// </summary>
    /// <param name="groups">The resource type of Groups.</param>
    public static ObjectSchema Group(ResourceType groups) => Of(groups, ObjectSchema.Group, "displayName");

    private static ObjectSchema Of(ResourceType type, string objectType, string displayAttribute) => new()
    {
        ObjectType = objectType,
        NativeObjectType = type.Name,
        IdentityAttribute = "id",
        DisplayAttribute = displayAttribute,
        Attributes =
        [
            .. type.Schema.Attributes.SelectMany(attribute => Flatten(attribute, attribute.Name)),
            .. type.Extensions.SelectMany(extension => extension.Schema.Attributes.SelectMany(attribute => Flatten(attribute, $"{extension.Schema.Id}:{attribute.Name}"))),
        ],
    };

    private static IEnumerable<SchemaAttribute> Flatten(ScimAttribute attribute, string name)
    {
        if (attribute.Type != AttributeType.Complex)
            return [Attribute(attribute, name, attribute.MultiValued)];
        if (!attribute.MultiValued)
            return attribute.SubAttributes.Where(sub => sub.Name != "$ref").Select(sub => Attribute(sub, $"{name}.{sub.Name}", sub.MultiValued));
        if (attribute.Name == Groups)
            return [new SchemaAttribute { Name = name, MultiValued = true, Entitlement = true, Managed = true, SchemaObjectType = ObjectSchema.Group, Description = attribute.Description }];
        // Values are told apart by type and primary, which the name says.
        if (attribute.Find("type")?.CanonicalValues.Contains(Work) is true)
        {
            return attribute.SubAttributes.Where(sub => sub.Name is not ("type" or "primary" or "display" or "$ref"))
                .SelectMany(sub => (string[])[$"{name}.primary.{Work}.{sub.Name}", $"{name}.{Work}.{sub.Name}"], (sub, path) => Attribute(sub, path, multiValued: false));
        }
        return attribute.Find("value") is { } value && attribute.Find("$ref") is null ? [Attribute(value, name, multiValued: true)] : [];
    }

    private static SchemaAttribute Attribute(ScimAttribute attribute, string name, bool multiValued) => new()
    {
        Name = name,
        Type = attribute.Type switch
        {
            AttributeType.Boolean => SchemaAttributeType.Boolean,
            // The number types of SCIM have no bounds.
            AttributeType.Integer => SchemaAttributeType.Long,
            // Times stay text: SailPoint's date has a form of its own.
            _ => SchemaAttributeType.String,
        },
        MultiValued = multiValued,
        Required = attribute.Required,
        Description = string.IsNullOrEmpty(attribute.Description) ? null : attribute.Description,
    };
}
