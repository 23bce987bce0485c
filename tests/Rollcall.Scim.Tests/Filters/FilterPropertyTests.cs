using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Schemas;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests.Filters;

public sealed class FilterPropertyTests
{
    // Words of the grammar and of the schemas, so that random text gets past the first character.
    private static readonly string[] Pieces =
    [
        "(", ")", "[", "]", "\"", "\\", "'", ".", ":", " ", "  ", "\t", "and", "or", "not", "not(", "eq", "ne", "co", "pr", "gt", "null", "true", "False",
        "-1", "1e9", "userName", "emails", "emails[", "type", "value", "name", "active", "meta.lastModified", "lastModified", "members", "$ref", "schemas",
        "urn:", "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:", "manager", "\"work\"",
        "\"2026-01-31T08:00:00Z\"", "\\u00e4", "\\ud83d", "\"\\ufffe\"", "\ud83d", "\uDE00", "\0", "\u0130", "x509Certificates",
    ];

    private static readonly Gen<string> Noise = Gen.OneOf(Pieces).List[0, 20].Select(pieces => string.Concat(pieces));

    private static readonly Gen<string> Mutated =
        Gen.Select(Generators.FilterTexts(ResourceTypes.User), Noise, Gen.Double[0, 1], Gen.Double[0, 1], (text, noise, from, length) =>
        {
            var start = (int)(from * text.Length);
            var end = start + (int)(length * Math.Min(8, text.Length - start));
            return string.Concat(text.AsSpan(0, start), noise.AsSpan(0, Math.Min(noise.Length, 8)), text.AsSpan(end));
        });

    private static readonly Gen<FilterOptions> Options = Gen.Select(Gen.Bool, Gen.Bool, (strict, root) => FilterOptions.Default with
    {
        Strict = strict,
        UnknownAttribute = root ? UnknownAttribute.NoValue : UnknownAttribute.Refuse,
    });

    private static readonly Gen<(Filter, JsonObject)> FiltersAndDocuments =
        Gen.Select(Generators.Filters(ResourceTypes.User), Generators.Users.Select(user => ComparisonDocument.Build(ResourceTypes.User, user)));

    [Fact]
    public void Random_text_is_read_or_refused() => Gen.Select(Noise, Options).Sample(ReadsOrRefuses, iter: 20_000);

    [Fact]
    public void Mutated_filters_are_read_or_refused() => Gen.Select(Mutated, Options).Sample(ReadsOrRefuses, iter: 20_000);

    [Fact]
    public void Written_out_and_read_again_a_filter_is_the_same() => Generators.Filters(ResourceTypes.User).Sample(
        filter => Assert.Equal(filter, FilterParser.Parse(filter.ToString(), ResourceTypes.User, FilterOptions.Default)), iter: 5_000);

    [Fact]
    public void Generated_filters_are_valid_in_strict_mode_too() => Generators.FilterTexts(ResourceTypes.Group).Sample(
        text => Assert.Equal(
            FilterParser.Parse(text, ResourceTypes.Group, FilterOptions.Default),
            FilterParser.Parse(text, ResourceTypes.Group, FilterOptions.Default with { Strict = true })),
        iter: 2_000);

    [Fact]
    public void Not_turns_the_answer_around_and_twice_changes_nothing() => FiltersAndDocuments.Sample((filter, document) =>
    {
        var matches = FilterEvaluator.Matches(filter, document);
        Assert.Equal(!matches, FilterEvaluator.Matches(new Filter.Not(filter), document));
        Assert.Equal(matches, FilterEvaluator.Matches(new Filter.Not(new Filter.Not(filter)), document));
    }, iter: 5_000);

    [Fact]
    public void De_Morgan() => Gen.Select(FiltersAndDocuments, Generators.Filters(ResourceTypes.User)).Sample((pair, right) =>
    {
        var (left, document) = pair;
        Assert.Equal(
            FilterEvaluator.Matches(new Filter.Not(Filter.AllOf([left, right])), document),
            FilterEvaluator.Matches(Filter.AnyOf([new Filter.Not(left), new Filter.Not(right)]), document));
        Assert.Equal(
            FilterEvaluator.Matches(new Filter.Not(Filter.AnyOf([left, right])), document),
            FilterEvaluator.Matches(Filter.AllOf([new Filter.Not(left), new Filter.Not(right)]), document));
    }, iter: 5_000);

    [Fact]
    public void A_document_answers_alike_after_it_was_stored_as_text() => FiltersAndDocuments.Sample((filter, document) => Assert.Equal(
        FilterEvaluator.Matches(filter, document),
        FilterEvaluator.Matches(filter, JsonNode.Parse(document.ToJsonString())!.AsObject())), iter: 2_000);

    [Fact]
    public void Documents_of_any_other_shape_are_answered_too() => Gen.Select(Generators.Filters(ResourceTypes.User), Generators.Groups, Generators.Users).Sample(
        (filter, group, user) =>
        {
            // Not comparison documents at all: raw resources, and values where objects are expected.
            FilterEvaluator.Matches(filter, group);
            FilterEvaluator.Matches(filter, user);
            FilterEvaluator.Matches(filter, new JsonObject(user.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Key, new JsonArray(1, null, "x", new JsonArray())))));
            FilterEvaluator.Matches(filter, new JsonObject(user.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Key, 1.5))));
        }, iter: 2_000);

    /// <summary>If this fails, the properties above prove little: random filters must match now and then.</summary>
    [Fact]
    public void Generated_filters_match_some_generated_users_and_not_others()
    {
        int matched = 0, total = 0;
        FiltersAndDocuments.Sample((filter, document) =>
        {
            total++;
            if (FilterEvaluator.Matches(filter, document))
                matched++;
        }, iter: 2_000, threads: 1);

        Assert.InRange(matched / (double)total, 0.2, 0.8);
    }

    private static void ReadsOrRefuses(string text, FilterOptions options)
    {
        try
        {
            FilterParser.Parse(text, ResourceTypes.User, options);
        }
        catch (ScimException fault)
        {
            Assert.Equal("invalidFilter", fault.ScimType);
        }
    }
}
