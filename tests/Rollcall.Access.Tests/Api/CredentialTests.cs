using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Access.OAuth;
using Rollcall.Access.Tests.OAuth;
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
        var token = await app.GetTokenAsync((string)created["clientId"]!, (string)created["clientSecret"]!);
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

    [Fact]
    [Trait("req", "S-142")]
    public async Task Static_tokens_are_warned_of_thirty_days_ahead_in_the_answer_and_once_a_day_in_the_log()
    {
        await using var app = await RollcallApp.StartAsync();
        await app.IntegrationAsync();
        var id = (string)(await app.AdminAsync("GET", "/integrations/acme/tokens")).Expect(200).Items[0]!["id"]!;
        var key = TestKey.Make("ES256");
        var added = (await app.AdminAsync("POST", "/integrations/acme/keys", new JsonObject { ["key"] = key.Pem, ["expiresAt"] = app.Clock.GetUtcNow().AddDays(364).ToString("O") })).Expect(201).Body;
        app.Clock.Advance(TimeSpan.FromDays(333));
        Assert.Empty((await app.AdminAsync("GET", "/integrations/acme")).Body["warnings"]!.AsArray());

        app.Clock.Advance(TimeSpan.FromDays(2));

        var warnings = (await app.AdminAsync("GET", "/integrations/acme")).Body["warnings"]!.AsArray().Select(warning => (string)warning!).ToList();
        Assert.Equal(2, warnings.Count);
        Assert.Equal($"The key {added["key"]!["id"]} ends on 2027-02-28. Add another with \"rollcall integrations add-key acme @FILE\" and give it to the platform.", warnings[0]);
        Assert.Equal($"The static token {id} ends on 2027-03-01. Make another with \"rollcall integrations rotate-token acme\" and give it to the platform.", warnings[1]);
        Assert.Equal(2, await LoggedAsync(app, 2));

        // Once a day, however often it is looked.
        for (var hour = 0; hour < 23; hour++)
            app.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, await LoggedAsync(app, 2));
        app.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(4, await LoggedAsync(app, 4));
    }

    [Fact]
    public async Task A_rotated_static_token_ends_after_the_overlap_and_the_new_one_goes_on()
    {
        await using var app = await RollcallApp.StartAsync();
        var first = await app.IntegrationAsync();
        (await first.GetAsync("/Users")).Expect(200);
        var made = (await app.AdminAsync("POST", "/integrations/acme/tokens", new JsonObject { ["overlapSeconds"] = 3600 })).Expect(201).Body;
        var second = new ScimClient(app, "acme", first.BaseUrl, (string)made["token"]!);
        Assert.Equal(2, made["tokens"]!.AsArray().Count);
        (await first.GetAsync("/Users")).Expect(200);
        (await second.GetAsync("/Users")).Expect(200);

        app.Clock.Advance(TimeSpan.FromHours(1));

        (await first.GetAsync("/Users")).Expect(401);
        (await second.GetAsync("/Users")).Expect(200);
    }

    [Fact]
    [Trait("req", "O-013")]
    public async Task Secrets_stand_nowhere_but_in_the_answer_that_makes_them()
    {
        await using var app = await RollcallApp.StartAsync();
        var made = (await app.AdminAsync("POST", "/integrations", new JsonObject { ["name"] = "acme", ["staticToken"] = true })).Expect(201).Body;
        var (clientId, secret, fixedToken) = ((string)made["clientId"]!, (string)made["clientSecret"]!, (string)made["token"]!);
        var newSecret = (string)(await app.AdminAsync("POST", "/integrations/acme/secrets")).Expect(201).Body["clientSecret"]!;
        var newToken = (string)(await app.AdminAsync("POST", "/integrations/acme/tokens", new JsonObject { ["overlapSeconds"] = 60 })).Expect(201).Body["token"]!;
        var key = TestKey.Make("ES256");
        (await app.AdminAsync("POST", "/integrations/acme/keys", new JsonObject { ["key"] = key.Pem })).Expect(201);
        var refused = (await app.AdminAsync("POST", "/integrations/acme/keys", new JsonObject { ["key"] = key.PrivatePem })).Expect(400);
        var access = await app.GetTokenAsync(clientId, secret);
        var assertion = key.Assert(clientId, app.Http.BaseAddress!.ToString().TrimEnd('/'), app.Clock.GetUtcNow());
        string[] secrets = [secret, newSecret, fixedToken, newToken, access, access.Split('.')[2], assertion.Split('.')[2], key.PrivatePem.Split('\n')[1], RollcallApp.AdminToken];
        foreach (var value in secrets)
            app.Log.Hide(value);

        var texts = new List<string> { refused.Body.ToJsonString() };
        foreach (var form in (string[])[
            $"grant_type=client_credentials&client_id={clientId}&client_secret={secret}x", $"grant_type=x&client_id={clientId}&client_secret={secret}",
            $"grant_type=client_credentials&client_assertion_type={ClientCredentials.AssertionType}&client_assertion={assertion}x", $"client_secret={secret}"])
            texts.Add(await PostAsync(app, "/oauth/token", form));
        texts.Add(await PostAsync(app, "/oauth/introspect", $"client_id={clientId}&client_secret={secret}&token={access}"));
        texts.Add(await PostAsync(app, "/oauth/revoke", $"client_id={clientId}&client_secret={secret}&token={access}"));
        texts.Add(await PostAsync(app, "/oauth/revoke", $"client_id={clientId}&client_secret={secret}&token={fixedToken}"));
        foreach (var path in (string[])["/integrations", "/integrations/acme", "/integrations/acme/secrets", "/integrations/acme/tokens", "/integrations/acme/keys"])
            texts.Add((await app.AdminAsync("GET", path)).Expect(200).Body.ToJsonString());
        texts.Add((await new ScimClient(app, "acme", (string)made["scimBaseUrl"]!, access).GetAsync("/Users")).Expect(401).Body.ToJsonString());
        texts.Add(Database(app));

        Assert.All(texts, text => Assert.All(secrets, value => Assert.DoesNotContain(value, text, StringComparison.Ordinal)));
        Assert.Contains("integration.rotate-token", texts[^1], StringComparison.Ordinal);
    }

    // The watch says it beside: reading gives it time.
    private static async Task<int> LoggedAsync(RollcallApp app, int expected)
    {
        for (var round = 0; round < 200 && Count() < expected; round++)
        {
            app.Clock.Advance(TimeSpan.FromMilliseconds(1));
            (await app.AdminAsync("GET", "/integrations")).Expect(200);
        }
        return Count();

        int Count() => app.Log.Lines.Count(line => line.Contains("ends on", StringComparison.Ordinal));
    }

    // The bytes of the file and its log, whatever table they belong to.
    private static string Database(RollcallApp app) =>
        string.Concat(Directory.GetFiles(Path.GetDirectoryName(app.DatabaseFile)!, "access.db*").Select(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            return reader.ReadToEnd();
        }));

    private static async Task<string> PostAsync(RollcallApp app, string path, string form)
    {
        using var response = await app.Http.PostAsync(path, new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"), TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
