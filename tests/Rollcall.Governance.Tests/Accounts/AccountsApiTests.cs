using System.Text.Json.Nodes;
using Rollcall.Governance.Provisioning;

namespace Rollcall.Governance.Tests.Accounts;

public sealed class AccountsApiTests
{
    [Fact]
    public async Task Accounts_AreCorrelatedByTheRule_ByHand_AndWhenTheIdentityComesLater()
    {
        await using var world = await StartAsync(server =>
        {
            server.Users[1]["active"] = false;
            server.Users.Add(MemoryServer.User("u5"));
            server.Users[4]["userName"] = "U1@EXAMPLE.COM";
        });
        var (app, server) = world;
        await app.IdentityAsync("u1");
        await app.AggregateAsync("aggregateAccounts");
        // Case does not matter; several accounts may be one person's.
        Assert.Equal(["u1", "u5"], await IdsAsync(app, "/accounts?identity=u1"));
        Assert.Equal(["u2", "u3", "u4"], await IdsAsync(app, "/accounts?uncorrelated=true"));
        Assert.Equal(["u2"], await IdsAsync(app, "/accounts?active=false"));
        Assert.Equal(["u3"], await IdsAsync(app, "/accounts?userName=U3@example.com&application=target"));

        // By hand; also that an account is nobody's. The rule leaves both alone.
        await app.IdentityAsync("u2");
        await app.IdentityAsync("u3");
        var (u3, u1) = (await IdAsync(app, "u3"), await IdAsync(app, "u1"));
        Assert.Equal(("u2", "hand"), Whose((await app.CallAsync("POST", $"/accounts/{u3}/correlate", JsonNode.Parse("""{"identity":"u2@example.com"}"""))).Expect(200).Body));
        Assert.Equal((null, "hand"), Whose((await app.CallAsync("POST", $"/accounts/{u1}/correlate", JsonNode.Parse("""{"identity":null}"""))).Expect(200).Body));
        server.Users[0]["meta"]!["version"] = "W/\"2\"";
        server.Users[2]["meta"]!["version"] = "W/\"2\"";
        await app.AggregateAsync("aggregateAccounts");
        Assert.Equal((null, "hand"), Whose(await ShowAsync(app, u1)));
        Assert.Equal(("u2", "hand"), Whose(await ShowAsync(app, u3)));
        // One that has not changed finds its identity, which came later.
        Assert.Equal(("u2", "rule"), Whose(await ShowAsync(app, await IdAsync(app, "u2"))));
        Assert.Equal(["account.correlate", "account.correlate"], (await app.CallAsync("GET", "/audit?resourceKind=account")).Expect(200).Items.Select(row => (string)row!["code"]!));
    }

