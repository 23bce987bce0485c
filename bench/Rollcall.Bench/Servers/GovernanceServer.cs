using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Bench.Servers;

/// <summary>The Governance side in a process of its own, with one application: the Access side that it governs.</summary>
internal sealed class GovernanceServer : IAsyncDisposable
{
    private const string AdminToken = "a-token-that-lives-as-long-as-one-benchmark";
    private const string Application = "access";

    private readonly ChildServer _child;
    private readonly string _folder;
    private readonly HttpClient _admin;

    private GovernanceServer(ChildServer child, string folder)
    {
        _child = child;
        _folder = folder;
        _admin = new HttpClient { BaseAddress = new Uri(child.Url, "/api/v1/") };
        _admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
    }

    /// <summary>The process.</summary>
    public ChildServer Process => _child;

    /// <summary>The database, with what is on its way into it, in bytes.</summary>
    public long DatabaseBytes => new DirectoryInfo(_folder).EnumerateFiles("governance.db*").Sum(file => file.Length);

    /// <summary>Starts it on an empty folder and defines the application.</summary>
    public static async Task<GovernanceServer> StartAsync(string executable, string folder, RollcallServer target)
    {
        var child = await ChildServer.StartAsync(
            executable, ["serve", "governance", "--governance-url", "http://127.0.0.1:0", "--data", folder], folder, new Dictionary<string, string> { ["ROLLCALL_ADMIN_TOKEN"] = AdminToken });
        var server = new GovernanceServer(child, folder);
        using var response = await server._admin.PostAsJsonAsync("applications", new
        {
            name = Application,
            definition = new
            {
                baseUrl = new Uri(target.Url, $"/scim/{Dataset.Integration}/v2"),
                authentication = new { type = "clientCredentials", tokenUrl = new Uri(target.Url, "/oauth/token"), clientId = target.Dataset.ClientId },
            },
            secrets = new { clientSecret = target.Dataset.ClientSecret },
        });
        response.EnsureSuccessStatusCode();
        return server;
    }

    /// <summary>Runs an aggregation to its end.</summary>
    /// <returns>The task, and how long it took by its own times.</returns>
    public async Task<(JsonNode Task, TimeSpan Took)> AggregateAsync(string kind)
    {
        using var response = await _admin.PostAsJsonAsync("tasks", new { kind, application = Application });
        response.EnsureSuccessStatusCode();
        var task = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        while (task["finishedAt"] is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            task = (await _admin.GetFromJsonAsync<JsonNode>($"tasks/{task["id"]}"))!;
        }
        return (string?)task["state"] == "completed"
            ? (task, (DateTimeOffset)task["finishedAt"]! - (DateTimeOffset)task["startedAt"]!)
            : throw new InvalidOperationException($"The aggregation ended as {task.ToJsonString()}");
    }

    /// <summary>Does something while another client changes the application again and again.</summary>
    /// <returns>How long each of its changes took, in milliseconds.</returns>
    public async Task<List<double>> BesideAnotherWriterAsync(Func<Task> act)
    {
        var isOver = false;
        var other = Task.Run(async () =>
        {
            var waits = new List<double>();
            for (var i = 0; !Volatile.Read(ref isOver); i++)
            {
                var start = Stopwatch.GetTimestamp();
                using var response = await _admin.PatchAsJsonAsync($"applications/{Application}", new { definition = new { description = $"change {i}" } });
                response.EnsureSuccessStatusCode();
                waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
            // The first ones warmed up.
            return waits[Math.Min(10, waits.Count / 2)..];
        });
        await act();
        Volatile.Write(ref isOver, true);
        return await other;
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _child.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
