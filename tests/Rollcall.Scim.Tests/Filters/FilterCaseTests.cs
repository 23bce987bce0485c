using System.Text.Json.Nodes;
using Rollcall.Scim.Filters;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests.Filters;

/// <summary>The table Data/filters.json against parser and evaluator.</summary>
public sealed class FilterCaseTests
{
    public static TheoryData<string> MatchIds => [.. FilterCases.Matches.Keys];

    public static TheoryData<string> FaultIds => [.. FilterCases.Faults.Keys];

    [Theory, MemberData(nameof(MatchIds))]
    public void Filter_matches_these_resources(string id)
    {
        var row = FilterCases.Matches[id];
        var filter = FilterParser.Parse(row.Filter, row.ResourceType, row.Options);

        var matches = FilterCases.Resources(row.ResourceType)
            .Where(resource => FilterEvaluator.Matches(filter, ComparisonDocument.Build(row.ResourceType, resource.Value)))
            .Select(resource => resource.Key);

        Assert.Equal(row.Matches, matches);
    }

    [Theory, MemberData(nameof(MatchIds))]
    public void Filter_matches_alike_after_the_document_was_stored_as_text(string id)
    {
        var row = FilterCases.Matches[id];
        var filter = FilterParser.Parse(row.Filter, row.ResourceType, row.Options);

        var matches = FilterCases.Resources(row.ResourceType)
            .Where(resource => FilterEvaluator.Matches(filter, JsonNode.Parse(ComparisonDocument.Build(row.ResourceType, resource.Value).ToJsonString())!.AsObject()))
            .Select(resource => resource.Key);

        Assert.Equal(row.Matches, matches);
    }

    [Theory, MemberData(nameof(MatchIds))]
    public void Filter_written_out_is_read_as_the_same_filter(string id)
    {
        var row = FilterCases.Matches[id];
        var filter = FilterParser.Parse(row.Filter, row.ResourceType, row.Options);
        if (filter is Filter.Constant)
            return; // written as "id pr", which is not a constant

        Assert.Equal(filter, FilterParser.Parse(filter.ToString(), row.ResourceType, row.Options));
    }

    [Theory, MemberData(nameof(FaultIds))]
    public void Filter_is_refused_with_a_reason(string id)
    {
        var row = FilterCases.Faults[id];

        var fault = Assert.Throws<ScimException>(() => FilterParser.Parse(row.Filter, row.ResourceType, row.Options));

        Assert.Equal((400, "invalidFilter"), (fault.Status, fault.ScimType));
        Assert.Contains(row.Detail, fault.Message, StringComparison.Ordinal);
        Assert.True(fault.Message.Length < 300, fault.Message);
    }
}
