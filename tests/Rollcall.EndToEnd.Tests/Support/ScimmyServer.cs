using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Testing;

namespace Rollcall.EndToEnd.Tests.Support;

/// <summary>
/// A SCIM server that others wrote, SCIMMY on Node.js, as its own process: <c>tests/interop/scimmy</c>. It keeps everything in memory
/// and has no versions.
/// </summary>
public sealed class ScimmyServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly HttpClient _http;

    private ScimmyServer(Process process, string baseUrl)
    {
        _process = process;
        BaseUrl = baseUrl;
        _http = new HttpClient { BaseAddress = new Uri(baseUrl + "/"), Timeout = Patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>The bearer token that clients need.</summary>
    public static string Token => "the-token-of-the-interoperability-test";

    /// <summary>The SCIM base URL.</summary>
    public string BaseUrl { get; }

    /// <summary>Starts it. The test is skipped where it is not installed: that takes Node.js and a package registry.</summary>
    public static async Task<ScimmyServer> StartAsync()
    {
        var folder = Path.Combine(Repository.Root, "tests", "interop", "scimmy");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "scimmy")))
            Assert.Skip("tests/interop/scimmy is not installed: run \"npm ci\" there, as test.sh does. It takes Node.js 18 or later and a package registry.");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "server.mjs")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["SCIMMY_TOKEN"] = Token },
        };
        var process = Process.Start(start)!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        if (await process.StandardOutput.ReadLineAsync(patience.Token) is { } url)
            return new ScimmyServer(process, url);
        var error = await process.StandardError.ReadToEndAsync(patience.Token);
        process.Dispose();
        throw new InvalidOperationException($"SCIMMY did not start: {error}");
    }

    /// <summary>Makes a User, as an administrator of that server would.</summary>
    /// <returns>Its id.</returns>
    public Task<string> AddUserAsync(string userName) =>
        AddAsync("Users", new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:User"), ["userName"] = userName });

    /// <summary>Makes a Group without members, likewise.</summary>
    /// <returns>Its id.</returns>
    public Task<string> AddGroupAsync(string displayName) =>
        AddAsync("Groups", new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:Group"), ["displayName"] = displayName });

    /// <summary>The user names of a Group's members.</summary>
    public async Task<IReadOnlyList<string>> MembersAsync(string groupId)
    {
        var group = await GetAsync($"Groups/{groupId}");
        var names = new List<string>();
        foreach (var member in group.TryGetProperty("members", out var members) ? members.EnumerateArray().ToArray() : [])
            names.Add((await GetAsync($"Users/{member.GetProperty("value").GetString()}")).GetProperty("userName").GetString()!);
        return names;
    }

    /// <summary>Reads what is at a path below the base URL.</summary>
    public async Task<JsonElement> GetAsync(string path) => JsonElement.Parse(await _http.GetStringAsync(path, TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task<string> AddAsync(string endpoint, JsonObject resource)
    {
        using var body = new StringContent(resource.ToJsonString(), Encoding.UTF8, "application/scim+json");
        using var response = await _http.PostAsync(endpoint, body, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, answer);
        return JsonElement.Parse(answer).GetProperty("id").GetString()!;
    }
}
