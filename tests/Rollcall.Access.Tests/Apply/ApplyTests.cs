using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;
using static Rollcall.Access.Tests.Apply.ApplyCalls;

namespace Rollcall.Access.Tests.Apply;

/// <summary>What applying documents does to lists and members.</summary>
public sealed class ApplyTests
{
    [Fact]
    public async Task New_lists_are_made_with_their_members_and_applying_them_again_writes_nothing()
    {
        await using var app = await RollcallApp.StartAsync();
        await app.IntegrationAsync();
        var yaml = List("a", "static", "  grants: {roles: [reader], traits: {env: [prod]}}\n  audit: {recurrence: {frequency: 3 months}}", "team: hr")
            + Member("a", "bob", "  expires: 2030-01-01T00:00:00Z\n  reason: stands in")
            + List("b") + Member("b", "carol") + List("c", "scim") + Member("c", "dave");

        var first = (await app.ApplyAsync(yaml)).Expect(200);

        JsonShape.AssertMatches(JsonNode.Parse(
            """
            {"dryRun":false,"changed":true,"summary":{"created":3,"updated":0,"deleted":0,"unchanged":0,"members":{"added":2,"changed":0,"removed":0,"unchanged":0,"kept":0,"skipped":1}},
             "lists":[
              {"name":"a","type":"static","integration":null,"action":"create","fields":null,"members":{"added":1,"changes":[{"action":"create","kind":"person","name":"bob","fields":null}]}},
              {"name":"b","type":"","action":"create","members":{"added":1}},
              {"name":"c","type":"scim","integration":"acme","action":"create","members":{"added":0,"skipped":1,"changes":null}}]}
            """), first.Body);
        JsonShape.AssertMatches(JsonNode.Parse(
            """{"title":"a","type":"static","owners":[{"kind":"person","name":"ann"}],"grants":{"roles":["reader"],"traits":{"env":["prod"]}},"labels":{"team":"hr"},"audit":{"frequency":3,"dayOfMonth":1,"nextAuditDate":"2026-06-01T00:00:00+00:00"},"memberCount":1}"""),
            (await app.AdminAsync("GET", "/lists/a")).Expect(200).Body);
        JsonShape.AssertMatches(JsonNode.Parse("""[{"kind":"person","name":"bob","expires":"2030-01-01T00:00:00+00:00","reason":"stands in","addedBy":"administrator"}]"""), (await app.AdminAsync("GET", "/lists/a/members")).Items);
        Assert.Empty(await app.MembersAsync("c"));

        var before = await app.StateAsync();
        app.Clock.Advance(TimeSpan.FromDays(40));
        var second = (await app.ApplyAsync(yaml)).Expect(200);
        JsonShape.AssertMatches(JsonNode.Parse("""{"changed":false,"summary":{"created":0,"updated":0,"unchanged":3,"members":{"added":0,"unchanged":2,"skipped":1}}}"""), second.Body);
        Assert.Equal(before, await app.StateAsync());
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_does_nothing()
    {
        await using var app = await RollcallApp.StartAsync();
        (await app.ApplyAsync(List("a", "static") + Member("a", "bob") + List("gone"))).Expect(200);
        var yaml = List("a", "static", "  description: new") + Member("a", "carol") + List("b", owner: "{name: a, membership_kind: 2}");
        var before = await app.StateAsync();

        var dry = (await app.ApplyAsync(yaml, "?dryRun=true&prune=true")).Expect(200).Body;
        Assert.Equal(before, await app.StateAsync());
        var real = (await app.ApplyAsync(yaml, "?prune=true")).Expect(200).Body;

        Assert.True((bool)dry["dryRun"]!);
        Assert.False((bool)real["dryRun"]!);
        dry["dryRun"] = false;
        Assert.Equal(real.ToJsonString(), dry.ToJsonString());
        Assert.NotEqual(before, await app.StateAsync());
    }

    [Fact]
    public async Task What_an_update_changes_is_told_value_by_value_and_is_one_revision()
    {
        await using var app = await RollcallApp.StartAsync();
        (await app.ApplyAsync(List("a", "static", "  description: old\n  grants: {roles: [r, s], traits: {env: [prod], team: [x]}}", "team: hr") + Member("a", "bob") + Member("a", "carol", "  reason: old"))).Expect(200);

        var answer = (await app.ApplyAsync(
            List("a", "static", "  grants: {roles: [s, t], traits: {env: [test]}}\n  audit: {recurrence: {frequency: 1y}}", owner: "{name: ben, description: head}")
            + Member("a", "CAROL", "  reason: new\n  expires: 2031-01-01T00:00:00Z") + Member("a", "dave"))).Expect(200);

        JsonShape.AssertMatches(JsonNode.Parse(
            """
            {"action":"update","fields":[
              {"field":"metadata.labels.team","from":"hr","to":null},
              {"field":"spec.description","from":"old","to":null},
              {"field":"spec.owners","from":[{"name":"ann"}],"to":[{"name":"ben","description":"head"}]},
              {"field":"spec.grants.roles","from":["r","s"],"to":["s","t"]},
              {"field":"spec.grants.traits.env","from":["prod"],"to":["test"]},
              {"field":"spec.grants.traits.team","from":["x"],"to":null},
              {"field":"spec.audit.recurrence.frequency","from":null,"to":"1 year"},
              {"field":"spec.audit.recurrence.day_of_month","to":"1"},
              {"field":"spec.audit.notifications.start","to":"336h0m0s"},
              {"field":"spec.audit.next_audit_date","to":"2027-03-01T00:00:00Z"}],
             "members":{"added":1,"changed":1,"removed":1,"unchanged":0,"changes":[
              {"action":"update","kind":"person","name":"carol","fields":[{"field":"spec.expires","from":null,"to":"2031-01-01T00:00:00Z"},{"field":"spec.reason","from":"old","to":"new"}]},
              {"action":"create","name":"dave"},
              {"action":"delete","name":"bob"}]}}
            """), answer.Of("a"));
        Assert.Equal(3, (long)(await app.AdminAsync("GET", "/lists/a")).Body["revision"]!);
        Assert.Equal(["carol", "dave"], await app.MembersAsync("a"));
    }

    [Fact]
    public async Task The_documents_of_a_static_list_are_all_its_members_unless_there_are_none()
    {
        await using var app = await RollcallApp.StartAsync();
        (await app.ApplyAsync(List("a", "static") + Member("a", "bob") + Member("a", "carol"))).Expect(200);

        // Members without the list's own document are added.
        JsonShape.AssertMatches(JsonNode.Parse("""{"added":1,"removed":0,"kept":2}"""), (await app.ApplyAsync(Member("a", "dave"))).Expect(200).Of("a")["members"]);
        // The list without its members leaves them alone, and says so.
        var kept = (await app.ApplyAsync(List("a", "static"))).Expect(200).Of("a");
        JsonShape.AssertMatches(JsonNode.Parse("""{"action":"unchanged","members":{"removed":0,"kept":3}}"""), kept);
        // Both together are the whole set.
        JsonShape.AssertMatches(JsonNode.Parse("""{"removed":2,"unchanged":1,"kept":0}"""), (await app.ApplyAsync(List("a", "static") + Member("a", "bob"))).Expect(200).Of("a")["members"]);
        Assert.Equal(["bob"], await app.MembersAsync("a"));
        // With prune, none means none.
        JsonShape.AssertMatches(JsonNode.Parse("""{"removed":1,"kept":0}"""), (await app.ApplyAsync(List("a", "static"), "?prune=true")).Expect(200).Of("a")["members"]);
        Assert.Empty(await app.MembersAsync("a"));
    }

    [Fact]
    public async Task Members_of_a_list_managed_here_stay_though_no_document_names_them()
    {
        await using var app = await RollcallApp.StartAsync();
        (await app.ApplyAsync(List("a") + Member("a", "bob"))).Expect(200);
        (await app.AdminAsync("PUT", "/lists/a/members/carol")).Expect(201);

        var answer = (await app.ApplyAsync(List("a") + Member("a", "dave"), "?prune=true")).Expect(200);

        JsonShape.AssertMatches(JsonNode.Parse("""{"added":1,"removed":0,"unchanged":0,"kept":2}"""), answer.Of("a")["members"]);
        Assert.Equal(["bob", "carol", "dave"], await app.MembersAsync("a"));
    }

    [Fact]
    public async Task Since_when_is_kept_from_the_document_by_whom_is_the_servers_to_say()
    {
        await using var app = await RollcallApp.StartAsync();
        var yaml = List("a") + Member("a", "bob", "  joined: 2024-03-05T06:07:08.123456Z\n  added_by: somebody") + Member("a", "carol", "  joined: 2099-01-01T00:00:00Z");
        (await app.ApplyAsync(yaml)).Expect(200);

        var expected = JsonNode.Parse("""[{"name":"bob","joined":"2024-03-05T06:07:08.123456+00:00","addedBy":"administrator"},{"name":"carol","joined":"2026-03-01T12:00:00.700001+00:00","addedBy":"administrator"}]""");
        JsonShape.AssertMatches(expected, (await app.AdminAsync("GET", "/lists/a/members")).Items);

        // A membership that lasts began when it began; another end or reason leaves that.
        app.Clock.Advance(TimeSpan.FromDays(1));
        (await app.ApplyAsync(List("a") + Member("a", "bob", "  joined: 2025-01-01T00:00:00Z\n  reason: new") + Member("a", "carol", "  reason: new"))).Expect(200);
        JsonShape.AssertMatches(expected, (await app.AdminAsync("GET", "/lists/a/members")).Items);
    }

    [Fact]
    public async Task Members_of_a_list_of_type_scim_are_its_integrations_to_decide()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        (await app.ApplyAsync(List("payroll", "scim"))).Expect(200);
        var group = (await client.GroupAsync("payroll")).Id!;
        (await client.AddAsync(group, null, await client.UserAsync("bob"))).Expect(204);
        var before = await app.StateAsync();

        var answer = (await app.ApplyAsync(List("payroll", "scim") + Member("payroll", "eve") + Nested("payroll", "nowhere"))).Expect(200);

        JsonShape.AssertMatches(JsonNode.Parse("""{"action":"unchanged","members":{"added":0,"removed":0,"skipped":2}}"""), answer.Of("payroll"));
        Assert.Equal(before, await app.StateAsync());
        Assert.Equal(2, (await client.GetAsync($"/Groups/{group}")).Revision);
        Assert.True((bool)answer.Body["changed"]! is false);
    }

