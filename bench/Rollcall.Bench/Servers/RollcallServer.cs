using System.Globalization;
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

    private RollcallServer(ChildServer child, DataCopy data, string token)
    {
        _child = child;
        _folder = data.Folder;
        Dataset = data.Dataset;
        Admin = new HttpClient { BaseAddress = new Uri(child.Url, "/api/v1/") };
        Admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
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

    /// <summary>Makes requests of the integration's platform.</summary>
    public ScimRequests Requests { get; }

    /// <summary>Starts the executable and gets an access token as a platform does.</summary>
    public static async Task<RollcallServer> StartAsync(string executable, DataCopy data, IReadOnlyList<string> arguments)
    {
        var child = await StartProcessAsync(executable, data.Folder, arguments);
        using var client = new HttpClient { BaseAddress = child.Url };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = data.Dataset.ClientId,
            ["client_secret"] = data.Dataset.ClientSecret,
        });
        using var response = await client.PostAsync("/oauth/token", form);
        response.EnsureSuccessStatusCode();
        var token = await response.Content.ReadFromJsonAsync<JsonObject>();
        return new RollcallServer(child, data, (string)token!["access_token"]!);
    }

    /// <summary>Starts the executable on a data folder.</summary>
    public static Task<ChildServer> StartProcessAsync(string executable, string folder, IReadOnlyList<string> arguments) =>
        ChildServer.StartAsync(executable, ["serve", "access", "--access-url", "http://127.0.0.1:0", "--data", folder, .. arguments], folder,
            new Dictionary<string, string> { ["ROLLCALL_ADMIN_TOKEN"] = AdminToken });

    /// <summary>A connection of a platform.</summary>
    public RawConnection Connect() => new(Url);

    /// <summary>How many direct members a list has, as the admin API counts them.</summary>
    public async Task<int> MemberCountAsync(string list)
    {
        var shown = await Admin.GetFromJsonAsync<JsonObject>($"lists/{list}");
        return ((int)shown!["memberCount"]!);
    }

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

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Url}");
}
