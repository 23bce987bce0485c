using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Rollcall.Bench.Load;

namespace Rollcall.Bench.Servers;

/// <summary>The server that is measured: the executable, in a process of its own, on a copy of the data set.</summary>
internal sealed class RollcallServer : IAsyncDisposable
{
    private const string AdminToken = "a-token-that-lives-as-long-as-one-benchmark";

    private readonly ChildServer _child;
    private readonly string _folder;

    private RollcallServer(ChildServer child, string folder, Dataset dataset, string token)
    {
        _child = child;
        _folder = folder;
        Dataset = dataset;
        Admin = AdminOf(child);
        AccessToken = token;
        Token = token;
        Requests = new ScimRequests(child.Url, token);
    }

    /// <summary>What it has in its database.</summary>
    public Dataset Dataset { get; }

    /// <summary>The process.</summary>
    public ChildServer Process => _child;

    /// <summary>Where it listens.</summary>
    public Uri Url => _child.Url;

    /// <summary>The admin API.</summary>
    public HttpClient Admin { get; }

    /// <summary>The access token of the integration's platform.</summary>
    public string AccessToken { get; }

    /// <summary>An access token of the integration's platform.</summary>
    public string Token { get; }

    /// <summary>Makes requests of the integration's platform.</summary>
    public ScimRequests Requests { get; }

    /// <summary>Starts a server on a copy of the data set.</summary>
    /// <param name="command">The executable and arguments before <c>serve</c>.</param>
    /// <param name="folder">The data folder; removed in the end.</param>
    /// <param name="dataset">What is in it.</param>
    /// <param name="arguments">Arguments after <c>serve access</c>.</param>
    public static async Task<RollcallServer> StartAsync(IReadOnlyList<string> command, string folder, Dataset dataset, IReadOnlyList<string> arguments)
    {
        var child = await StartProcessAsync(command, folder, arguments);
        return new RollcallServer(child, folder, dataset, await TokenAsync(child, dataset.ClientId, dataset.ClientSecret));
    }

    /// <summary>Starts a server on an empty folder and makes the integration there.</summary>
    public static async Task<RollcallServer> StartEmptyAsync(string executable, string folder)
    {
        var child = await StartProcessAsync([executable], folder, []);
        using var admin = AdminOf(child);
        using var response = await admin.PostAsJsonAsync("integrations", new { name = Dataset.Integration, platform = "identityiq" });
        response.EnsureSuccessStatusCode();
        var created = await response.Content.ReadFromJsonAsync<JsonObject>();
        var dataset = new Dataset("", (string)created!["clientId"]!, (string)created["clientSecret"]!, [], new Dictionary<string, string>());
        return new RollcallServer(child, folder, dataset, await TokenAsync(child, dataset.ClientId, dataset.ClientSecret));
    }

    /// <summary>Starts the process of a server on a data folder.</summary>
    public static Task<ChildServer> StartProcessAsync(IReadOnlyList<string> command, string folder, IReadOnlyList<string> arguments) =>
        ChildServer.StartAsync(command[0], [.. command.Skip(1), "serve", "access", "--access-url", "http://127.0.0.1:0", "--data", folder, .. arguments], folder,
            new Dictionary<string, string> { ["ROLLCALL_ADMIN_TOKEN"] = AdminToken });

    private static HttpClient AdminOf(ChildServer child)
    {
        var admin = new HttpClient { BaseAddress = new Uri(child.Url, "/api/v1/") };
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        return admin;
    }

    // As a platform gets it.
    private static async Task<string> TokenAsync(ChildServer child, string clientId, string clientSecret)
    {
        using var client = new HttpClient { BaseAddress = child.Url };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = clientId,
            ["client_secret"] = clientSecret,
        });
        using var response = await client.PostAsync("/oauth/token", form);
        response.EnsureSuccessStatusCode();
        var token = await response.Content.ReadFromJsonAsync<JsonObject>();
        return (string)token!["access_token"]!;
    }

    /// <summary>A connection of a platform.</summary>
    public RawConnection Connect() => new(Url);

    /// <summary>How many members a read of the Group shows.</summary>
    public int MembersShown(string groupId)
    {
        using var connection = Connect();
        connection.Exchange(Requests.Get($"/Groups/{groupId}?attributes=members.value"));
        return JsonNode.Parse(connection.Body)!["members"]?.AsArray().Count ?? 0;
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await _child.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
