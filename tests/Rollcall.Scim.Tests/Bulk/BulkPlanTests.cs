using System.Globalization;
using CsCheck;
using Rollcall.Scim.Bulk;
using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests.Bulk;

/// <summary>The table Data/bulk-plans.json, and what holds for every plan.</summary>
public sealed class BulkPlanTests
{
    private static readonly IReadOnlyDictionary<string, PlanRow> Plans = Cases.Rows<PlanRow>("bulk-plans.json");

    private static readonly Gen<List<string>> Requests = Gen.Select(Gen.Bool, Gen.Int[0, 3], Gen.Int[0, 9].List[0, 2], (isUser, verb, references) => (isUser, verb, references)).List[1, 10]
        .Select(operations => operations.ConvertAll(operation => (operation.isUser ? "Users" : "Groups", operation.verb, operation.references)).Index().Select(pair =>
        {
            var (index, (type, verb, references)) = pair;
            var needs = string.Concat(references.Where(reference => reference < operations.Count).Select(reference => $" n{reference}"));
            var what = verb == 0 ? $"PATCH {type}/{index % 3}" : $"POST {type} n{index}";
            return needs.Length == 0 ? what : $"{what} >{needs}";
        }).ToList());

    public static TheoryData<string> Ids => [.. Plans.Keys];

    [Theory, MemberData(nameof(Ids))]
    public void Operations_are_ordered(string id)
    {
        var request = BulkRequests.Of(Plans[id].Operations);

        Assert.Equal(Plans[id].Steps, BulkPlan.Of(request).Select(Text));
        Assert.Equal(Plans[id].Faults ?? [], request.Operations.Where(operation => operation.Fault is not null).Select(operation => operation.Index));
    }

    [Fact]
    [Trait("req", "S-317")]
    public void Each_operation_is_done_once_after_what_it_needs_and_in_order_on_its_resource() => Requests.Sample(lines =>
    {
        var request = BulkRequests.Of(lines);
        var steps = BulkPlan.Of(request);
        var place = steps.SelectMany((step, index) => step.Operations.Select(operation => (operation.Index, index))).ToDictionary(pair => pair.Item1, pair => pair.index);
        var needs = request.Operations.Select(operation => operation.Fault is null ? operation.References.Select(name => int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture)).ToList() : []).ToList();

        Assert.Equal(request.Operations.Count, steps.Sum(step => step.Operations.Count));
        foreach (var (index, needed) in needs.Index().SelectMany(pair => pair.Item.Select(need => (pair.Index, need))))
            Assert.True(place[needed] < place[index] || (place[needed] == place[index] && steps[place[index]].IsCircle));
        for (var a = 0; a < needs.Count; a++)
        {
            for (var b = 0; b < needs.Count; b++)
                Assert.Equal(a == b || (Reaches(needs, a, b) && Reaches(needs, b, a)), place[a] == place[b]);
            Assert.Equal(Reaches(needs, a, a), steps[place[a]].IsCircle);
        }
        // References may contradict the order on one resource; where they don't, it is kept.
        var pairs = OnSameResource(request).ToList();
        var all = needs.ConvertAll(needed => needed.ToList());
        pairs.ForEach(pair => all[pair.Later].Add(pair.Earlier));
        if (!pairs.Exists(pair => Reaches(all, pair.Earlier, pair.Later)))
            Assert.All(pairs, pair => Assert.True(place[pair.Earlier] < place[pair.Later]));
    }, iter: 5_000);

    [Fact]
    public void A_thousand_operations_that_each_need_the_next_are_ordered_at_once()
    {
        var request = BulkRequests.Of(Enumerable.Range(0, 1000).Select(index => index == 999 ? "POST Users n999" : $"POST Users n{index} > n{index + 1}"));

        Assert.Equal(Enumerable.Range(0, 1000).Reverse(), BulkPlan.Of(request).Select(step => step.Operations[0].Index));
        Assert.Single(BulkPlan.Of(BulkRequests.Of(Enumerable.Range(0, 1000).Select(index => $"POST Users n{index} > n{(index + 1) % 1000}"))));
    }

    private static bool Reaches(List<List<int>> needs, int from, int to)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>(needs[from]);
        while (open.TryPop(out var node))
        {
            if (node == to)
                return true;
            if (seen.Add(node))
                needs[node].ForEach(open.Push);
        }
        return false;
    }

    private static IEnumerable<(int Earlier, int Later)> OnSameResource(BulkRequest request) =>
        from a in request.Operations
        from b in request.Operations
        where a.Index < b.Index && a.Path?.Id is not null && a.Path.Id == b.Path?.Id && a.Path.Type == b.Path.Type
        select (a.Index, b.Index);

    private static string Text(BulkStep step) =>
        string.Join(',', step.Operations.Select(operation => operation.Index)) + (step.IsNestingCircle ? " nesting" : step.IsCircle ? " circle" : "");

    private sealed record PlanRow(string Id, IReadOnlyList<string> Operations, IReadOnlyList<string> Steps, IReadOnlyList<int>? Faults = null);
}
