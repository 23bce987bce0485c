using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests.Paths;

/// <summary>The table Data/patch-paths.json, and what holds of any text.</summary>
public sealed class PatchPathTests
{
    private static readonly JsonNode File = Cases.Read("patch-paths.json");
    private static readonly IReadOnlyDictionary<string, PathRow> Paths = Cases.Rows<PathRow>(File["paths"]!.AsArray());
    private static readonly IReadOnlyDictionary<string, FaultRow> Faults = Cases.Rows<FaultRow>(File["faults"]!.AsArray());
    private static readonly IReadOnlyDictionary<string, TermRow> Terms = Cases.Rows<TermRow>(File["terms"]!.AsArray());

    public static TheoryData<string> PathIds => [.. Paths.Keys];

    public static TheoryData<string> FaultIds => [.. Faults.Keys];

    public static TheoryData<string> TermIds => [.. Terms.Keys];

    [Theory, MemberData(nameof(PathIds))]
    public void Path_is_read(string id)
    {
        var row = Paths[id];
        var path = PatchPath.Parse(row.Path, TypeOf(row.Type), row.Strict);

        Assert.Equal((row.Target, row.Filter), (path.Target.ToString(), path.ValueFilter?.ToString()));
        Assert.Equal(path, PatchPath.Parse(path.ToString(), TypeOf(row.Type), row.Strict));
    }

    [Theory, MemberData(nameof(FaultIds))]
    public void Path_is_refused_with_a_reason(string id)
    {
        var row = Faults[id];

        var fault = Assert.Throws<ScimException>(() => PatchPath.Parse(row.Path, TypeOf(row.Type), row.Strict));

        Assert.Equal((400, row.ScimType), (fault.Status, fault.ScimType));
        Assert.Contains(row.Detail, fault.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(TermIds))]
    public void Equality_terms_describe_this_element(string id)
    {
        var row = Terms[id];
        var terms = EqualityTerms.Of(PatchPath.Parse(row.Path, ResourceTypes.User, strict: false).ValueFilter!);

        var element = terms is null ? null : new JsonObject(terms.Select(term => KeyValuePair.Create(term.Attribute.Name, (JsonNode?)term.Value)));
        Assert.True(JsonNode.DeepEquals(row.Element, element), element?.ToJsonString());
    }

    [Fact]
    public void An_element_made_from_equality_terms_satisfies_the_filter() =>
        Gen.Select(Gen.OneOf("type", "display", "value"), Gen.OneOf("work", "Work", "\u00C4\"", "A\u0308\"", "\uFF21", ""))
            .Select((sub, text) => $"{sub} eq {JsonSerializer.Serialize(text)}").List[1, 4]
            .Sample(terms =>
            {
                var filter = PatchPath.Parse($"emails[{string.Join(" and ", terms)}]", ResourceTypes.User, strict: true).ValueFilter!;
                var element = EqualityTerms.Of(filter) is { } found
                    ? new JsonObject(found.Select(term => KeyValuePair.Create(term.Attribute.Name, (JsonNode?)term.Value)))
                    : null;
                var document = ComparisonDocument.Build(ResourceTypes.User, new JsonObject { ["emails"] = new JsonArray(element) });

                // There is no element only where terms contradict each other.
                var path = PatchPath.Parse("emails", ResourceTypes.User, strict: true).Target;
                Assert.Equal(element is not null, FilterEvaluator.Matches(new Filter.ValuePath(path, filter), document));
                Assert.Equal(element is null, terms.GroupBy(term => term.Split(' ')[0]).Any(group =>
                    group.Select(term => ScimText.Fold(JsonSerializer.Deserialize<string>(term.Split(" eq ")[1])!)).Distinct().Count() > 1));
            }, iter: 1_000);

    [Fact]
    public void Random_paths_are_read_or_refused() => Gen.Select(
        Gen.OneOf("emails", "name", "members", "title", "urn:ietf:params:scim:schemas:core:2.0:User", ".", ":", "[", "]", "0", "type eq \"work\"", "value", " ", "\"", "\\", "")
            .List[0, 8].Select(pieces => string.Concat(pieces)),
        Gen.Bool).Sample((text, strict) =>
        {
            try
            {
                PatchPath.Parse(text, ResourceTypes.User, strict);
            }
            catch (ScimException fault)
            {
                Assert.True(fault.ScimType is "invalidPath" or "invalidFilter", fault.ScimType);
            }
        }, iter: 10_000);

    [Fact]
    public void A_path_longer_than_8192_characters_is_refused() =>
        Assert.Equal("invalidPath", Assert.Throws<ScimException>(() => PatchPath.Parse(new string('a', 8193), ResourceTypes.User, strict: false)).ScimType);

    private static ResourceType TypeOf(string? name) => name == "Group" ? ResourceTypes.Group : ResourceTypes.User;

    private sealed record PathRow(string Id, string Path, string Target, string? Filter = null, string? Type = null, bool Strict = false);

    private sealed record FaultRow(string Id, string Path, string ScimType, string Detail, string? Type = null, bool Strict = false);

    private sealed record TermRow(string Id, string Path, JsonObject? Element);
}
