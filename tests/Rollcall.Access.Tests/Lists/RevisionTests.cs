using System.Text.Json.Nodes;
using Rollcall.Access.Lists;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Lists;

/// <summary><c>/api/v1/lists/{name}/revisions</c>: how a list stood, since when and by whom.</summary>
public sealed class RevisionTests
{
    [Fact]
    public async Task Revisions_tell_how_a_list_stood_from_when_to_when_by_whom_and_what_changed()
    {
        await using var app = await RollcallApp.StartAsync();
        await MakeAsync(app);
        app.Clock.Advance(TimeSpan.FromHours(1));
        (await app.AdminAsync("PUT", "/lists/ops/members/bob")).Expect(201);
        app.Clock.Advance(TimeSpan.FromHours(1));
        var update = (await app.AdminAsync("PATCH", "/lists/ops", new JsonObject
        {
            ["description"] = "Who runs it", ["owners"] = Owners("ann", "eve"), ["grants"] = new JsonObject { ["roles"] = new JsonArray("root") },
        })).Expect(200);
        (await app.AdminAsync("PUT", "/lists/ops/members/carol")).Expect(201);

        var items = (await app.AdminAsync("GET", "/lists/ops/revisions")).Expect(200).Items;
        Assert.Equal(2, items.Count);
        JsonShape.AssertMatches(JsonNode.Parse($$"""
            { "revision": 3, "lastRevision": 4, "from": "2026-03-01T14:00:00.7+00:00", "to": null, "deleted": null, "code": "list.update",
              "actor": { "user": "administrator", "client": null, "requestId": "{{update.Headers["X-Request-Id"]}}" }, "changed": ["description", "grants.roles", "owners"],
              "type": "", "scimId": null, "title": "Ops", "description": "Who runs it", "owners": [{ "kind": "person", "name": "ann" }, { "kind": "person", "name": "eve" }],
              "grants": { "roles": ["root"] } }
            """)!, items[0]!);
        JsonShape.AssertMatches(JsonNode.Parse("""
            { "revision": 1, "lastRevision": 2, "from": "2026-03-01T12:00:00.7+00:00", "to": "2026-03-01T14:00:00.7+00:00", "deleted": null, "code": "list.create", "changed": null,
              "title": "Ops", "description": null, "owners": [{ "kind": "person", "name": "ann" }], "grants": { "roles": [] } }
            """)!, items[1]!);
    }

    [Fact]
    public async Task Revisions_that_a_platform_made_name_it_and_its_ids()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync(rules: new JsonObject { ["groupRename"] = "follow" });
        var first = await app.ListAsync(client, "Payroll", "payroll");
        (await client.PatchAsync($"/Groups/{first}", """[{"op":"replace","path":"displayName","value":"Pay"}]""")).Expect(204);
        (await client.PatchAsync($"/Groups/{first}", """[{"op":"replace","path":"externalId","value":"x1"}]""")).Expect(204);
        (await client.DeleteAsync($"/Groups/{first}")).Expect(204);
        var second = (string)(await app.AdminAsync("POST", "/lists/payroll/offer")).Expect(200).Body["scimId"]!;

