using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.IdentityIq.Isc;
using Rollcall.IdentityIq.Xml;
using Xunit;

namespace Rollcall.IdentityIq.Tests;

/// <summary>What is written and read is what it was.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void Xml_LosesNothing() => Definitions.OfXml.Sample(definition =>
        AssertSame(definition, ApplicationXml.Read(ApplicationXml.Write(definition, "a -- heading --->"))), iter: 300);

    [Fact]
    public void Json_LosesNothing() => Definitions.OfJson.Sample(definition => AssertSame(definition, SourceJson.Read(SourceJson.Write(definition, ["a note"]))), iter: 300);

    /// <summary>What both platforms know passes through the other one unharmed.</summary>
    [Fact]
    public void WhatBothKnow_PassesThroughTheOther() => Definitions.OfJson.Sample(definition =>
    {
        var plain = Common(definition);
        AssertSame(plain, SourceJson.Read(SourceJson.Write(ApplicationXml.Read(ApplicationXml.Write(plain)).Definition)));
    }, iter: 300);

    [Fact]
    public void StoredDefinition_LosesNothing() => Definitions.OfXml.Sample(definition =>
        AssertSame(definition, new ImportedApplication(JsonSerializer.Deserialize<ApplicationDefinition>(JsonSerializer.Serialize(definition))!, new Dictionary<string, string>(), [])), iter: 200);

    [Theory]
    [InlineData("\uFEFF<?xml version='1.0' encoding='UTF-16'?><Application name=\"x\"/>")]
    [InlineData("\n \uFEFF<?xml version='1.0'?>\n<Application name=\"x\"/>")]
    [InlineData("\uFEFF<Application name=\"x\"/>")]
    [InlineData("<Application name=\"x\"/>\n\n")]
    public void PastedText_IsRead(string text) => Assert.Equal("x", ApplicationXml.Read(text).Definition.Name);

    /// <summary>Broken in any place, a document is read or refused by the one exception, and never anything else.</summary>
    [Fact]
    public void DamagedDocument_IsReadOrRefused() => Gen.Select(Definitions.OfXml, Gen.Int[0, 100_000], Gen.String[Gen.Char["<>&\"'/ aMap="], 0, 5], Gen.Bool).Sample((definition, at, put, isXml) =>
    {
        var text = isXml ? ApplicationXml.Write(definition) : SourceJson.Write(definition);
        var place = at % text.Length;
        var damaged = text[..place] + put + text[Math.Min(text.Length, place + 3)..];
        try
        {
            _ = isXml ? ApplicationXml.Read(damaged) : SourceJson.Read(damaged);
        }
        catch (ApplicationFormatException fault)
        {
            Assert.NotEmpty(fault.Message);
        }
    }, iter: 300);

    private static ApplicationDefinition Common(ApplicationDefinition definition) => definition with
    {
        Owner = definition.Owner is null ? null : new ObjectReference(definition.Owner.Name),
        Correlation = definition.Correlation is not { Rules.Count: > 0 } correlation ? null : new Correlation { Reference = new ObjectReference(correlation.Reference.Name), Rules = correlation.Rules },
        Remainder = new Remainder(),
        Schemas = [.. definition.Schemas.Select(schema => schema with { Remainder = new Remainder(), Attributes = [.. schema.Attributes.Select(one => one with { Remainder = new Remainder() })] })],
        Forms = [.. definition.Forms.Select(form => form with
        {
            Remainder = new Remainder(),
            Sections = [.. form.Sections.Select(section => section with { Fields = [.. section.Fields.Select(field => field with { Remainder = new Remainder() })] })],
        })],
    };

    private static void AssertSame(ApplicationDefinition expected, ImportedApplication actual)
    {
        Assert.Empty(actual.Secrets);
        var (before, after) = (JsonSerializer.SerializeToNode(expected), JsonSerializer.SerializeToNode(actual.Definition));
        Assert.Empty(Differences("", before, after));
    }

    private static IEnumerable<string> Differences(string path, JsonNode? before, JsonNode? after) => (before, after) switch
    {
        (JsonObject left, JsonObject right) => left.Select(member => member.Key).Union(right.Select(member => member.Key))
            .SelectMany(key => left.ContainsKey(key) == right.ContainsKey(key) ? Differences($"{path}.{key}", left[key], right[key]) : [$"{path}.{key} is only in one"]),
        (JsonArray left, JsonArray right) when left.Count == right.Count => left.Zip(right).SelectMany((pair, i) => Differences($"{path}[{i}]", pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(before, after) ? [] : [$"{path}: {before?.ToJsonString() ?? "null"} became {after?.ToJsonString() ?? "null"}"],
    };
}
