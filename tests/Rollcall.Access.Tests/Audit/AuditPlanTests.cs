using Rollcall.Access.Audit;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Audit;

/// <summary>A page of the audit log costs the same wherever it is: by an index, in its order, without a sort.</summary>
public sealed class AuditPlanTests
{
    [Theory]
    [InlineData("")]
    [InlineData("code")]
    [InlineData("outcome")]
    [InlineData("integration")]
    [InlineData("client")]
    [InlineData("user")]
    [InlineData("actor")]
    [InlineData("integration code outcome")]
    public async Task A_page_is_read_in_the_order_of_time(string given)
    {
        await using var access = await TestAccess.StartAsync();
        foreach (var statement in Statements(given, null))
        {
            var plan = await QueryPlan.OfAsync(access, _ => statement);
            Assert.Contains(plan, line => line.Contains("audit USING INDEX audit_time", StringComparison.Ordinal));
            Assert.DoesNotContain(plan, line => line.Contains("TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("outcome")]
    [InlineData("code integration")]
    public async Task What_was_done_to_a_resource_is_looked_up_and_who_read_it_is_found_in_the_order_of_time(string given)
    {
        await using var access = await TestAccess.StartAsync();
        foreach (var statement in Statements(given, ["x", "y"]))
        {
            var plan = await QueryPlan.OfAsync(access, _ => statement);
            Assert.Equal(2, plan.Count(line => line.StartsWith("SEARCH audit USING INDEX audit_resource (resource_id=?", StringComparison.Ordinal)
                || line.StartsWith("SEARCH audit USING COVERING INDEX audit_resource (resource_id=?", StringComparison.Ordinal)));
            Assert.Contains(plan, line => line.Contains("INDEX audit_reads", StringComparison.Ordinal));
            // Only the few of the page are sorted, those of all parts together.
            Assert.Single(plan, line => line.Contains("TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_request_is_looked_up()
    {
        await using var access = await TestAccess.StartAsync();
        Assert.Contains(
            await QueryPlan.OfAsync(access, _ => AuditQuery.Statement(new AuditFilter { RequestId = "x" }, ["y"], null, oldestFirst: false, null, 10)), line => line.Contains("audit_request (request_id=?", StringComparison.Ordinal));
    }

    private static IEnumerable<(string Sql, object?[] Arguments)> Statements(string given, string[]? resources)
    {
        string? If(string name) => given.Split(' ').Contains(name) ? "x" : null;
        var filter = new AuditFilter
        {
            Code = If("code"), Outcome = If("outcome"), Integration = If("integration"), Client = If("client"), User = If("user"), Actor = If("actor"),
        };
        return
            from timed in (AuditFilter[])[filter, filter with { Since = 1, Until = 9 }]
            from after in (AuditQuery.Key?[])[null, new AuditQuery.Key(5, 5)]
            from oldestFirst in (bool[])[false, true]
            select AuditQuery.Statement(timed, resources, 1, oldestFirst, after, 10);
    }
}
