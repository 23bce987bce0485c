using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Scim;

/// <summary>Errors that need a server in a special state. That each has a SCIM body is asserted of every answer (<see cref="ScimAnswer"/>).</summary>
public sealed class ErrorTests
{
    [Fact]
    public async Task S_327_an_unexpected_fault_is_500_and_tells_nothing_of_its_cause()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var user = await client.UserAsync("bob");
        app.Break("drop table user_emails");

        var answer = await client.PutAsync($"/Users/{user}", ScimClient.User("robert@example.com"));

        Assert.DoesNotContain("user_emails", answer.Expect(500).Detail, StringComparison.Ordinal);
        Assert.Contains(app.Log.Lines, line => line.Contains(answer.Headers["X-Request-Id"], StringComparison.Ordinal) && line.Contains("user_emails", StringComparison.Ordinal));
        Assert.Equal("bob@example.com", (string?)(await client.GetAsync($"/Users/{user}")).Expect(200).Body["userName"]);
    }

    [Fact]
    public async Task D_62_a_database_that_is_busy_is_503_and_nothing_is_changed()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        await using (var other = app.OpenDatabase())
        {
            RollcallApp.Execute(other, "begin immediate");

            var answer = (await client.PostUserAsync("bob")).Expect(503);

            Assert.Equal("1", answer.Headers["Retry-After"]);
            RollcallApp.Execute(other, "rollback");
        }
        (await client.PostUserAsync("bob")).Expect(201);
    }

    [Fact]
    [Trait("req", "O-051")]
    [Trait("req", "O-053")]
    public async Task D_62_more_requests_than_the_rate_limit_are_429_for_this_integration_alone()
    {
        await using var app = await RollcallApp.StartAsync();
        var limited = await app.IntegrationAsync("limited", new JsonObject { ["rateLimit"] = 3 });
        var other = await app.IntegrationAsync("other");
        var answers = new List<ScimAnswer>();
        for (var i = 0; i < 12; i++)
            answers.Add(await limited.GetAsync("/Users"));

        Assert.Equal([200, 200, 200], answers.Take(3).Select(answer => answer.Status));
        var refused = answers.First(answer => answer.Status != 200).Expect(429);
        Assert.Equal("1", refused.Headers["Retry-After"]);
        // Without a limit of its own an integration has none: platforms ask for 25 a second at least.
        for (var i = 0; i < 30; i++)
            (await other.GetAsync("/Users")).Expect(200);
    }

    [Fact]
    public async Task Who_does_not_authenticate_can_not_use_up_the_rate_limit()
    {
        await using var app = await RollcallApp.StartAsync();
        var limited = await app.IntegrationAsync("limited", new JsonObject { ["rateLimit"] = 1 });
        var anonymous = new Dictionary<string, string> { ["Authorization"] = "" };
        for (var i = 0; i < 5; i++)
            (await limited.SendAsync("GET", "/ServiceProviderConfig", null, anonymous)).Expect(200);

        (await limited.GetAsync("/Users")).Expect(200);
    }

    [Fact]
    public async Task A_disabled_or_deleted_integration_is_closed_at_once()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        (await client.GetAsync("/Users")).Expect(200);

        (await app.AdminAsync("PATCH", "/integrations/acme", new JsonObject { ["enabled"] = false })).Expect(200);
        (await client.GetAsync("/Users")).Expect(401);
        (await client.GetAsync("/ServiceProviderConfig")).Expect(401);
        (await app.AdminAsync("PATCH", "/integrations/acme", new JsonObject { ["enabled"] = true })).Expect(200);
        (await client.GetAsync("/Users")).Expect(200);

        (await app.AdminAsync("DELETE", "/integrations/acme")).Expect(204);
        (await client.GetAsync("/Users")).Expect(401);
        var again = await app.IntegrationAsync();
        (await client.GetAsync("/Users")).Expect(401);
        (await again.GetAsync("/Users")).Expect(200);
    }

}
