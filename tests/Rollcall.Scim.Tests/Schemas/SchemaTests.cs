using System.Reflection;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Schemas;
using Xunit;

namespace Rollcall.Scim.Tests.Schemas;

/// <summary>The schemas that are served: what must hold of each attribute of them.</summary>
public sealed class SchemaTests
{
    private static readonly IReadOnlyList<ScimSchema> Served = Discovery.SchemasOf([ResourceTypes.User, ResourceTypes.Group, ResourceTypes.GroupWithFixedName], classic: false);

    private static readonly IReadOnlyList<ScimAttribute> Attributes = [.. Served.SelectMany(schema => schema.Attributes)];

    private static readonly string[] RegisteredScimTypes =
    [
        "invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue", "invalidVers", "sensitive",
        "invalidCursor", "expiredCursor", "invalidCount",
    ];

    [Fact]
    public void S_004_a_characteristic_that_is_not_given_is_the_default_of_the_RFC()
    {
        var attribute = new ScimAttribute { Name = "a" };

        Assert.Equal(
            (AttributeType.String, false, false, false, Mutability.ReadWrite, Returned.Default, Uniqueness.None),
            (attribute.Type, attribute.MultiValued, attribute.Required, attribute.CaseExact, attribute.Mutability, attribute.Returned, attribute.Uniqueness));
        Assert.Empty(attribute.CanonicalValues);
        Assert.Empty(attribute.ReferenceTypes);
    }

    [Fact]
    public void S_005_types_are_the_eight_of_the_RFC() =>
        Assert.Equal(["binary", "boolean", "complex", "dateTime", "decimal", "integer", "reference", "string"], Enum.GetNames<AttributeType>().Select(name => char.ToLowerInvariant(name[0]) + name[1..]).Order(StringComparer.Ordinal));

    [Fact]
    public void S_017_no_complex_attribute_of_a_resource_has_a_complex_part()
    {
        // Of discovery's own documents one does: the attributes of a schema have subAttributes (RFC 7643 §8.7.2).
        var schemas = Served.Where(schema => schema.Id != SchemaUris.Schema);

        Assert.DoesNotContain(schemas.SelectMany(schema => schema.Attributes).SelectMany(attribute => attribute.SubAttributes), part => part.Type == AttributeType.Complex);
    }

    [Fact]
    public void S_018_complex_attributes_say_nothing_of_uniqueness_and_case() =>
        Assert.DoesNotContain(Attributes, attribute => attribute.Type == AttributeType.Complex && (attribute.CaseExact || attribute.Uniqueness != Uniqueness.None));

    [Fact]
    public void S_042_common_attributes_have_the_characteristics_of_the_RFC()
    {
        foreach (var schema in new[] { StandardSchemas.User, StandardSchemas.Group })
        {
            var id = schema.Find("id")!;
            Assert.Equal((true, Mutability.ReadOnly, Returned.Always, Uniqueness.Server), (id.CaseExact, id.Mutability, id.Returned, id.Uniqueness));
            var externalId = schema.Find("externalId")!;
            Assert.Equal((true, Mutability.ReadWrite, Returned.Default, Uniqueness.None), (externalId.CaseExact, externalId.Mutability, externalId.Returned, externalId.Uniqueness));
            var meta = schema.Find("meta")!;
            Assert.All(meta.SubAttributes.Prepend(meta), part => Assert.Equal((Mutability.ReadOnly, Returned.Default), (part.Mutability, part.Returned)));
        }
    }

    [Fact]
    public void S_127_what_can_not_be_written_or_shown_is_declared_so()
    {
        Assert.All(Attributes.SelectMany(attribute => attribute.SubAttributes.Prepend(attribute)), attribute =>
        {
            if (attribute.Mutability == Mutability.WriteOnly)
                Assert.Equal(Returned.Never, attribute.Returned);
            if (attribute.Returned == Returned.Never)
                Assert.Equal(Mutability.WriteOnly, attribute.Mutability);
        });
        Assert.Equal(Mutability.ReadOnly, StandardSchemas.User.Find("groups")!.Mutability);
        Assert.All(StandardSchemas.AccessList.Attributes, attribute => Assert.Equal(Mutability.ReadOnly, attribute.Mutability));
        Assert.Equal(Mutability.Immutable, StandardSchemas.GroupWithFixedName.Find("displayName")!.Mutability);
    }

    [Fact]
    public void S_325_scimTypes_are_those_that_are_registered()
    {
        var factories = typeof(ScimException).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.ReturnType == typeof(ScimException) && method.GetParameters() is [{ ParameterType: var type }] && type == typeof(string)).ToList();

        Assert.NotEmpty(factories);
        Assert.All(factories, factory => Assert.Contains(((ScimException)factory.Invoke(null, ["a detail"])!).ScimType, RegisteredScimTypes.Append(null)));
    }
}
