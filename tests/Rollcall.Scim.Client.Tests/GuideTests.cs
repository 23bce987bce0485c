using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rollcall.Scim.Client.Authentication;
using Rollcall.Testing;

namespace Rollcall.Scim.Client.Tests;

/// <summary>The example of <c>docs/scim-client.md</c> is the one that is compiled and run here.</summary>
public sealed partial class GuideTests
{
    [Fact]
    public async Task TheExample_DoesWhatItSays()
    {
        var server = new ScriptedServer()
            .Then(200, Bodies.Token, "application/json").Then(200, Bodies.NoCursor)
            .Then(200, Bodies.List(1, null, "u1"))
            .Then(200, """{"id":"g1","meta":{"version":"W/\"1\""}}""").Then(412)
            .Then(200, """{"id":"g1","meta":{"version":"W/\"2\""}}""").Then(204);

        await ExampleAsync(server, "s3cret", "g1", "u1", TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                "POST /token", "GET /v2/ServiceProviderConfig", "POST /v2/Users/.search",
                "GET /v2/Groups/g1?excludedAttributes=members", "PATCH /v2/Groups/g1", "GET /v2/Groups/g1?excludedAttributes=members", "PATCH /v2/Groups/g1",
            ],
            server.Lines);
        Assert.Equal("W/\"2\"", server.Arrived[^1].Header("If-Match"));
    }

    [Fact]
    public void TheGuide_ShowsTheExampleThatIsRunHere()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Rollcall.Scim.Client.Tests", "GuideTests.cs"));
        var guide = File.ReadAllText(Repository.Docs("scim-client.md"));

        var example = ExampleInSource().Match(source).Groups[1].Value.Replace("\n        ", "\n", StringComparison.Ordinal).Trim();
        Assert.Equal(example.Replace("}, server);", "});", StringComparison.Ordinal), ExampleInGuide().Match(guide).Groups[1].Value.Trim());
    }

    private static async Task ExampleAsync(ScriptedServer server, string secret, string groupId, string userId, CancellationToken cancellationToken)
    {
        // The example begins here.
        using var client = new ScimClient(new ScimClientOptions
        {
            BaseUrl = new Uri("https://scim.example.com/v2"),
            Credentials = new ClientCredentialsGrant
            {
                TokenUrl = new Uri("https://auth.example.com/token"),
                ClientId = "me",
                ClientSecret = secret,
            },
        }, server);

        // Everybody who works here, page by page; what a page shows twice comes once.
        await foreach (var user in client.ListAsync("/Users", new ScimListRequest { Filter = "active eq true" }, cancellationToken))
            Console.WriteLine($"{user.Id} {user.Text("userName")} {user.Text("name.familyName")}");

        // A member more, however many change the group at once.
        for (; ; )
        {
            var group = await client.FindAsync("/Groups", groupId, excludedAttributes: ["members"], cancellationToken: cancellationToken)
                ?? throw new InvalidOperationException("The group is gone.");
            JsonArray add = [new JsonObject { ["op"] = "add", ["path"] = "members", ["value"] = new JsonArray(new JsonObject { ["value"] = userId }) }];
            try
            {
                await client.PatchAsync("/Groups", groupId, add, group.Version, cancellationToken);
                break;
            }
            catch (ScimClientException conflict) when (conflict.Status == 412)
            {
                // Somebody was faster: read it again, and work the change out afresh.
            }
        }
        // The example ends here.
    }

    [GeneratedRegex(@"// The example begins here\.\n(.*?)// The example ends here\.", RegexOptions.Singleline)]
    private static partial Regex ExampleInSource();

    [GeneratedRegex(@"^```csharp\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex ExampleInGuide();
}
