using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Api;

/// <summary>What administrators do with credentials, and what that means at the SCIM endpoint with the next request.</summary>
public sealed class CredentialTests
{
    [Fact]
    public async Task A_static_token_that_is_revoked_ends_at_once_the_others_go_on()
    {
        await using var app = await RollcallApp.StartAsync();
        var first = await app.IntegrationAsync();
        var shown = (await app.AdminAsync("POST", "/integrations/acme/tokens")).Expect(201).Body;
        var second = new ScimClient(app, "acme", first.BaseUrl, (string)shown["token"]!);
        (await first.GetAsync("/Users")).Expect(200);
        (await second.GetAsync("/Users")).Expect(200);

        var ids = (await app.AdminAsync("GET", "/integrations/acme")).Body["tokens"]!.AsArray().Select(token => (string)token!["id"]!).ToList();
        (await app.AdminAsync("DELETE", $"/integrations/acme/tokens/{ids[0]}")).Expect(204);

        var statuses = new[] { (await first.GetAsync("/Users")).Status, (await second.GetAsync("/Users")).Status };
        Assert.Equal([200, 401], statuses.Order());
    }

    [Fact]
    public async Task A_static_token_ends_after_a_year()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        app.Clock.Advance(TimeSpan.FromDays(365) - TimeSpan.FromSeconds(1));
        (await client.GetAsync("/Users")).Expect(200);

        app.Clock.Advance(TimeSpan.FromSeconds(1));

        (await client.GetAsync("/Users")).Expect(401);
        Assert.Empty((await app.AdminAsync("GET", "/integrations/acme")).Body["tokens"]!.AsArray());
    }

    [Fact]
    public async Task A_token_of_the_token_endpoint_opens_its_integration_and_outlives_the_secret()
    {
        await using var app = await RollcallApp.StartAsync();
        var created = (await app.AdminAsync("POST", "/integrations", new JsonObject { ["name"] = "acme" })).Expect(201).Body;
        var other = await app.IntegrationAsync("other");
        var token = await GetTokenAsync(app, (string)created["clientId"]!, (string)created["clientSecret"]!);
        var client = new ScimClient(app, "acme", (string)created["scimBaseUrl"]!, token);

        (await client.GetAsync("/Users")).Expect(200);
        (await new ScimClient(app, "other", other.BaseUrl, token).GetAsync("/Users")).Expect(401);
        (await app.AdminAsync("POST", "/integrations/acme/secrets", new JsonObject { ["overlapSeconds"] = 0 })).Expect(201);
        (await client.GetAsync("/Users")).Expect(200);
        app.Clock.Advance(TimeSpan.FromHours(2));
        (await client.GetAsync("/Users")).Expect(401);
    }

    [Fact]
    public async Task Integrations_made_at_the_same_time_are_all_there_afterwards()
    {
        await using var app = await RollcallApp.StartAsync();

        var clients = await Task.WhenAll(Enumerable.Range(0, 24).Select(number => app.IntegrationAsync($"i{number}")));

        foreach (var client in clients)
            (await client.GetAsync("/Users")).Expect(200);
    }

    private static async Task<string> GetTokenAsync(RollcallApp app, string clientId, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token") { Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}")));
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["access_token"]!;
    }
}
