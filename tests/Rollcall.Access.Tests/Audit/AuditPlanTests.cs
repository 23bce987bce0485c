using Microsoft.Data.Sqlite;
using Rollcall.Access.Audit;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Audit;

/// <summary>A page of the audit log costs the same wherever it is: by an index, in its order, without a sort.</summary>
public sealed class AuditPlanTests
{
    private const string ByTime = "audit_time";
    private const string ByResource = "audit_resource ";
    private const string ByName = "audit_resource_name";

    [Theory]
    [InlineData("", ByTime)]
    [InlineData("code", ByTime)]
    [InlineData("outcome", ByTime)]
    [InlineData("integration", ByTime)]
    [InlineData("client", ByTime)]
    [InlineData("user", ByTime)]
    [InlineData("actor", ByTime)]
    [InlineData("resourceId", ByResource)]
    [InlineData("resourceName", ByName)]
    [InlineData("resourceId outcome code", ByResource)]
    public async Task A_page_is_read_by_an_index_in_its_order(string given, string index)
    {
        await using var app = await RollcallApp.StartAsync();
        string? If(string name) => given.Split(' ').Contains(name) ? "x" : null;
        var filter = new AuditFilter
        {
            Code = If("code"), Outcome = If("outcome"), Integration = If("integration"), Client = If("client"), User = If("user"), Actor = If("actor"),
            ResourceId = If("resourceId"), ResourceName = If("resourceName"),
        };
        foreach (var (timed, after) in ((AuditFilter, AuditQuery.Key?)[])[(filter, null), (filter with { Since = 1, Until = 9 }, new AuditQuery.Key(5, 5))])
        {
            foreach (var oldestFirst in (bool[])[false, true])
            {
                var plan = Plan(app, AuditQuery.Statement(timed, 1, oldestFirst, after, 10));
                Assert.Contains(plan, line => (line + " ").Contains($"audit USING INDEX {index}", StringComparison.Ordinal) || (line + " ").Contains($"audit USING COVERING INDEX {index}", StringComparison.Ordinal));
                Assert.DoesNotContain(plan, line => line.Contains("TEMP B-TREE FOR ORDER BY", StringComparison.Ordinal));
                Assert.DoesNotContain("SCAN audit", plan);
            }
        }
    }

    [Fact]
    public async Task A_resource_by_id_or_name_is_looked_up_by_both()
    {
        await using var app = await RollcallApp.StartAsync();
        var plan = Plan(app, AuditQuery.Statement(new AuditFilter { Resource = "x", Outcome = "done" }, null, oldestFirst: false, null, 10));
        Assert.Contains(plan, line => line.Contains("audit_resource (resource_id=?", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.Contains("audit_resource_name (resource_name=?", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.Contains("INTEGER PRIMARY KEY", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_is_looked_up()
    {
        await using var app = await RollcallApp.StartAsync();
        Assert.Contains(Plan(app, AuditQuery.Statement(new AuditFilter { RequestId = "x" }, null, oldestFirst: false, null, 10)), line => line.Contains("audit_request (request_id=?", StringComparison.Ordinal));
    }

    private static List<string> Plan(RollcallApp app, (string Sql, object?[] Arguments) statement)
    {
        using var connection = app.OpenDatabase();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // made by the query
        command.CommandText = $"explain query plan {statement.Sql}";
#pragma warning restore CA2100
        for (var i = 0; i < statement.Arguments.Length; i++)
            command.Parameters.AddWithValue($"${i + 1}", statement.Arguments[i] ?? DBNull.Value);
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read())
            lines.Add(reader.GetString(3));
        return lines;
    }
}
