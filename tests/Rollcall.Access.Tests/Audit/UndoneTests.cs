using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Audit;

/// <summary>A PUT that takes back what another client did in the last minute is marked.</summary>
public sealed class UndoneTests
{
    [Fact]
    public async Task A_put_that_removes_who_another_client_added_says_so()
    {
        await using var app = await RollcallApp.StartAsync();
        var (first, second, list, users) = await WorldAsync(app);
        var added = (await first.AddAsync(list, null, users[0], users[1])).Expect(204);
        app.Clock.Advance(TimeSpan.FromSeconds(50));
        (await second.PutAsync($"/Groups/{list}", ScimClient.Group("payroll", users[0], users[2]))).Expect(200);

        var row = Assert.Single(await app.AuditAsync("code=group.replace"));
        JsonShape.AssertMatches(new JsonObject
        {
            ["added"] = 1,
            ["removed"] = 1,
            ["undid"] = new JsonArray(new JsonObject
            {
                ["revision"] = 2,
                ["code"] = "group.patch",
                ["client"] = await ClientIdAsync(app, 0),
                ["requestId"] = added.Headers["X-Request-Id"],
                ["added"] = new JsonArray(users[1]),
            }),
        }, row["operations"]!);
        Assert.Null(row["operations"]!["undid"]![0]!["removed"]);
    }

    [Fact]
    public async Task A_put_that_adds_who_another_client_removed_says_so_also_with_a_version()
    {
        await using var app = await RollcallApp.StartAsync();
        var (first, second, list, users) = await WorldAsync(app);
        (await second.AddAsync(list, null, users[0], users[1])).Expect(204);
        (await first.RemoveAsync(list, null, users[0])).Expect(204);
        (await second.PutAsync($"/Groups/{list}", ScimClient.Group("payroll", users[0], users[1]), "W/\"3\"")).Expect(200);

        var undid = Assert.Single(Assert.Single(await app.AuditAsync("code=group.replace"))["operations"]!["undid"]!.AsArray())!;
        Assert.Equal((3, users[0]), ((int)undid["revision"]!, (string?)Assert.Single(undid["removed"]!.AsArray())));
    }

    [Fact]
    public async Task Ones_own_changes_old_ones_and_a_patch_are_not_marked()
    {
        await using var app = await RollcallApp.StartAsync();
        var (first, second, list, users) = await WorldAsync(app);
        // One's own.
        (await second.AddAsync(list, null, users[0])).Expect(204);
        (await second.PutAsync($"/Groups/{list}", ScimClient.Group("payroll"))).Expect(200);
        // Older than a minute.
        (await first.AddAsync(list, null, users[0])).Expect(204);
        app.Clock.Advance(TimeSpan.FromSeconds(61));
        (await second.PutAsync($"/Groups/{list}", ScimClient.Group("payroll"))).Expect(200);
        // A PATCH says whom it means.
        (await first.AddAsync(list, null, users[0])).Expect(204);
        (await second.RemoveAsync(list, null, users[0])).Expect(204);

        Assert.DoesNotContain(await app.AuditAsync("resource=acme-payroll"), row => row["operations"]?["undid"] is not null);
    }

    private static async Task<(ScimClient First, ScimClient Second, string List, string[] Users)> WorldAsync(RollcallApp app)
    {
        var first = await app.IntegrationAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var token = (string)(await app.AdminAsync("POST", "/integrations/acme/tokens")).Expect(201).Body["token"]!;
        var list = await first.ListAsync("payroll");
        var users = new[] { await first.UserAsync("ann"), await first.UserAsync("bob"), await first.UserAsync("eve") };
        return (first, new ScimClient(app, "acme", first.BaseUrl, token), list, users);
    }

    /// <summary>The id of a static token, by age.</summary>
    private static async Task<string> ClientIdAsync(RollcallApp app, int number) =>
        (string)(await app.AdminAsync("GET", "/integrations/acme")).Body["tokens"]!.AsArray().Reverse().ElementAt(number)!["id"]!;
}