        var items = (await app.AdminAsync("GET", "/lists/payroll/revisions")).Expect(200).Items;
        Assert.Equal(
        [
            $"5 group.offer administrator [\"scimId\"] {second} Pay",
            "4 group.delete acme [\"scimId\"]  Pay",
            $"3 group.patch acme [\"externalId\"] {first} Pay",
            $"2 group.patch acme [\"title\"] {first} Pay",
            $"1 list.create administrator  {first} Payroll",
        ], items.Select(item => $"{item!["revision"]} {item["code"]} {item["actor"]!["integration"] ?? item["actor"]!["user"]} {item["changed"]?.ToJsonString()} {item["scimId"]} {item["title"]}"));
        Assert.All(items, item => Assert.Equal("acme", (string?)item!["integration"]));
    }

    [Fact]
    public async Task Revisions_of_deleted_lists_of_the_name_are_there_apart_from_those_of_the_present_one()
    {
        await using var app = await RollcallApp.StartAsync();
        await MakeAsync(app);
        (await app.AdminAsync("PATCH", "/lists/ops", new JsonObject { ["title"] = "Operations" })).Expect(200);
        (await app.AdminAsync("DELETE", "/lists/ops")).Expect(204);
        Assert.Equal(["2 true Operations [\"title\"]", "1  Ops "], Told(await app.AdminAsync("GET", "/lists/ops/revisions")));
        app.Clock.Advance(TimeSpan.FromDays(1));
        await MakeAsync(app);

        Assert.Equal(["1  Ops ", "2 true Operations [\"title\"]", "1  Ops "], Told(await app.AdminAsync("GET", "/lists/ops/revisions")));

        static IEnumerable<string> Told(ApiAnswer answer) =>
            answer.Expect(200).Items.Select(item => $"{item!["revision"]} {item["deleted"]} {item["title"]} {item["changed"]?.ToJsonString()}");
    }

    [Fact]
    public async Task Pages_of_any_size_give_the_whole_history_in_order()
    {
        await using var app = await RollcallApp.StartAsync();
        await MakeAsync(app);
        for (var i = 2; i <= 7; i++)
        {
            (await app.AdminAsync("PATCH", "/lists/ops", new JsonObject { ["title"] = $"Ops {i}" })).Expect(200);
            if (i == 4)
            {
                (await app.AdminAsync("DELETE", "/lists/ops")).Expect(204);
                await MakeAsync(app);
            }
        }
        var whole = (await app.AdminAsync("GET", "/lists/ops/revisions")).Expect(200);
        Assert.Equal(8, whole.Items.Count);
        Assert.Null(whole.Body["nextCursor"]);

        for (var count = 1; count <= 9; count++)
        {
            var items = new List<JsonNode>();
            var cursor = "";
            do
            {
                var page = (await app.AdminAsync("GET", $"/lists/ops/revisions?count={count}{cursor}")).Expect(200);
                Assert.InRange(page.Items.Count, 1, count);
                items.AddRange(page.Items!);
                cursor = page.Body["nextCursor"] is { } next ? $"&cursor={next}" : "";
            }
            while (cursor.Length > 0);
            Assert.Equal(whole.Items.Select(item => item!.ToJsonString()), items.Select(item => item.ToJsonString()));
        }
    }

    [Fact]
    public async Task Unknown_lists_and_foreign_cursors_are_refused()
    {
        await using var app = await RollcallApp.StartAsync();
        await MakeAsync(app);

        Assert.Contains("'nope'", (string)(await app.AdminAsync("GET", "/lists/nope/revisions")).Expect(404).Body["detail"]!, StringComparison.Ordinal);
        foreach (var cursor in (string[])["!", "eHl6", "MS4yLjM"])
            Assert.Equal("cursor", (string?)(await app.AdminAsync("GET", $"/lists/ops/revisions?cursor={cursor}")).Expect(400).Body["field"]);
        Assert.Equal("count", (string?)(await app.AdminAsync("GET", "/lists/ops/revisions?count=0")).Expect(400).Body["field"]);
    }

    [Fact]
    public async Task History_outlives_the_audit_log_then_without_who_did_it()
    {
        await using var app = await RollcallApp.StartAsync();
        await MakeAsync(app);
        app.Clock.Advance(TimeSpan.FromDays(401));
        (await app.AdminAsync("PATCH", "/lists/ops", new JsonObject { ["title"] = "Operations" })).Expect(200);
        await app.PruneAsync();

        var items = (await app.AdminAsync("GET", "/lists/ops/revisions")).Expect(200).Items;
        Assert.Equal("list.update", (string?)items[0]!["code"]);
        Assert.Equal("Ops", (string?)items[1]!["title"]);
        Assert.Null(items[1]!["code"]);
        Assert.Null(items[1]!["actor"]);
    }

    [Fact]
    public async Task A_page_walks_the_history_of_its_name_and_looks_up_who_did_it()
    {
        await using var access = await TestAccess.StartAsync();
        var past = await QueryPlan.OfAsync(access, _ => (ListRevisions.Past, ["ops", long.MaxValue, 1L, 10]));
        Assert.Contains(past, line => line.StartsWith("SEARCH h USING INDEX list_history_name (name=? AND to_at<?", StringComparison.Ordinal));
        Assert.DoesNotContain(past, line => line.Contains("SCAN", StringComparison.Ordinal) || line.EndsWith("B-TREE FOR ORDER BY", StringComparison.Ordinal));
        Assert.Contains(await QueryPlan.OfAsync(access, session => (ListRevisions.Authors(session.Dialect), ["[]", "[]", "ops"])),
            line => line.StartsWith("SEARCH audit USING INDEX audit_resource (resource_id=? AND at=?)", StringComparison.Ordinal));
    }

    private static async Task MakeAsync(RollcallApp app) =>
        (await app.AdminAsync("POST", "/lists", new JsonObject { ["name"] = "ops", ["title"] = "Ops", ["owners"] = Owners("ann") })).Expect(201);

    private static JsonArray Owners(params string[] names) => [.. names.Select(name => new JsonObject { ["kind"] = "person", ["name"] = name })];
}
