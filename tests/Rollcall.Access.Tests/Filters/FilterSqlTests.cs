using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Access.Tests.Support;
using Rollcall.Scim;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Schemas;
using Rollcall.Scim.Sorting;

namespace Rollcall.Access.Tests.Filters;

/// <summary>
/// Filters and orders that are compiled to SQL answer as <see cref="FilterEvaluator"/> and <see cref="ResourceSort"/> do
/// over the resources as the server shows them.
/// </summary>
public sealed class FilterSqlTests
{
    private sealed record Query(string Filter, string? SortBy, bool Descending, int Count);

    [Theory]
    [InlineData("User")]
    [InlineData("Group")]
    public async Task Sql_answers_as_the_evaluator_does(string typeName)
    {
        var type = typeName == "User" ? ResourceTypes.User : ResourceTypes.Group;
        var queries = Gen.Select(
            QueryPlans.Filters(type), QueryPlans.SortPaths(type), Gen.Bool, Gen.Bool, Gen.Int[1, 8],
            (filter, path, sorted, descending, count) => new Query(filter, sorted ? path : null, descending, count));
        await using var app = await RollcallApp.StartAsync();
        await Gen.Select(WorldPlan.Any, queries.List[150]).SampleAsync(
            async (plan, asked) =>
            {
                var world = await RandomWorld.MakeAsync(app, plan);
                foreach (var query in asked)
                    await CheckAsync(world, type, query);
            },
            iter: 5, threads: 1, print: _ => "see the message");
    }

    [Theory]
    [InlineData("User")]
    [InlineData("Group")]
    public async Task Each_order_is_that_of_the_evaluator(string typeName)
    {
        var type = typeName == "User" ? ResourceTypes.User : ResourceTypes.Group;
        await using var app = await RollcallApp.StartAsync();
        await Gen.Select(WorldPlan.Any, QueryPlans.SortPaths(type).List[60], Gen.Bool).SampleAsync(
            async (plan, paths, descending) =>
            {
                var world = await RandomWorld.MakeAsync(app, plan);
                foreach (var path in paths)
                    await CheckAsync(world, type, new Query("id pr", path, descending, 100));
            },
            iter: 5, threads: 1, print: _ => "see the message");
    }

    private static async Task CheckAsync(RandomWorld world, ResourceType type, Query query)
    {
        var text = world.Fill(query.Filter);
        var filter = FilterParser.Parse(text, type, FilterOptions.Default);
        var expected = world.Documents[type].Where(resource => FilterEvaluator.Matches(filter, resource.Document)).ToList();
        var path = $"{type.Endpoint}?attributes=id&filter={Uri.EscapeDataString(text)}";
        if (query.SortBy is not null)
        {
            path += $"&sortBy={query.SortBy}&sortOrder={(query.Descending ? "descending" : "ascending")}";
            if (Sort(type, query) is not { } sort)
            {
                (await world.Client.GetAsync(path)).Expect(400, "invalidPath");
                return;
            }
            expected.Sort((left, right) => sort.Compare(sort.KeyOf(left.Document), left.Id, sort.KeyOf(right.Document), right.Id));
        }

        var found = (await world.Client.GetAsync(path)).Expect(200).Ids();
        var ids = expected.Select(resource => resource.Id).ToList();
        Assert.True(ids.SequenceEqual(found), Explain(world, type, $"{text} sortBy {query.SortBy} descending {query.Descending}", ids, found));

        // Pages put together are the whole, and each tells the true total.
        var paged = new List<string>();
        for (var start = 1; start <= ids.Count + 1; start += query.Count)
        {
            var page = (await world.Client.GetAsync($"{path}&startIndex={start}&count={query.Count}")).Expect(200);
            Assert.Equal(ids.Count, (int)page.Body["totalResults"]!);
            paged.AddRange(page.Ids());
        }
        Assert.Equal(ids, paged);
    }

    private static ResourceSort? Sort(ResourceType type, Query query)
    {
        try
        {
            return ResourceSort.Parse(query.SortBy!, query.Descending ? "descending" : null, type);
        }
        catch (ScimException refused) when (refused.ScimType == "invalidPath")
        {
            return null;
        }
    }

    private static string Explain(RandomWorld world, ResourceType type, string query, List<string> expected, IReadOnlyList<string> found)
    {
        var odd = expected.Except(found).Concat(found.Except(expected)).FirstOrDefault();
        JsonObject? document = odd is null ? null : world.Documents[type].First(resource => resource.Id == odd).Document;
        var what = odd is null ? "the order differs" : found.Contains(odd) ? "one too many" : "one is missing";
        return $"{found.Count} found, {expected.Count} expected, {what}: {query}\n{document?.ToJsonString()}";
    }
}
