using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.EndToEnd.Tests.Support;
using Rollcall.Testing.Stores;

namespace Rollcall.EndToEnd.Tests;

/// <summary>The server is killed in the middle of bulk requests: every operation that was answered is there, and circles are there as a whole or not at all.</summary>
public sealed class BulkCrashTests
{
    private const int Rounds = 3;
    private const int Clients = 4;

    private readonly ConcurrentDictionary<string, bool> _members = new(StringComparer.Ordinal);
    private int _requests;
    private int _lost;

    [Fact]
    public async Task KilledInTheMiddleOfBulks_EveryOperationThatWasAnsweredIsThere()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path);
        var platform = await server.AddIntegrationAsync("acme");
        var (list, _) = await server.AddListAsync(platform, "one");

        for (var round = 0; round < Rounds; round++)
        {
            var running = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(() => SendUntilKilledAsync(platform, list))));
            await Task.Delay(TimeSpan.FromMilliseconds(1200 + (150 * round)), TimeProvider.System, TestContext.Current.CancellationToken);
            await server.KillAsync();
            await running;
            await server.StartAgainAsync();
            await CheckAsync(server, platform, list);
        }

        Assert.True(_members.Count > 200, $"only {_members.Count} members");
        Assert.True(_lost >= Clients, $"only {_lost} requests were cut off");
    }

    private async Task SendUntilKilledAsync(ScimAccess platform, string list)
    {
        using var http = platform.Connect();
        try
        {
            while (true)
            {
                var body = Request(Interlocked.Increment(ref _requests), list).ToJsonString();
                using var response = await http.PostAsync(new Uri("Bulk", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/scim+json"), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                var results = JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("Operations").EnumerateArray().ToList();
                Assert.All(results, result => Assert.Contains(result.GetProperty("status").GetString(), (IEnumerable<string>)["201", "204"]));
                foreach (var made in results.Where(result => result.GetProperty("method").GetString() == "POST" && result.GetProperty("bulkId").GetString()!.StartsWith("member", StringComparison.Ordinal)))
                    _members[made.GetProperty("location").GetString()!.Split('/')[^1]] = true;
            }
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref _lost);
        }
    }

    /// <summary>Users that become members, one by one, and pairs of Users that refer to each other.</summary>
    private static JsonObject Request(int number, string list)
    {
        var operations = new JsonArray();
        for (var i = 0; i < 20; i++)
            operations.Add(Creation($"member-{number}-{i}"));
        for (var i = 0; i < 3; i++)
        {
            operations.Add(Creation($"left-{number}-{i}", manager: $"right-{number}-{i}"));
            operations.Add(Creation($"right-{number}-{i}", manager: $"left-{number}-{i}"));
        }
        for (var i = 0; i < 20; i++)
            operations.Add(JsonNode.Parse($$$"""{"method":"PATCH","path":"/Groups/{{{list}}}","data":{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"bulkId:member-{{{number}}}-{{{i}}}"}]}]}}"""));
        return new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:BulkRequest"), ["Operations"] = operations };
    }

    private static JsonObject Creation(string name, string? manager = null)
    {
        var user = new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:User"), ["userName"] = name };
        if (manager is not null)
            user["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = new JsonObject { ["manager"] = new JsonObject { ["value"] = $"bulkId:{manager}" } };
        return new JsonObject { ["method"] = "POST", ["path"] = "/Users", ["bulkId"] = name, ["data"] = user };
    }

    private async Task CheckAsync(RollcallServer server, ScimAccess platform, string list)
    {
        using var file = new AccessFile(server.DatabaseFile);
        Assert.Empty(file.FindFaults());
        var state = file.State();
        Assert.Empty(_members.Keys.Where(id => !state.Users.TryGetValue(id, out var user) || !user.Related.Contains(list)));

        using var http = platform.Connect();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var start = 1; ; start += 10_000)
        {
            var page = JsonElement.Parse(await http.GetStringAsync(new Uri($"Users?attributes=userName&count=10000&startIndex={start}", UriKind.Relative), TestContext.Current.CancellationToken));
            names.UnionWith(page.GetProperty("Resources").EnumerateArray().Select(user => user.GetProperty("userName").GetString()!));
            if (names.Count >= page.GetProperty("totalResults").GetInt32())
                break;
        }
        Assert.Empty(names.Where(name => name.StartsWith("left", StringComparison.Ordinal) && !names.Contains("right" + name[4..])));
        Assert.Empty(names.Where(name => name.StartsWith("right", StringComparison.Ordinal) && !names.Contains("left" + name[5..])));
    }
}