    [Fact]
    public async Task A_platform_sees_what_documents_change_of_its_list_as_a_new_version()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        (await app.ApplyAsync(List("payroll", "scim"))).Expect(200);
        var group = (await client.GroupAsync("payroll")).Id!;

        (await app.ApplyAsync(List("payroll", "scim", "  description: Who is paid\n  grants: {roles: [reader]}"))).Expect(200);

        var after = (await client.GetAsync($"/Groups/{group}")).Expect(200);
        Assert.Equal(2, after.Revision);
        JsonShape.AssertMatches(JsonNode.Parse("""{"urn:rollcall:params:scim:schemas:extension:1.0:AccessList":{"name":"payroll","description":"Who is paid","roles":["reader"],"owners":["ann"]}}"""), after.Body);
    }

    [Fact]
    public async Task The_date_of_the_next_review_moves_only_with_its_recurrence_or_by_the_document()
    {
        await using var app = await RollcallApp.StartAsync();
        async Task<string> NextAsync(string audit)
        {
            (await app.ApplyAsync(List("a", more: $"  audit: {audit}"))).Expect(200);
            return ((string)(await app.AdminAsync("GET", "/lists/a")).Body["audit"]!["nextAuditDate"]!)[..10];
        }
        Assert.Equal("2026-09-01", await NextAsync("{recurrence: {frequency: 6m}}"));
        app.Clock.Advance(TimeSpan.FromDays(60));
        Assert.Equal("2026-09-01", await NextAsync("{recurrence: {frequency: 6 months}}"));
        Assert.Equal("2026-09-01", await NextAsync("{recurrence: {frequency: 6 months}, notifications: {start: 24h}}"));
        Assert.Equal("2026-07-31", await NextAsync("{recurrence: {frequency: 3 months, day_of_month: last}}"));
        Assert.Equal("2027-02-03", await NextAsync("{next_audit_date: 2027-02-03T00:00:00Z, recurrence: {frequency: 3 months, day_of_month: last}}"));
        (await app.ApplyAsync(List("a"))).Expect(200);
        Assert.Null((await app.AdminAsync("GET", "/lists/a")).Body["audit"]);
    }

    [Fact]
    public async Task Files_that_were_applied_before_are_remembered_and_a_change_by_anybody_is_seen()
    {
        await using var app = await RollcallApp.StartAsync();
        await app.IntegrationAsync();
        var yaml = List("a", "static") + Member("a", "bob") + Nested("a", "b") + List("b") + Member("b", "carol") + List("c", "scim") + Member("c", "x");
        (await app.ApplyAsync(yaml)).Expect(200);
        var remembered = (await app.ApplyAsync(yaml)).Expect(200).Body.ToJsonString();
        // Nothing remembered helps with what begins otherwise.
        Assert.Equal((await app.ApplyAsync("# again\n" + yaml.Replace("---\n", "--- # again\n", StringComparison.Ordinal))).Expect(200).Body.ToJsonString(), remembered);

        async Task SeenAsync(string method, string path, JsonObject? body, string action)
        {
            Assert.InRange((await app.AdminAsync(method, path, body)).Status, 200, 204);
            var answer = (await app.ApplyAsync(yaml)).Expect(200);
            Assert.Equal(action, (string?)answer.Of(path.Split('/')[2])["action"]);
            Assert.Equal(remembered, (await app.ApplyAsync(yaml)).Expect(200).Body.ToJsonString());
        }
        await SeenAsync("PATCH", "/lists/b", new JsonObject { ["title"] = "other" }, "update");
        await SeenAsync("PUT", "/lists/a/members/dave", [], "update");
        await SeenAsync("DELETE", "/lists/c", null, "create");
        // What was asked for is more than the files.
        (await app.AdminAsync("DELETE", "/lists/a/members/bob")).Expect(204);
        Assert.Equal(1, (int)(await app.ApplyAsync(yaml, "?dryRun=true")).Body["summary"]!["members"]!["added"]!);
        Assert.Equal(1, (int)(await app.ApplyAsync(yaml)).Body["summary"]!["members"]!["added"]!);
        (await app.ApplyAsync(yaml, "?integration=none")).Expect(400);
        (await app.ApplyAsync(List("d"))).Expect(200);
        Assert.Equal(1, (int)(await app.ApplyAsync(yaml, "?prune=true")).Expect(200).Body["summary"]!["deleted"]!);
    }

    [Fact]
    public async Task Each_list_has_an_audit_row_of_the_one_request()
    {
        await using var app = await RollcallApp.StartAsync();
        (await app.ApplyAsync(List("a", "static") + List("b") + List("gone"))).Expect(200);
        (await app.ApplyAsync(List("a", "static", "  description: x") + Member("a", "bob") + List("b", owner: "{name: ben}") + List("c"), "?prune=true")).Expect(200);

        await using var connection = app.OpenDatabase();
        await using var command = connection.CreateCommand();
        command.CommandText = "select change_number, code, resource_name, revision_before, revision_after, operations, request_id from audit where outcome = 'done' order by id desc limit 4";
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var (rows, requests) = (new List<string>(), new HashSet<string>());
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Insert(0, string.Join(' ', Enumerable.Range(0, 6).Select(reader.GetValue)));
            requests.Add(reader.GetString(6));
        }
        Assert.Equal(
            ["1 list.delete gone 1  ", "2 list.create c  1 ", """3 list.update a 1 2 {"fields":["spec.description"],"add":["bob"]}""", """4 list.update b 1 2 {"fields":["spec.owners"]}"""], rows);
        Assert.Single(requests);
    }
}
