using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Tests;

/// <summary>Resource types with what the standard ones lack.</summary>
internal static class TestTypes
{
    private static readonly ScimAttribute Pin = new() { Name = "pin", Type = AttributeType.Integer, Returned = Returned.Never };

    /// <summary>Attributes that are never returned, a decimal, and an array of integers.</summary>
    public static ResourceType Vault { get; } = new()
    {
        Name = "Vault",
        Endpoint = "/Vaults",
        Description = "For tests.",
        Schema = new ScimSchema
        {
            Id = "urn:example:Vault",
            Name = "Vault",
            Description = "For tests.",
            Attributes =
            [
                CommonAttributes.Id,
                new ScimAttribute { Name = "secret", Returned = Returned.Never },
                new ScimAttribute { Name = "weight", Type = AttributeType.Decimal },
                new ScimAttribute { Name = "shelves", Type = AttributeType.Integer, MultiValued = true },
                new ScimAttribute { Name = "vault", Type = AttributeType.Complex, SubAttributes = [Pin] },
                new ScimAttribute { Name = "keys", Type = AttributeType.Complex, MultiValued = true, SubAttributes = [Pin, new ScimAttribute { Name = "type" }] },
            ],
        },
    };
}
