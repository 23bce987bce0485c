using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Xunit.Sdk;

namespace Rollcall.Access.Tests.Support;

/// <summary>The checks that every test ends with find what they are for.</summary>
public sealed class SupportTests
{
    [Theory]
    [InlineData("robert@example.com")]
    [InlineData("Robert Tables")]
    [InlineData("robert@example.org")]
    [InlineData("id-of-robert")]
    [InlineData("Drop Tables")]
    [InlineData("looked-for")]
    [InlineData("refused-value")]
    [InlineData("robert-at-home")]
    [InlineData(RollcallApp.AdminToken)]
    [InlineData("the-token")]
    [InlineData("the-secret")]
    public async Task Test_fails_where_the_server_logs_a_value(string leak)
    {
        var app = await RollcallApp.StartAsync();
        var made = (await app.AdminAsync("POST", "/integrations", new JsonObject { ["name"] = "acme", ["staticToken"] = true })).Expect(201).Body;
        var client = new ScimClient(app, "acme", (string)made["scimBaseUrl"]!, (string)made["token"]!);
        await client.ListAsync("Drop Tables");
        (await client.PostUserAsync("robert", new JsonObject
        {
            ["displayName"] = "Robert Tables",
            ["externalId"] = "id-of-robert",
            ["emails"] = new JsonArray(new JsonObject { ["value"] = "robert@example.org" }),
        })).Expect(201);
        (await client.GetAsync("/Users?filter=userName eq \"looked-for\"")).Expect(200);
        (await client.SendAsync("POST", "/Users", """{"schemas":["x"],"displayName":"refused-value"}""")).Expect(400);
        (await app.AdminAsync("POST", "/users", new JsonObject { ["userName"] = "robert-at-home" })).Expect(201);

        var text = leak switch { "the-token" => (string)made["token"]!, "the-secret" => (string)made["clientSecret"]!, _ => leak };
        app.Loggers.CreateLogger("Rollcall.Leak").LogWarning("Could not store {Thing}", text);

        await Assert.ThrowsAnyAsync<XunitException>(async () => await app.DisposeAsync());
    }

    [Fact]
    public async Task LogSink_finds_a_value_in_the_log()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        await client.UserAsync("bob");
        using var sink = new LogSink();
        sink.Hide("bob@example.com");
        sink.AssertKeepsSecrets();

        sink.CreateLogger("Test").Log(Microsoft.Extensions.Logging.LogLevel.Error, 1, "made bob@example.com", null, (state, _) => state);

        Assert.ThrowsAny<XunitException>(sink.AssertKeepsSecrets);
    }
}
