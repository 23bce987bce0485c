using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Audit;

/// <summary>Reads, and what else is summed up by the minute; and each of them where the rule says so.</summary>
public sealed class ReadTests
{
    [Fact]
    public async Task Reads_of_a_minute_are_one_row_for_each_client_route_and_status()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var (ann, bob) = (await client.UserAsync("ann"), await client.UserAsync("bob"));
        foreach (var id in (string[])[ann, bob, ann])
            (await client.GetAsync($"/Users/{id}")).Expect(200);
        (await client.GetAsync("/Users/none")).Expect(404);
        (await client.GetAsync("/Users?filter=userName pr")).Expect(200);
        // Whoever looks in the middle of a minute sees what there is so far.
        Assert.Equal(["user.query 200 x1", "user.read 200 x3", "user.read 404 x1"], await ReadsAsync(app));

        (await client.GetAsync($"/Users/{ann}")).Expect(200);
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        (await client.GetAsync($"/Users/{ann}")).Expect(200);

        Assert.Equal(["user.query 200 x1", "user.read 200 x1", "user.read 200 x4", "user.read 404 x1"], await ReadsAsync(app));
        var row = (await app.AuditAsync("code=user.read")).First(found => (int)found["request"]!["status"]! == 200);
        JsonShape.AssertMatches(new JsonObject
        {
            ["actor"] = new JsonObject { ["integration"] = "acme" },
            ["resource"] = new JsonObject { ["kind"] = "user" },
            ["request"] = new JsonObject { ["method"] = "GET", ["path"] = "/scim/acme/v2/Users/{id}", ["status"] = 200 },
        }, row);
    }

    [Fact]
    public async Task With_the_rule_all_each_read_has_its_row()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync(rules: new JsonObject { ["auditReads"] = "all" });
        var ann = await client.UserAsync("ann");
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Add((await client.GetAsync($"/Users/{ann}")).Expect(200).Headers["X-Request-Id"]);

        var rows = await app.AuditAsync("code=user.read&order=oldest");
        Assert.Equal(ids.Order(StringComparer.Ordinal), rows.Select(row => (string?)row["actor"]!["requestId"]).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(($"/scim/acme/v2/Users/{ann}", ann), ((string?)row["request"]!["path"], (string?)row["resource"]!["id"])));
    }

    [Fact]
    public async Task Writes_that_change_nothing_and_tokens_are_summed_up_like_reads()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var list = await client.ListAsync("payroll");
        var bob = await client.UserAsync("bob");
        for (var i = 0; i < 3; i++)
            Assert.Equal(i == 0, (await client.AddAsync(list, null, bob)).Expect(204).Changed);
        var made = (await app.AdminAsync("POST", "/integrations", new JsonObject { ["name"] = "globex" })).Expect(201).Body;
        for (var i = 0; i < 2; i++)
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = (string)made["clientId"]!,
                ["client_secret"] = (string)made["clientSecret"]!,
            });
            using var answer = await app.Http.PostAsync("/oauth/token", form, TestContext.Current.CancellationToken);
            Assert.Equal(200, (int)answer.StatusCode);
        }

        var unchanged = Assert.Single(await app.AuditAsync("outcome=unchanged"));
        Assert.Equal(("group.patch", 2), ((string)unchanged["code"]!, (int)unchanged["operations"]!["count"]!));
        var tokens = Assert.Single(await app.AuditAsync("code=token"));
        Assert.Equal(("done", 2, (string?)made["clientId"]), ((string)tokens["outcome"]!, (int)tokens["operations"]!["count"]!, (string?)tokens["actor"]!["client"]));
    }

    [Fact]
    public async Task Who_knocks_without_a_name_gets_a_hundred_rows_a_minute()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        // No bearer token at all: guessing one would be slowed down before.
        for (var i = 0; i < 130; i++)
            (await client.SendAsync("GET", "/Users", null, new Dictionary<string, string> { ["Authorization"] = "Basic eDp5" })).Expect(401);

        var rows = await app.AuditAsync("outcome=refused");
        Assert.Equal(101, rows.Count);
        Assert.Equal(30, (int)Assert.Single(rows, row => row["operations"]!["count"] is not null)["operations"]!["count"]!);
    }

    private static async Task<IEnumerable<string>> ReadsAsync(RollcallApp app) =>
        (await app.AuditAsync("outcome=read&integration=acme")).Where(row => row["actor"]!["client"] is not null)
            .Select(row => $"{row["code"]} {row["request"]!["status"]} x{row["operations"]!["count"]}").Order(StringComparer.Ordinal);
}
