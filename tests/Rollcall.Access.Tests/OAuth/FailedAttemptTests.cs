using System.Text.Json.Nodes;
using Rollcall.Access.OAuth;
using Rollcall.Access.Tests.Support;
using Rollcall.Web;

namespace Rollcall.Access.Tests.OAuth;

/// <summary>Who shows wrong credentials again and again is slowed; who has right ones never notices.</summary>
public sealed class FailedAttemptTests
{
    [Theory]
    [InlineData("wrong secret")]
    [InlineData("wrong assertion")]
    [InlineData("unknown client")]
    [Trait("req", "O-013")]
    [Trait("req", "S-351")]
    public async Task WrongCredentials_AreSlowed_RightOnesPassMeanwhile(string what)
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync("acme");
        var (other, otherSecret) = await access.AddIntegrationAsync("other");
        var key = TestKey.Make("ES256");
        await access.AddKeyAsync(integration, key.Read());
        async Task<(int Status, string? RetryAfter)> FailAsync()
        {
            var form = what switch
            {
                "wrong secret" => $"&client_id={integration.ClientId}&client_secret=wrong",
                "unknown client" => $"&client_id=nobody{Guid.NewGuid():n}&client_secret=wrong",
                _ => $"&client_assertion_type={ClientCredentials.AssertionType}&client_assertion={TestKey.Make("ES256").Assert(integration.ClientId, access.Host.PublicUrl, access.Clock.GetUtcNow())}",
            };
            using var response = await access.PostTokenAsync($"grant_type=client_credentials{form}");
            Assert.Equal("invalid_client", (await TestAccess.ReadAsync(response)).GetProperty("error").GetString());
            return ((int)response.StatusCode, response.Headers.RetryAfter?.ToString());
        }

        for (var i = 0; i < FailedAttempts.Burst; i++)
            Assert.Equal((401, null), await FailAsync());
        Assert.Equal((429, "2"), await FailAsync());

        // Nobody is locked out: neither the client that is guessed at nor others at the same address.
        Assert.NotEmpty(await access.GetTokenAsync(integration, secret));
        Assert.NotEmpty(await access.GetTokenAsync(other, otherSecret));
        var form = $"grant_type=client_credentials&client_assertion_type={ClientCredentials.AssertionType}&client_assertion={key.Assert(integration.ClientId, access.Host.PublicUrl, access.Clock.GetUtcNow())}";
        using (var response = await access.PostTokenAsync(form))
            Assert.Equal(200, (int)response.StatusCode);

        access.Clock.Advance(FailedAttempts.Interval);
        Assert.Equal((401, null), await FailAsync());
        Assert.Equal((429, "2"), await FailAsync());
    }

    [Fact]
    [Trait("req", "S-351")]
    public async Task GuessesAtOneClient_DoNotCountForAnother()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync("acme");
        var (other, _) = await access.AddIntegrationAsync("other");
        for (var i = 0; i <= FailedAttempts.Burst; i++)
            (await access.PostTokenAsync($"grant_type=client_credentials&client_id={integration.ClientId}&client_secret=wrong")).Dispose();
        using var response = await access.PostTokenAsync($"grant_type=client_credentials&client_id={other.ClientId}&client_secret=wrong");
        Assert.Equal(401, (int)response.StatusCode);
    }

    [Fact]
    [Trait("req", "S-351")]
    public async Task WrongBearerTokens_AreSlowed_WhatOnceWasATokenIsNot()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var other = await app.IntegrationAsync("other");
        var created = (await app.AdminAsync("POST", "/integrations/acme/secrets")).Expect(201).Body;
        var shown = (await app.AdminAsync("GET", "/integrations/acme")).Expect(200).Body;
        var expired = await app.GetTokenAsync((string)shown["clientId"]!, (string)created["clientSecret"]!);
        app.Clock.Advance(TimeSpan.FromHours(2));
        var headers = new Dictionary<string, string> { ["Authorization"] = "Bearer wrong" };

        // Connections that go on with an expired token, or one of another integration, have to be told so.
        for (var i = 0; i < FailedAttempts.Burst * 2; i++)
        {
            (await new ScimClient(app, "acme", client.BaseUrl, expired).GetAsync("/Users")).Expect(401);
            (await new ScimClient(app, "acme", client.BaseUrl, other.Token).GetAsync("/Users")).Expect(401);
        }
        for (var i = 0; i < FailedAttempts.Burst; i++)
            (await client.SendAsync("GET", "/Users", null, headers)).Expect(401);
        var refused = (await client.SendAsync("GET", "/Users", null, headers)).Expect(429);

        Assert.Equal("2", refused.Headers["Retry-After"]);
        Assert.False(refused.Headers.ContainsKey("WWW-Authenticate"));
        (await client.GetAsync("/Users")).Expect(200);
        (await client.SendAsync("GET", "/Users", null, new Dictionary<string, string> { ["Authorization"] = "" })).Expect(401);
        app.Clock.Advance(FailedAttempts.Interval);
        (await client.SendAsync("GET", "/Users", null, headers)).Expect(401);
    }

    [Fact]
    public async Task RateLimit_GoesByTheClock()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync("limited", new JsonObject { ["rateLimit"] = 4 });
        for (var i = 0; i < 4; i++)
            (await client.GetAsync("/Users")).Expect(200);
        (await client.GetAsync("/Users")).Expect(429);
        app.Clock.Advance(TimeSpan.FromMilliseconds(249));
        (await client.GetAsync("/Users")).Expect(429);
        app.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await client.GetAsync("/Users")).Expect(200);
        (await client.GetAsync("/Users")).Expect(429);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 4; i++)
            (await client.GetAsync("/Users")).Expect(200);
        (await client.GetAsync("/Users")).Expect(429);
    }
}