    [Theory]
    [InlineData("externalId", "id", "p1 p2 p3 -")]
    [InlineData("emails.value", "email", "p1 p2 - -")]
    [InlineData("emails.work.value", "email", "p1 - - -")]
    [InlineData("emails.primary.value", "email", "- - - -")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber", "number", "- - p3 ?")]
    [InlineData("name.familyName", "email", "- - - -")]
    public async Task Rule_ComparesTheAttributesThatItNames(string account, string identity, string expected)
    {
        await using var world = await StartAsync(server =>
        {
            string[] more =
            [
                """{"externalId":"p1","emails":[{"type":"work","value":"P1@example.com"},{"type":"home","value":"x@example.com"}]}""",
                """{"externalId":"p2","emails":[{"type":"home","value":"p2@example.com"}]}""",
                """{"externalId":"p3","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"N-3"}}""",
                """{"externalId":"P1","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"n-12"}}""",
            ];
            for (var i = 0; i < more.Length; i++)
            {
                foreach (var (name, value) in JsonNode.Parse(more[i])!.AsObject())
                    server.Users[i][name] = value!.DeepClone();
            }
        }, new JsonObject { ["correlation"] = new JsonObject { ["account"] = account, ["identity"] = identity } });
        var app = world.App;
        foreach (var (name, number) in new[] { ("p1", "n-12"), ("p2", "N-12"), ("p3", "n-3") })
        {
            await app.IdentityAsync(name);
            await app.Server.Database.WriteAsync(session => session.ExecuteAsync("update identities set attributes = $2 where public_id = $1", name, $$"""{"number":"{{number}}"}"""));
        }
        var task = await app.AggregateAsync("aggregateAccounts");
        var ambiguous = task["problems"]!.AsArray().Where(problem => ((string)problem!["reason"]!).Contains("more than one identity", StringComparison.Ordinal)).ToList();
        Assert.Equal(expected.Contains('?', StringComparison.Ordinal) ? 1 : 0, ambiguous.Count);
        var found = (await app.CallAsync("GET", "/accounts")).Expect(200).Items.Select(item => (string?)item!["identity"] ?? "-");
        Assert.Equal(expected.Replace('?', '-').Split(' '), found);
    }

    [Fact]
    public async Task Account_IsDisabledEnabledAndDeleted_OnItsServer()
    {
        await using var target = await AccessTarget.StartAsync();
        await using var app = await GovernanceApp.StartAsync();
        (await app.CallAsync("POST", "/applications", target.Application())).Expect(201);
        var user = await target.UserAsync("alice@example.com");
        await app.AggregateAsync("aggregateAccounts");
        var id = (long)(await app.CallAsync("GET", "/accounts")).Expect(200).Items[0]!["id"]!;

        Assert.Equal(TransactionState.Done, await CarryOutAsync(app, "POST", $"/accounts/{id}/disable"));
        Assert.False((bool)(await target.ScimAsync("GET", $"/Users/{user}")).Body!["active"]!);
        Assert.Equal(TransactionState.Done, await CarryOutAsync(app, "POST", $"/accounts/{id}/enable"));
        Assert.True((bool)(await target.ScimAsync("GET", $"/Users/{user}")).Body!["active"]!);
        Assert.Equal(TransactionState.Done, await CarryOutAsync(app, "DELETE", $"/accounts/{id}"));
        Assert.Equal(404, (await target.ScimAsync("GET", $"/Users/{user}")).Status);
        (await app.CallAsync("POST", $"/accounts/{id}/enable")).Expect(409);
        Assert.NotNull((await ShowAsync(app, id))["goneAt"]);
    }

    [Theory]
    [InlineData("GET", "/accounts/999", null, 404)]
    [InlineData("GET", "/accounts/x", null, 404)]
    [InlineData("GET", "/accounts?identity=nobody", null, 400)]
    [InlineData("GET", "/accounts?application=nothing", null, 400)]
    [InlineData("GET", "/accounts?active=maybe", null, 400)]
    [InlineData("POST", "/accounts/1/correlate", """{"identity":"nobody"}""", 400)]
    [InlineData("POST", "/accounts/1/correlate", "{}", 400)]
    public async Task Calls_ThatAreWrong_AreRefused(string method, string path, string? body, int status)
    {
        await using var world = await StartAsync();
        await world.App.AggregateAsync("aggregateAccounts");
        (await world.App.CallAsync(method, path, body)).Expect(status);
    }

    [Fact]
    public async Task Changes_OfSomebodyWhoActs_AreRefused()
    {
        await using var world = await StartAsync();
        await world.App.IdentityAsync("u1");
        await world.App.AggregateAsync("aggregateAccounts");
        foreach (var path in (string[])["/accounts/1/disable", "/tasks", "/schedules", "/entitlements/import"])
            (await world.App.CallAsync("POST", path, "{}", actingAs: "u1")).Expect(403);
    }

    private sealed record World(GovernanceApp App, MemoryServer Server) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => App.DisposeAsync();
    }

    private static async Task<World> StartAsync(Action<MemoryServer>? change = null, JsonObject? definition = null)
    {
        var server = MemoryServer.With(4, hasCursors: true);
        change?.Invoke(server);
        var app = await GovernanceApp.StartAsync(handlers: () => server);
        var whole = new JsonObject { ["baseUrl"] = "https://scim.example.com/v2" };
        foreach (var (member, value) in definition ?? [])
            whole[member] = value?.DeepClone();
        (await app.CallAsync("POST", "/applications", new JsonObject { ["name"] = "target", ["definition"] = whole })).Expect(201);
        await app.AggregateAsync("aggregateGroups");
        return new World(app, server);
    }

    private static async Task<TransactionState> CarryOutAsync(GovernanceApp app, string method, string path)
    {
        var id = (long)(await app.CallAsync(method, path)).Expect(202).Body["transaction"]!;
        await app.Server.Provisioner.WhenIdleAsync();
        return (await app.Server.Database.ReadAsync(session => TransactionStore.FindAsync(session, id)))!.State;
    }

    private static async Task<IEnumerable<string>> IdsAsync(GovernanceApp app, string path) => (await app.CallAsync("GET", path)).Expect(200).Items.Select(item => (string)item!["scimId"]!);

    private static async Task<long> IdAsync(GovernanceApp app, string scimId) =>
        (long)(await app.CallAsync("GET", "/accounts")).Expect(200).Items.Single(item => (string)item!["scimId"]! == scimId)!["id"]!;

    private static async Task<JsonObject> ShowAsync(GovernanceApp app, long id) => (await app.CallAsync("GET", $"/accounts/{id}")).Expect(200).Body;

    private static (string? Identity, string? Correlation) Whose(JsonObject account) => ((string?)account["identity"], (string?)account["correlation"]);
}
