using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Tests;

/// <summary>A resource type with the characteristics that User and Group lack, to show that nothing is made for those two alone.</summary>
internal static class WidgetType
{
    public static ResourceType Widget { get; } = new()
    {
        Name = "Widget",
        Endpoint = "/Widgets",
        Description = "For tests.",
        Schema = new ScimSchema
        {
            Id = "urn:example:Widget",
            Name = "Widget",
            Description = "For tests.",
            Attributes =
            [
                CommonAttributes.Id,
                CommonAttributes.ExternalId,
                new ScimAttribute { Name = "name", Required = true },
                new ScimAttribute { Name = "serial", Mutability = Mutability.Immutable },
                new ScimAttribute { Name = "tags", MultiValued = true },
                new ScimAttribute { Name = "size", Type = AttributeType.Integer },
                new ScimAttribute { Name = "weight", Type = AttributeType.Decimal },
                new ScimAttribute { Name = "built", Type = AttributeType.DateTime },
                new ScimAttribute { Name = "blob", Type = AttributeType.Binary },
                Complex("owner",
                    new ScimAttribute { Name = "value", Required = true },
                    new ScimAttribute { Name = "code", Mutability = Mutability.Immutable },
                    new ScimAttribute { Name = "label", Mutability = Mutability.ReadOnly }),
                Complex("slots",
                    new ScimAttribute { Name = "value" },
                    new ScimAttribute { Name = "type" },
                    new ScimAttribute { Name = "mark", Mutability = Mutability.Immutable },
                    new ScimAttribute { Name = "hint", Returned = Returned.Request },
                    new ScimAttribute { Name = "key", Returned = Returned.Always }) with { MultiValued = true },
                new ScimAttribute { Name = "note", Returned = Returned.Request },
                new ScimAttribute { Name = "secret", Mutability = Mutability.WriteOnly, Returned = Returned.Never },
                new ScimAttribute { Name = "label", Returned = Returned.Always },
                CommonAttributes.Meta,
            ],
        },
        Extensions =
        [
            new SchemaExtension(
                new ScimSchema
                {
                    Id = "urn:example:Info",
                    Name = "Info",
                    Description = "For tests.",
                    Attributes =
                    [
                        new ScimAttribute { Name = "color" },
                        new ScimAttribute { Name = "codes", MultiValued = true, CaseExact = true },
                        new ScimAttribute { Name = "remark", Returned = Returned.Request },
                    ],
                },
                Required: true),
        ],
    };

    /// <summary>The type that a row of a table names.</summary>
    public static ResourceType Named(string? name) => name switch
    {
        null or "User" => ResourceTypes.User,
        "Group" => ResourceTypes.Group,
        "FixedGroup" => ResourceTypes.GroupWithFixedName,
        "Widget" => Widget,
        _ => throw new ArgumentException($"no type {name}", nameof(name)),
    };

    private static ScimAttribute Complex(string name, params ScimAttribute[] subAttributes) =>
        new() { Name = name, Type = AttributeType.Complex, SubAttributes = subAttributes };
}
