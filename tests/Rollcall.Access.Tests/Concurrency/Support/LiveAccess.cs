using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Access.Tests.Support;
using Rollcall.Testing.Stores;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;

namespace Rollcall.Access.Tests.Concurrency.Support;

/// <summary>The whole Access side as it is served, on a free port over a new data folder, with one integration.</summary>
internal sealed class LiveAccess : IAsyncDisposable
{
    private readonly TempFolder _temp;
    private readonly DataFolder _folder;
    private readonly AccessServer _server;
    private readonly HttpClient _admin;
    private readonly LogSink _log = new();
    private string _scimBaseUrl = "";
    private string _token = "";
    private int _lists;

    private LiveAccess(TempFolder temp, DataFolder folder, AccessServer server)
    {
        (_temp, _folder, _server) = (temp, folder, server);
        server.Host.App.Services.GetRequiredService<ILoggerFactory>().AddProvider(_log);
        _admin = new HttpClient { BaseAddress = new Uri(server.Host.ListeningUrl + "/api/v1/") };
        _admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", folder.ReadOrMakeAdminToken());
    }

    /// <summary>Starts it.</summary>
    /// <param name="rules">Rules of the integration, as the API takes them; null for the defaults.</param>
    public static async Task<LiveAccess> StartAsync(object? rules = null)
    {
        var temp = new TempFolder();
        var settings = new RollcallSettings { Data = temp["data"], Access = SideSettings.DefaultFor(Side.Access, freePort: true) };
        var folder = DataFolder.Open(settings);
        var access = new LiveAccess(temp, folder, await AccessServer.CreateAsync(settings, folder));
        await access._server.Host.StartAsync(TestContext.Current.CancellationToken);
        var made = await access.PostAsync("integrations", new { name = "acme", rules, staticToken = true });
        access._scimBaseUrl = made.GetProperty("scimBaseUrl").GetString()!;
        access._token = made.GetProperty("token").GetString()!;
        return access;
    }

    /// <summary>The admin API.</summary>
    public HttpClient Admin => _admin;

    /// <summary>A connection of its own to the integration's SCIM endpoint.</summary>
    public HttpClient Connect()
    {
        var client = new HttpClient { BaseAddress = new Uri(_scimBaseUrl + "/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        return client;
    }

    /// <summary>Makes an access list of the integration; its SCIM id and title.</summary>
    public async Task<(string Id, string Title)> AddListAsync()
    {
        var name = $"list-{Interlocked.Increment(ref _lists)}";
        var list = await PostAsync("lists", new { name, title = name, type = "scim", integration = "acme", owners = new[] { new { kind = "person", name = "ann" } } });
        return (list.GetProperty("scimId").GetString()!, name);
    }

    /// <summary>Posts to the admin API.</summary>
    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await _admin.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }

    /// <summary>The database file, past the server.</summary>
    public AccessFile OpenFile() => new(_folder.AccessDatabase);

    /// <summary>The database file, to change behind the server's back what no API changes.</summary>
    public SqliteConnection OpenForWriting()
    {
        var connection = new SqliteConnection($"Data Source={_folder.AccessDatabase};Pooling=false");
        connection.Open();
        return connection;
    }

    /// <summary>Fails the test if the rows don't agree with each other.</summary>
    public Task CheckStoreAsync() => StoreAssert.IsRightAsync(_folder.AccessDatabase);

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _server.Host.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
        _folder.Dispose();
        _log.Hide(_token);
        _log.HideStored(Path.Combine(_folder.Path, DataFolder.AccessDatabaseName));
        _temp.Dispose();
        _log.AssertKeepsSecrets();
    }
}
