using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
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
    /// <param name="command">The executable and arguments before <c>serve</c>.</param>
    /// <param name="folder">The data folder; removed in the end.</param>
    /// <param name="target">The server to govern.</param>
    public static async Task<GovernanceServer> StartAsync(IReadOnlyList<string> command, string folder, RollcallServer target)
    {
        var child = await ChildServer.StartAsync(
            command[0], [.. command.Skip(1), "serve", "governance", "--governance-url", "http://127.0.0.1:0", "--data", folder], folder, new Dictionary<string, string> { ["ROLLCALL_ADMIN_TOKEN"] = AdminToken });
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

    /// <summary>Imports identities.</summary>
    /// <param name="csv">The file.</param>
    public async Task ImportAsync(string csv)
    {
        using var content = new StringContent(csv, Encoding.UTF8, "text/csv");
        using var response = await _admin.PostAsync(new Uri("identities/import", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>From now on requests are approved as they are made.</summary>
    public async Task ApproveByItselfAsync()
    {
        using var response = await _admin.PatchAsJsonAsync($"applications/{Application}", new { definition = new { approval = "none" } });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The ids of entitlements by their ids on the server.</summary>
    public async Task<IReadOnlyDictionary<string, long>> EntitlementsAsync() =>
        (await _admin.GetFromJsonAsync<JsonNode>("entitlements?count=1000"))!["items"]!.AsArray().ToDictionary(item => (string)item!["scimId"]!, item => (long)item!["id"]!);

    /// <summary>Requests an entitlement for somebody.</summary>
    public async Task RequestAsync(string identity, long entitlement)
    {
        using var response = await _admin.PostAsJsonAsync("requests", new
        {
            operation = "add", application = Application, entitlements = new[] { entitlement }, identities = new[] { identity }, reason = "measured",
        });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until no request is open.</summary>
    public async Task UntilIdleAsync()
    {
        while (await CountAsync("requests?state=provisioning", most: 1) > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
    }

    /// <summary>How many items the first page of a list has.</summary>
    public async Task<int> CountAsync(string path, int most = 1_000) =>
        (await _admin.GetFromJsonAsync<JsonNode>($"{path}&count={most}"))!["items"]!.AsArray().Count;

    /// <summary>A metric, added up over its labels.</summary>
    /// <param name="name">The name.</param>
    /// <param name="label">What its labels hold, or null.</param>
    public async Task<double> MetricAsync(string name, string? label = null) =>
        (await _admin.GetStringAsync(new Uri(_child.Url, "/metrics"))).Split('\n')
            .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) && (label is null || line.Contains(label, StringComparison.Ordinal)))
            .Sum(line => double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _child.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
