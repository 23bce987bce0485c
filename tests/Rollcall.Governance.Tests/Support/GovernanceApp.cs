using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Governance.Aggregation;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;

namespace Rollcall.Governance.Tests.Support;

/// <summary>
/// The whole Governance side as <c>rollcall serve governance</c> runs it, on a free port of the loopback address, over a data
/// folder of its own, with a clock that the test moves. At the end the log must hold none of the secrets.
/// </summary>
internal sealed class GovernanceApp : IAsyncDisposable
{
    public const string AdminToken = "the-admin-token-of-the-tests-0123456789";

    private readonly TempFolder? _folder;
    private readonly DataFolder _data;
    private readonly HttpClient _http;

    private GovernanceApp(TempFolder? folder, DataFolder data, GovernanceServer server, FakeTimeProvider clock)
    {
        _folder = folder;
        _data = data;
        Server = server;
        Clock = clock;
        server.Host.App.Services.GetRequiredService<ILoggerFactory>().AddProvider(Log);
        Log.Hide(AdminToken);
        _http = new HttpClient { BaseAddress = new Uri(server.Host.ListeningUrl) };
    }

    public FakeTimeProvider Clock { get; }

    public LogSink Log { get; } = new();

    public GovernanceServer Server { get; }

    /// <summary>What runs aggregations.</summary>
    public TaskRunner Runner => Server.Runner;

    /// <summary>The database file.</summary>
    public string DatabaseFile => _data.GovernanceDatabase;

    /// <param name="clock">The clock; one that stands at a time of its own if null.</param>
    /// <param name="handlers">Makes the connections to applications' servers; the system's if null.</param>
    /// <param name="folder">Where the data is; a folder of its own, removed at the end, if null.</param>
    public static async Task<GovernanceApp> StartAsync(FakeTimeProvider? clock = null, Func<HttpMessageHandler>? handlers = null, TempFolder? folder = null)
    {
        clock ??= new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, 700, TimeSpan.Zero));
        var isOwn = folder is null;
        folder ??= new TempFolder();
        var settings = new RollcallSettings { Data = folder["data"], AdminToken = AdminToken, Governance = SideSettings.DefaultFor(Side.Governance, freePort: true) };
        var data = DataFolder.Open(settings);
        var server = await GovernanceServer.CreateAsync(settings, data, clock, handlers);
        await server.Host.StartAsync(TestContext.Current.CancellationToken);
        return new GovernanceApp(isOwn ? folder : null, data, server, clock);
    }

    /// <summary>Calls the API.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">The path below <c>/api/v1</c>, with query.</param>
    /// <param name="body">What to send: JSON, or a text as it is; null for nothing.</param>
    /// <param name="actingAs">The identity that is acted for; null for the administrator.</param>
    /// <param name="ifMatch">The version that the change is for, or null.</param>
    /// <param name="mediaType">What the body is.</param>
    public async Task<ApiAnswer> CallAsync(string method, string path, object? body = null, string? actingAs = null, string? ifMatch = null, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        if (body is not null)
            request.Content = new StringContent(body as string ?? ((JsonNode)body).ToJsonString(), Encoding.UTF8, mediaType);
        if (actingAs is not null)
            request.Headers.Add("X-Rollcall-As", actingAs);
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return await ApiAnswer.ReadAsync(response);
    }

    /// <summary>Reads an answer that is no JSON object.</summary>
    public async Task<string> TextAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode}");
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What <c>/metrics</c> tells, without the scope of each line.</summary>
    public async Task<string> MetricsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return text.Replace("otel_scope_name=\"Rollcall.Governance\",", "", StringComparison.Ordinal);
    }

    /// <summary>Calls the API as the administrator, with a body of any kind.</summary>
    public async Task<ApiAnswer> SendAsync(string method, string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1{path}") { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return await ApiAnswer.ReadAsync(response);
    }

    /// <summary>Aggregates an application, and waits for the end.</summary>
    /// <param name="kind"><c>aggregateGroups</c> or <c>aggregateAccounts</c>.</param>
    /// <param name="application">The application.</param>
    /// <param name="accept">Whether much may be gone.</param>
    /// <returns>The task as it ended.</returns>
    public async Task<JsonObject> AggregateAsync(string kind, string application = "target", bool accept = false)
    {
        var task = (await CallAsync("POST", "/tasks", new JsonObject { ["kind"] = kind, ["application"] = application, ["accept"] = accept })).Expect(201).Body;
        await Server.Runner.WhenIdleAsync();
        return (await CallAsync("GET", $"/tasks/{task["id"]}")).Expect(200).Body;
    }

    /// <summary>Which accounts hold which entitlements, by their SCIM ids, in the order in which accounts were found.</summary>
    public async Task<IReadOnlyList<(string Account, string Entitlement)>> HeldAsync()
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = DatabaseFile, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText =
            "select a.scim_id, e.scim_id from account_entitlements h join accounts a on a.id = h.account_id join entitlements e on e.id = h.entitlement_id order by a.id, e.id";
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var held = new List<(string, string)>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            held.Add((reader.GetString(0), reader.GetString(1)));
        return held;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.Host.StopAsync(new CancellationToken(canceled: true));
        await Server.DisposeAsync();
        _data.Dispose();
        HideStored();
        _folder?.Dispose();
        Log.AssertKeepsSecrets();
    }

    /// <summary>What the database keeps of people and groups may stand in no line of the log.</summary>
    private void HideStored()
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = DatabaseFile, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select email from identities union select given_name from identities union select user_name from accounts union select title from entitlements union select reason from requests";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (!reader.IsDBNull(0))
                Log.Hide(reader.GetString(0));
        }
    }
}
