using System.Collections.Immutable;
using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Scim.Schemas;

namespace Rollcall.Testing;

/// <summary>Random resources of a resource type.</summary>
internal static class ResourceGenerator
{
    public static Gen<JsonObject> Resources(ResourceType type)
    {
        var members = type.Schema.Attributes.Select(attribute => Member(attribute.Name, Value(attribute)))
            .Concat(type.Extensions.Select(extension => Member(extension.Schema.Id, Object(extension.Schema.Attributes))));
        return Gen.Select(Object(members), Gen.Int[1, 1_000_000], (resource, number) =>
        {
            resource["id"] = $"id-{number}";
            resource["schemas"] = new JsonArray(
                [type.Schema.Id, .. type.Extensions.Where(extension => resource[extension.Schema.Id] is not null).Select(extension => (JsonNode)extension.Schema.Id)]);
            resource["meta"] ??= new JsonObject();
            resource["meta"]!["resourceType"] = type.Name;
            return resource;
        });
    }

    private static Gen<JsonObject> Object(IEnumerable<ScimAttribute> attributes) =>
        Object(attributes.Select(attribute => Member(attribute.Name, Value(attribute))));

    private static Gen<JsonObject> Object(IEnumerable<Gen<KeyValuePair<string, JsonNode?>?>> members) =>
        All(members).Select(present => new JsonObject(present.Where(member => member is not null).Select(member => member!.Value)));

    /// <summary>One member in two is there; now and then it is null.</summary>
    private static Gen<KeyValuePair<string, JsonNode?>?> Member<T>(string name, Gen<T> value) where T : JsonNode =>
        Gen.Select(Gen.Int[0, 19], value, (dice, node) => dice switch
        {
            < 9 => (KeyValuePair<string, JsonNode?>?)null,
            9 => new KeyValuePair<string, JsonNode?>(name, null),
            _ => new KeyValuePair<string, JsonNode?>(name, node),
        });

    private static Gen<JsonNode> Value(ScimAttribute attribute)
    {
        var single = attribute.Type == AttributeType.Complex
            ? Object(attribute.SubAttributes).Select(node => (JsonNode)node)
            : Simple(attribute.Type);
        return attribute.MultiValued ? single.List[0, 3].Select(nodes => (JsonNode)new JsonArray([.. nodes])) : single;
    }

    private static Gen<JsonNode> Simple(AttributeType type) => type switch
    {
        AttributeType.Boolean => Gen.Bool.Select(value => (JsonNode)value),
        AttributeType.Integer => Numbers(SampleValues.Integers),
        AttributeType.Decimal => Numbers(SampleValues.Decimals),
        AttributeType.DateTime => Texts(SampleValues.Times),
        AttributeType.Binary => Texts(SampleValues.Binaries),
        AttributeType.Reference => Texts(SampleValues.References),
        _ => Texts(SampleValues.Texts),
    };

    private static Gen<JsonNode> Texts(string[] texts) => Gen.OneOf(texts).Select(text => (JsonNode)text);

    private static Gen<JsonNode> Numbers(string[] numbers) => Gen.OneOf(numbers).Select(number => JsonNode.Parse(number)!);

    private static Gen<ImmutableList<T>> All<T>(IEnumerable<Gen<T>> generators) => generators.Aggregate(
        Gen.Const(ImmutableList<T>.Empty),
        (all, generator) => Gen.Select(all, generator, (list, item) => list.Add(item)));
}
