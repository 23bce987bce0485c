using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Evaluation;

/// <summary>What platforms do, as evaluation sees it.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task Rule_6_each_user_of_a_person_counts_on_the_lists_of_its_own_integration()
    {
        await using var app = await RollcallApp.StartAsync();
        var (acme, blue) = (await app.IntegrationAsync("acme"), await app.IntegrationAsync("blue"));
        var (payroll, vault) = (await app.ListAsync(acme, "Payroll", "payroll", "payer"), await app.ListAsync(blue, "Vault", "vault", "keeper"));
        var (ann, other) = (await acme.UserAsync("ann"), await blue.UserAsync("ann"));
        (await acme.AddAsync(payroll, null, ann)).Expect(204);
        (await blue.AddAsync(vault, null, other)).Expect(204);

        var access = await AccessAsync(app, "ANN@example.com");
        JsonShape.AssertMatches(JsonNode.Parse($$"""
            {"users":[{"id":"{{ann}}","integration":"acme","active":true},{"id":"{{other}}","integration":"blue","active":true}],"roles":["keeper","payer"],
             "grants":[{"list":"payroll","steps":[{"userId":"{{ann}}","integration":"acme","addedBy":"acme"}]},{"list":"vault","steps":[{"userId":"{{other}}","integration":"blue"}]}]}
            """), access);

        var revision = (await acme.GetAsync($"/Groups/{payroll}")).Revision;
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        (await acme.PatchAsync($"/Users/{ann}", """[{"op":"replace","path":"active","value":false}]""")).Expect(200);
        JsonShape.AssertMatches(JsonNode.Parse("""
            {"roles":["keeper"],"grants":[{"list":"vault"}],"withoutEffect":[{"list":"payroll","roles":["payer"],"reasons":[{"status":"USER_INACTIVE"}]}]}
            """), await AccessAsync(app, "ann@example.com"));
        Assert.Equal(revision, (await acme.GetAsync($"/Groups/{payroll}")).Revision);

        app.Clock.Advance(TimeSpan.FromSeconds(1));
        (await acme.PatchAsync($"/Users/{ann}", """[{"op":"replace","path":"active","value":true}]""")).Expect(200);
        var again = (await AccessAsync(app, "ann@example.com"))["grants"]![0]!;
        Assert.Equal(app.Clock.GetUtcNow(), (DateTimeOffset)again["since"]!);
        Assert.True((DateTimeOffset)again["since"]! > (DateTimeOffset)again["steps"]![0]!["joined"]!);
    }

    [Fact]
    public async Task A_way_counts_since_requirements_were_met_again()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await app.ListAsync(client, "Payroll", "payroll", "payer");
        (await app.AdminAsync("PATCH", "/lists/payroll", new JsonObject { ["membershipRequires"] = new JsonObject { ["roles"] = new JsonArray("staff") } })).Expect(200);
        (await client.AddAsync(group, null, await client.UserAsync("ann"))).Expect(204);
        Assert.Empty((await AccessAsync(app, "ann@example.com"))["grants"]!.AsArray());

        // The local User, which has what the list requires, comes, goes and comes again.
        var first = await OwnAsync(app, "staff");
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        (await app.AdminAsync("DELETE", $"/users/{first}")).Expect(204);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await OwnAsync(app, "staff", "more");
        var since = app.Clock.GetUtcNow();
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(since, (DateTimeOffset)(await AccessAsync(app, "ann@example.com"))["grants"]![0]!["since"]!);
    }

    [Fact]
    public async Task What_is_gone_is_still_told_of_the_time_when_it_was_there()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await app.ListAsync(client, "Payroll", "payroll", "payer");
        var ann = await client.UserAsync("ann");
        (await client.AddAsync(group, null, ann)).Expect(204);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var then = ((DateTimeOffset)(await AccessAsync(app, "ann@example.com"))["at"]!).ToString("o");
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        (await app.AdminAsync("DELETE", "/integrations/acme?cascade=true")).Expect(204);

        Assert.Empty((await AccessAsync(app, "ann@example.com"))["users"]!.AsArray());
        (await app.AdminAsync("GET", "/lists/payroll/effective-members")).Expect(404);
        JsonShape.AssertMatches(JsonNode.Parse($$"""{"users":[{"id":"{{ann}}","integration":"(deleted)"}],"roles":["payer"]}"""),
            (await app.AdminAsync("GET", $"/people/ann@example.com/access?at={Uri.EscapeDataString(then)}")).Expect(200).Body);
        JsonShape.AssertMatches(JsonNode.Parse($$"""{"items":[{"kind":"user","name":"ann@example.com","userId":"{{ann}}","ineligibleStatus":"ELIGIBLE"}]}"""),
            (await app.AdminAsync("GET", $"/lists/payroll/effective-members?at={Uri.EscapeDataString(then)}")).Expect(200).Body);
    }

    [Fact]
    public async Task Where_ways_abound_not_all_are_told_but_all_that_they_give()
    {
        const int Wide = 4;
        const int Deep = 6;
        await using var app = await RollcallApp.StartAsync();
        for (var level = 0; level < Deep; level++)
        {
            for (var place = 0; place < Wide; place++)
            {
                await ListAsync(app, $"l{level}{place}");
                for (var below = 0; level > 0 && below < Wide; below++)
                    (await app.AdminAsync("PUT", $"/lists/l{level}{place}/members/l{level - 1}{below}", new JsonObject { ["kind"] = "list" })).Expect(201);
            }
        }
        for (var place = 0; place < Wide; place++)
            (await app.AdminAsync("PUT", $"/lists/l0{place}/members/ann@example.com")).Expect(201);
        await OwnAsync(app);

        var access = await AccessAsync(app, "ann@example.com");
        Assert.Equal(Wide * Deep, access["roles"]!.AsArray().Count);
        Assert.Equal(1000, access["grants"]!.AsArray().Count);
        Assert.True((bool)access["truncated"]!);
    }

    [Fact]
    public async Task Rule_5_a_list_that_was_given_up_is_offered_again_under_a_new_id()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var group = await app.ListAsync(client, "Payroll", "payroll", "payer");
        (await client.DeleteAsync($"/Groups/{group}")).Expect(204);
        Assert.Empty((await client.GetAsync("/Groups")).Resources);

        var offered = (await app.AdminAsync("POST", "/lists/payroll/offer")).Expect(200);
        var id = (string)offered.Body["scimId"]!;
        Assert.NotEqual(group, id);
        Assert.Equal("W/\"3\"", offered.ETag);
        Assert.Equal("Payroll", (string)(await client.GetAsync($"/Groups/{id}")).Expect(200).Body["displayName"]!);
    }

    private static async Task<JsonObject> AccessAsync(RollcallApp app, string person) => (await app.AdminAsync("GET", $"/people/{person}/access")).Expect(200).Body;

    private static async Task<string> OwnAsync(RollcallApp app, params string[] roles) => (string)(await app.AdminAsync("POST", "/users", new JsonObject
    {
        ["userName"] = "ann@example.com",
        ["roles"] = new JsonArray([.. roles.Select(role => (JsonNode)role)]),
    })).Expect(201).Body["id"]!;

    private static async Task ListAsync(RollcallApp app, string name) => (await app.AdminAsync("POST", "/lists", new JsonObject
    {
        ["name"] = name,
        ["title"] = name,
        ["owners"] = new JsonArray(new JsonObject { ["kind"] = "person", ["name"] = "owner" }),
        ["grants"] = new JsonObject { ["roles"] = new JsonArray($"role of {name}") },
    })).Expect(201);
}
