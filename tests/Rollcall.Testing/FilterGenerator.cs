using System.Text.Json;
using CsCheck;
using Rollcall.Scim.Schemas;

namespace Rollcall.Testing;

/// <summary>Random valid filters of a resource type, as text.</summary>
internal static class FilterGenerator
{
    // Attributes that clients filter by; drawn as often as all others together.
    private static readonly string[] Common =
        ["userName", "displayName", "externalId", "active", "emails", "name", "members", "groups", "meta", "title"];

    public static Gen<string> Texts(ResourceType type)
    {
        (string Prefix, ScimAttribute Attribute)[] attributes =
        [
            .. type.Schema.Attributes.Select(attribute => ("", attribute)),
            ("", CommonAttributes.Schemas),
            .. type.Extensions.SelectMany(extension => extension.Schema.Attributes.Select(attribute => ($"{extension.Schema.Id}:", attribute))),
        ];
        var common = attributes.Where(candidate => Common.Contains(candidate.Attribute.Name)).ToArray();
        var terms = Gen.Bool.SelectMany(any => Gen.OneOf(any ? attributes : common)).SelectMany(drawn => Term(drawn.Prefix, drawn.Attribute));
        return Combined(terms, 3);
    }

    private static Gen<string> Combined(Gen<string> terms, int depth)
    {
        if (depth == 0)
            return terms;
        var operands = Combined(terms, depth - 1);
        return Gen.Frequency<string>(
            (4, terms),
            (2, operands.List[2, 4].Select(list => string.Join(" and ", list.Select(operand => $"({operand})")))),
            (2, operands.List[2, 4].Select(list => string.Join(" or ", list))),
            (2, operands.Select(operand => $"not ({operand})")));
    }

    private static Gen<string> Term(string prefix, ScimAttribute attribute)
    {
        var name = Names(prefix + attribute.Name);
        if (attribute.Type != AttributeType.Complex)
            return Comparison(name, attribute);
        var sub = Gen.OneOf([.. attribute.SubAttributes]);
        var dotted = Gen.Select(name, sub).SelectMany((owner, leaf) => Comparison(Names(leaf.Name).Select(text => $"{owner}.{text}"), leaf));
        var inner = Combined(sub.SelectMany(leaf => Comparison(Names(leaf.Name), leaf)), 1);
        var valuePath = Gen.Select(name, inner, (owner, filter) => $"{owner}[{filter}]");
        return Gen.Frequency<string>((4, dotted), (3, valuePath), (1, name.Select(owner => $"{owner} pr")));
    }

    private static Gen<string> Comparison(Gen<string> name, ScimAttribute attribute)
    {
        var compared = Gen.Select(name, Operators(attribute.Type), Operands(attribute.Type), (path, word, operand) => $"{path} {word} {operand}");
        var assigned = Gen.Select(name, Gen.OneOf("pr", "eq null", "ne null"), (path, word) => $"{path} {word}");
        return Gen.Frequency<string>((6, compared), (1, assigned));
    }

    private static Gen<string> Names(string name) => Gen.OneOf(name, name, name.ToUpperInvariant());

    private static Gen<string> Operators(AttributeType type) => type switch
    {
        AttributeType.Boolean or AttributeType.Binary => Gen.OneOf("eq", "ne"),
        AttributeType.Integer or AttributeType.Decimal or AttributeType.DateTime => Gen.OneOf("eq", "ne", "gt", "ge", "lt", "le"),
        _ => Gen.OneOf("eq", "EQ", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"),
    };

    private static Gen<string> Operands(AttributeType type) => type switch
    {
        AttributeType.Boolean => Gen.OneOf("true", "false"),
        AttributeType.Integer or AttributeType.Decimal => Gen.OneOf([.. SampleValues.Integers, .. SampleValues.Decimals]),
        AttributeType.DateTime => Quoted(SampleValues.Times),
        AttributeType.Binary => Quoted(SampleValues.Binaries),
        AttributeType.Reference => Quoted(SampleValues.References),
        _ => Quoted(SampleValues.Texts),
    };

    private static Gen<string> Quoted(string[] texts) => Gen.OneOf(texts).Select(text => JsonSerializer.Serialize(text));
}
