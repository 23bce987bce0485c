using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Scim;

/// <summary>What is not kept, not logged, not told to others, and not opened by other people's credentials.</summary>
public sealed class PrivacyTests
{
    [Fact]
    public async Task S_075_a_password_is_not_stored_at_all()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var bob = (await client.PostUserAsync("bob", new JsonObject { ["password"] = "t1meMa-sheen-1", ["title"] = "Sought-and-found" })).Expect(201).Id;
        (await client.PutAsync($"/Users/{bob}", ScimClient.User("bob@example.com", new JsonObject { ["password"] = "t1meMa-sheen-2", ["title"] = "Sought-and-found" }))).Expect(200);
        (await client.PatchAsync($"/Users/{bob}", """[{ "op": "replace", "value": { "password": "t1meMa-sheen-3" } }]""")).Expect(200);

        var stored = Stored(app);

        Assert.Contains(stored, bytes => Contains(bytes, "Sought-and-found"));
        Assert.DoesNotContain(stored, bytes => Contains(bytes, "t1meMa-sheen"));
    }

    [Fact]
    public async Task S_152_names_and_filters_of_people_are_not_logged()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var bob = (await client.PostUserAsync("bob-the-private", new JsonObject { ["displayName"] = "Bob the Private" })).Expect(201).Id;
        (await client.GetAsync("/Users?filter=userName eq \"bob-the-private@example.com\"")).Expect(200);
        (await client.GetAsync("/Users?filter=userName xx \"bob-the-private@example.com\"")).Expect(400);
        (await client.PostUserAsync("bob-the-private")).Expect(409);
        (await client.PatchAsync($"/Users/{bob}", """[{ "op": "replace", "path": "active", "value": "bob-the-private" }]""")).Expect(400);
        app.Break("drop table user_emails");
        (await client.PutAsync($"/Users/{bob}", ScimClient.User("bob-the-private-2"))).Expect(500);

        Assert.NotEmpty(app.Log.Lines);
        Assert.DoesNotContain(app.Log.Lines, line => line.Contains("the-private", StringComparison.OrdinalIgnoreCase) || line.Contains("the Private", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task S_137_an_id_and_secret_by_Basic_open_the_token_endpoint_only()
    {
        await using var app = await RollcallApp.StartAsync();
        var made = (await app.AdminAsync("POST", "/integrations", new JsonObject { ["name"] = "acme", ["staticToken"] = true })).Expect(201).Body;
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{made["clientId"]}:{made["clientSecret"]}"));
        var client = new ScimClient(app, "acme", (string)made["scimBaseUrl"]!, (string)made["token"]!);

        (await client.SendAsync("GET", "/Users", null, new Dictionary<string, string> { ["Authorization"] = $"Basic {basic}" })).Expect(401);
        (await client.SendAsync("GET", "/ServiceProviderConfig", null, new Dictionary<string, string> { ["Authorization"] = $"Basic {basic}" })).Expect(401);
        (await client.GetAsync("/Users")).Expect(200);
    }

    [Fact]
    public async Task S_350_platforms_and_administrators_have_credentials_of_their_own()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();

        (await client.SendAsync("GET", "/Users", null, new Dictionary<string, string> { ["Authorization"] = $"Bearer {RollcallApp.AdminToken}" })).Expect(401);
        (await app.AdminAsync("GET", "/users", null, new Dictionary<string, string> { ["Authorization"] = $"Bearer {client.Token}" })).Expect(401);
    }

    [Fact]
    [Trait("req", "S-051")]
    [Trait("req", "S-352")]
    public async Task One_person_in_two_integrations_has_ids_that_have_nothing_in_common()
    {
        await using var app = await RollcallApp.StartAsync();
        var (first, second) = (await app.IntegrationAsync("first"), await app.IntegrationAsync("second"));
        var here = (await first.PostUserAsync("bob", new JsonObject { ["externalId"] = "E-100" })).Expect(201).Id!;
        var there = (await second.PostUserAsync("bob", new JsonObject { ["externalId"] = "E-100" })).Expect(201).Id!;

        Assert.NotEqual(here, there);
        Assert.Equal([here], (await first.GetAsync("/Users?filter=externalId eq \"E-100\"")).Expect(200).Ids());
        Assert.Equal([there], (await second.GetAsync("/Users?filter=externalId eq \"E-100\"")).Expect(200).Ids());
        (await first.GetAsync($"/Users/{there}")).Expect(404);
    }

    [Fact]
    public async Task O_013_secrets_and_tokens_are_stored_as_hashes_only()
    {
        await using var app = await RollcallApp.StartAsync();
        var made = (await app.AdminAsync("POST", "/integrations", new JsonObject { ["name"] = "acme", ["staticToken"] = true })).Expect(201).Body;

        var stored = Stored(app);

        Assert.Contains(stored, bytes => Contains(bytes, (string)made["clientId"]!));
        Assert.DoesNotContain(stored, bytes => Contains(bytes, (string)made["clientSecret"]!) || Contains(bytes, (string)made["token"]!));
    }

    private static List<byte[]> Stored(RollcallApp app) =>
        [.. Directory.GetFiles(Path.GetDirectoryName(app.DatabaseFile)!, $"{Path.GetFileName(app.DatabaseFile)}*").Select(ReadShared)];

    // The server has the file open.
    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static bool Contains(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
}
