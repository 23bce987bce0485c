using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Lists;

/// <summary>A list of type scim as both see it: the administrator who defines it and the platform that fills it.</summary>
public sealed class ListLifeTests
{
    private const string Extension = "urn:rollcall:params:scim:schemas:extension:1.0:AccessList";

    [Fact]
    public async Task What_an_administrator_changes_is_a_new_version_of_the_group()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await app.ListAsync(client, "Payroll", "payroll", "reader");
        var before = (await client.GetAsync($"/Groups/{group}")).Expect(200);

        (await app.AdminAsync("PATCH", "/lists/payroll", new JsonObject
        {
            ["title"] = "Wages",
            ["description"] = "Who is paid",
            ["grants"] = new JsonObject { ["roles"] = new JsonArray("writer"), ["traits"] = new JsonObject { ["env"] = new JsonArray("prod") } },
        })).Expect(200);

        var after = (await client.GetAsync($"/Groups/{group}")).Expect(200);
        Assert.Equal(before.Revision + 1, after.Revision);
        JsonShape.AssertMatches(JsonNode.Parse("""{"displayName":"Wages","urn:rollcall:params:scim:schemas:extension:1.0:AccessList":{"name":"payroll","description":"Who is paid","roles":["writer"],"traits":["env=prod"]}}"""), after.Body);
        (await client.AddAsync(group, before.ETag)).Expect(412);
        Assert.Equal([group], (await client.GetAsync($"/Groups?filter={Extension}:roles eq \"writer\"")).Ids());
    }

    [Fact]
    public async Task A_list_that_an_administrator_deletes_is_gone_for_its_members_too()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await app.ListAsync(client, "Payroll", "payroll");
        var bob = await client.UserAsync("bob");
        (await client.AddAsync(group, null, bob)).Expect(204);
        var before = (await client.GetAsync($"/Users/{bob}")).Revision;

        (await app.AdminAsync("DELETE", "/lists/payroll")).Expect(204);

        (await client.GetAsync($"/Groups/{group}")).Expect(404);
        var user = (await client.GetAsync($"/Users/{bob}")).Expect(200);
        Assert.Null(user.Body["groups"]);
        Assert.Equal(before + 1, user.Revision);
        Assert.Empty((await client.GetAsync("/Groups")).Resources);
    }

    [Fact]
    public async Task Rule_4_metadata_of_a_member_survives_writes_that_keep_the_member()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await app.ListAsync(client, "Payroll", "payroll");
        var (bob, carol) = (await client.UserAsync("bob"), await client.UserAsync("carol"));
        (await client.AddAsync(group, null, bob)).Expect(204);
        var joined = await JoinedAsync(app, "payroll", "bob@example.com");

        app.Clock.Advance(TimeSpan.FromHours(1));
        (await client.PutAsync($"/Groups/{group}", ScimClient.Group("Payroll", bob, carol))).Expect(200);
        (await client.PatchAsync($"/Groups/{group}", $$"""[{"op":"replace","path":"members","value":[{"value":"{{bob}}"}]}]""")).Expect(204);
        (await client.PatchAsync($"/Groups/{group}", $$"""[{"op":"remove","path":"members"},{"op":"add","path":"members","value":[{"value":"{{bob}}"}]}]""")).Expect(204);

        Assert.Equal(joined, await JoinedAsync(app, "payroll", "bob@example.com"));
        (await client.RemoveAsync(group, null, bob)).Expect(204);
        (await client.AddAsync(group, null, bob)).Expect(204);
        Assert.NotEqual(joined, await JoinedAsync(app, "payroll", "bob@example.com"));
    }

    [Fact]
    public async Task The_claim_is_shown_to_administrators()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await app.ListAsync(client, "Payroll", "payroll");
        Assert.False((bool)(await app.AdminAsync("GET", "/lists/payroll")).Body["claimed"]!);

        (await client.AddAsync(group, null)).Expect(204);
        Assert.True((bool)(await app.AdminAsync("GET", "/lists/payroll")).Body["claimed"]!);

        (await client.DeleteAsync($"/Groups/{group}")).Expect(204);
        var released = (await app.AdminAsync("GET", "/lists/payroll")).Expect(200).Body;
        Assert.False((bool)released["claimed"]!);
        Assert.Null(released["scimId"]);
    }

    [Fact]
    public async Task A_group_that_came_from_create_stays_where_an_administrator_gave_it_a_meaning()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync(rules: new JsonObject { ["groupCreation"] = "create" });
        var group = (await client.SendAsync("POST", "/Groups", ScimClient.Group("Made there"))).Expect(201);
        var name = (string)group.Body[Extension]!["name"]!;
        var grants = new JsonObject { ["grants"] = new JsonObject { ["roles"] = new JsonArray("reader") } };
        // SCIM made it without an owner: it may stay so until it is given one.
        (await app.AdminAsync("PATCH", $"/lists/{name}", grants)).Expect(200);

        (await client.DeleteAsync($"/Groups/{group.Id}")).Expect(204);

        Assert.Null((await app.AdminAsync("GET", $"/lists/{name}")).Expect(200).Body["scimId"]);
        (await client.SendAsync("POST", "/Groups", ScimClient.Group("made there"))).Expect(201);
    }

    [Fact]
    public async Task A_list_managed_here_keeps_a_group_that_its_integration_gives_up()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await app.ListAsync(client, "Payroll", "payroll");
        (await app.AdminAsync("POST", "/lists", JsonNode.Parse("""{"name":"all","title":"All","owners":[{"kind":"person","name":"o"}]}"""))).Expect(201);
        (await app.AdminAsync("PUT", "/lists/all/members/payroll", new JsonObject { ["kind"] = "list" })).Expect(201);

        (await client.DeleteAsync($"/Groups/{group}")).Expect(204);

        Assert.Equal("payroll", (string?)Assert.Single((await app.AdminAsync("GET", "/lists/all/members")).Items)!["name"]);
        (await app.AdminAsync("DELETE", "/lists/payroll")).Expect(409);
    }

    [Fact]
    public async Task An_integration_goes_with_groups_within_groups_whichever_was_made_first()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var groups = new List<string>();
        foreach (var title in new[] { "First", "Second", "Third" })
            groups.Add(await client.ListAsync(title));
        var bob = await client.UserAsync("bob");
        (await client.AddAsync(groups[2], null, groups[0], bob)).Expect(204);
        (await client.AddAsync(groups[0], null, groups[1])).Expect(204);

        (await app.AdminAsync("DELETE", "/integrations/acme")).Expect(409);
        (await app.AdminAsync("DELETE", "/integrations/acme?cascade=true")).Expect(204);

        Assert.Empty((await app.AdminAsync("GET", "/lists")).Items);
        Assert.Empty((await app.AdminAsync("GET", "/users")).Items);
    }

    [Fact]
    public async Task Administrators_see_the_users_of_an_integration_and_may_not_delete_them()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var bob = await client.UserAsync("bob");

        var listed = Assert.Single((await app.AdminAsync("GET", "/users?integration=acme")).Items)!;
        Assert.Equal(bob, (string?)listed["id"]);
        (await app.AdminAsync("DELETE", $"/users/{bob}")).Expect(409);
        (await app.AdminAsync("PUT", "/people/BOB@example.com/block")).Expect(204);
        Assert.True((bool)(await app.AdminAsync("GET", $"/users/{bob}")).Body["blocked"]!);
        Assert.Equal(1, (await client.GetAsync($"/Users/{bob}")).Expect(200).Revision);
    }

    [Fact]
    public async Task Rule_6_one_name_may_be_a_user_of_two_integrations_and_one_made_here()
    {
        await using var app = await RollcallApp.StartAsync();
        var (first, second) = (await app.IntegrationAsync("first"), await app.IntegrationAsync("second"));
        var (one, two) = (await first.UserAsync("bob"), await second.UserAsync("Bob"));
        (await app.AdminAsync("POST", "/users", new JsonObject { ["userName"] = "BOB@example.com" })).Expect(201);

        (await second.GetAsync($"/Users/{one}")).Expect(404);
        (await second.PatchAsync($"/Users/{one}", """[{"op":"replace","path":"active","value":false}]""")).Expect(404);
        (await second.DeleteAsync($"/Users/{one}")).Expect(404);
        var group = await second.ListAsync("Payroll");
        (await second.AddAsync(group, null, one)).Expect(400, "invalidValue");
        (await second.DeleteAsync($"/Users/{two}")).Expect(204);
        Assert.Equal(1, (await first.GetAsync($"/Users/{one}")).Expect(200).Revision);
        Assert.Equal(2, (await app.AdminAsync("GET", "/users?userName=bob@example.com")).Items.Count);
    }

    private static async Task<string> JoinedAsync(RollcallApp app, string list, string name) =>
        (string)(await app.AdminAsync("GET", $"/lists/{list}/members")).Items.Single(member => (string?)member!["name"] == name)!["joined"]!;
}
