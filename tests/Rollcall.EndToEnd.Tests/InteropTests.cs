using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.EndToEnd.Tests.Support;

namespace Rollcall.EndToEnd.Tests;

/// <summary>The Governance side governs a SCIM server that nobody here wrote: SCIMMY, which has no versions.</summary>
public sealed class InteropTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ScimmyServer _scimmy = null!;
    private RollcallServer _server = null!;
    private GovernanceApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _scimmy = await ScimmyServer.StartAsync();
        _server = await RollcallServer.StartAsync(_folder.Path, arguments: ["serve", "governance"]);
        _api = new GovernanceApi(_server);
        await _api.PostAsync("applications", new JsonObject
        {
            ["name"] = "scimmy",
            ["definition"] = new JsonObject
            {
                ["baseUrl"] = _scimmy.BaseUrl,
                ["authentication"] = new JsonObject { ["type"] = "apiToken" },
                // So small that every list has several pages.
                ["pageSize"] = 2,
                ["createPolicy"] = new JsonObject { ["userName"] = "{{ identity.email }}", ["emails.work.value"] = "{{ identity.email }}" },
            },
            ["secrets"] = new JsonObject { ["apiToken"] = ScimmyServer.Token },
        });
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_scimmy is not null)
            await _scimmy.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Connection_IsTested_AndSchemasAndListsAreRead()
    {
        await _scimmy.AddUserAsync("ann@example.com");
        await _scimmy.AddGroupAsync("Operators");

        var report = await _api.PostAsync("applications/scimmy/test");
        Assert.True(report.GetProperty("ok").GetBoolean(), report.ToString());
        Assert.Equal("patch, filter, sort, bulk", report.GetProperty("checks")[0].GetProperty("answered").GetString());

        var schemas = await _api.PostAsync("applications/scimmy/discover");
        Assert.Superset(new HashSet<string?>(["id", "userName", "active", "name.givenName", "emails.work.value", "groups"]), Names(schemas, "accounts"));
        Assert.Superset(new HashSet<string?>(["id", "displayName", "members"]), Names(schemas, "groups"));

        var preview = await _api.PostAsync("applications/scimmy/preview", new JsonObject { ["kind"] = "accounts" });
        Assert.Equal(1, preview.GetProperty("total").GetInt64());
        Assert.Equal("ann@example.com", Assert.Single(preview.GetProperty("resources").EnumerateArray()).GetProperty("userName").GetString());
    }

    [Fact]
    public async Task Access_IsAggregated_Requested_Approved_Provisioned_AndTakenAwayAgain()
    {
        // What there was before anybody governed it: more than fits on a page.
        foreach (var name in (string[])["ann", "bob", "cat", "dan", "eve"])
            await _scimmy.AddUserAsync($"{name}@example.com");
        var operators = await _scimmy.AddGroupAsync("Operators");
        foreach (var title in (string[])["Readers", "Writers"])
            await _scimmy.AddGroupAsync(title);
        await AddIdentityAsync("ann", null);
        await AddIdentityAsync("zoe", "ann");

        // Aggregated: found, correlated, and found unchanged the next time.
        Assert.Equal((3, 0), await AggregateAsync("aggregateGroups"));
        Assert.Equal((5, 0), await AggregateAsync("aggregateAccounts"));
        Assert.Equal((0, 5), await AggregateAsync("aggregateAccounts"));
        var ann = Assert.Single((await _api.GetAsync("accounts?identity=ann")).GetProperty("items").EnumerateArray());
        Assert.Equal("ann@example.com", ann.GetProperty("userName").GetString());

        // Requested for one who has an account and one who has none; approved by the administrator; the account is made first.
        await RequestAsync("add", "Operators", "ann", "zoe");
        Assert.Equal(["ann@example.com", "zoe@example.com"], (await _scimmy.MembersAsync(operators)).Order());
        var made = Assert.Single((await _scimmy.GetAsync("Users?filter=userName%20eq%20%22zoe%40example.com%22")).GetProperty("Resources").EnumerateArray());
        Assert.Equal("zoe", made.GetProperty("externalId").GetString());
        Assert.Equal("zoe@example.com", Assert.Single(made.GetProperty("emails").EnumerateArray()).GetProperty("value").GetString());

        // Asked for again, nothing is doubled: SCIMMY would add a member a second time.
        await RequestAsync("add", "Operators", "ann");
        Assert.Equal(2, (await _scimmy.MembersAsync(operators)).Count);

        // Taken away again; the other one stays.
        await RequestAsync("remove", "Operators", "ann");
        Assert.Equal(["zoe@example.com"], await _scimmy.MembersAsync(operators));

        // Who leaves loses both.
        await _api.PutAsync("identities/zoe", new JsonObject { ["email"] = "zoe@example.com", ["active"] = false });
        await _api.UntilAsync("transactions", page => page.GetProperty("items").EnumerateArray().All(transaction => transaction.GetProperty("state").GetString() is "done" or "failed"));
        Assert.Empty(await _scimmy.MembersAsync(operators));
        Assert.False((await _scimmy.GetAsync($"Users/{made.GetProperty("id").GetString()}")).GetProperty("active").GetBoolean());

        // The next aggregation agrees with all that: nothing is new there, nothing gone, and nothing differs from what was decided here.
        Assert.Equal(0, (await AggregateAsync("aggregateGroups")).Created);
        Assert.Equal(0, (await AggregateAsync("aggregateAccounts")).Created);
        foreach (var t in (await _api.GetAsync("transactions")).GetProperty("items").EnumerateArray()) File.AppendAllText("/tmp/interop-tx.txt", (await _api.GetAsync("transactions/" + t.GetProperty("id"))).ToString() + "\n"); File.AppendAllText("/tmp/interop-tx.txt", (await _api.GetAsync("results")).ToString());Assert.Empty((await _api.GetAsync("drift")).GetProperty("items").EnumerateArray());
    }

    private Task AddIdentityAsync(string id, string? manager) =>
        _api.PutAsync($"identities/{id}", new JsonObject { ["email"] = $"{id}@example.com", ["givenName"] = id, ["familyName"] = "Example", ["manager"] = manager });

    /// <summary>Aggregates; how many were created, and how many were as before.</summary>
    private async Task<(long Created, long Unchanged)> AggregateAsync(string kind)
    {
        var task = await _api.PostAsync("tasks", new JsonObject { ["kind"] = kind, ["application"] = "scimmy" });
        var ended = await _api.UntilAsync($"tasks/{task.GetProperty("id")}", shown => shown.TryGetProperty("finishedAt", out var at) && at.ValueKind == JsonValueKind.String);
        Assert.True(ended.GetProperty("state").GetString() == "completed" && ended.GetProperty("problems").GetArrayLength() == 0, ended.ToString());
        return (ended.GetProperty("created").GetInt64(), ended.GetProperty("unchanged").GetInt64());
    }

    /// <summary>Requests, approves, and waits until it is carried out.</summary>
    private async Task RequestAsync(string operation, string entitlement, params IEnumerable<string> identities)
    {
        var request = await _api.PostAsync("requests", new JsonObject
        {
            ["operation"] = operation, ["application"] = "scimmy", ["entitlements"] = new JsonArray(entitlement),
            ["identities"] = new JsonArray([.. identities.Select(id => (JsonNode)id)]), ["reason"] = "interoperability",
        });
        var path = $"requests/{request.GetProperty("id")}";
        if (request.GetProperty("state").GetString() == "pending")
            await _api.PostAsync($"{path}/approve");
        var ended = await _api.UntilAsync(path, shown => shown.GetProperty("state").GetString() is not ("pending" or "provisioning"));
        Assert.True(ended.GetProperty("state").GetString() == "completed", $"{ended}\n{await _api.GetAsync("transactions")}");
    }

    private static HashSet<string?> Names(JsonElement schemas, string kind) =>
        [.. schemas.GetProperty(kind).GetProperty("attributes").EnumerateArray().Select(attribute => attribute.GetProperty("name").GetString())];
}
