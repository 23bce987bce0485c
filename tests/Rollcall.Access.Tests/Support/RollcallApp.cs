using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Access.Audit;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;

namespace Rollcall.Access.Tests.Support;

/// <summary>
/// The whole Access side as <c>rollcall serve access</c> runs it, on a free port of the loopback address, over a data
/// folder of its own, with a clock that the test moves. At the end the log must hold none of the values that tests wrote
/// and the database must not contradict itself.
/// </summary>
internal sealed class RollcallApp : IAsyncDisposable
{
    public const string AdminToken = "the-admin-token-of-the-tests-0123456789";

    private readonly TempFolder _folder;
    private readonly DataFolder _data;
    private readonly AccessServer _server;

    private RollcallApp(TempFolder folder, DataFolder data, AccessServer server, FakeTimeProvider clock)
    {
        _folder = folder;
        _data = data;
        _server = server;
        Clock = clock;
        Loggers.AddProvider(Log);
        Log.Hide(AdminToken);
        Http = new HttpClient(Answers) { BaseAddress = new Uri(server.Host.ListeningUrl) };
    }

    public FakeTimeProvider Clock { get; }

    public LogSink Log { get; } = new();

    /// <summary>What was answered, for comparison with what the audit log says.</summary>
    public AnswerLog Answers { get; } = new();

    /// <summary>Secrets that were handed out: they may stand nowhere.</summary>
    public ConcurrentBag<string> Secrets { get; } = [AdminToken];
    /// <summary>The server's own loggers.</summary>
    public ILoggerFactory Loggers => _server.Host.App.Services.GetRequiredService<ILoggerFactory>();

    /// <summary>Sends to the side, without any credentials.</summary>
    public HttpClient Http { get; }

    /// <summary>The database file.</summary>
    public string DatabaseFile => _data.AccessDatabase;

    /// <summary>Whether a test broke the database on purpose: then 500 is an answer, and contradictions are no wonder.</summary>
    public bool IsBroken { get; private set; }

    public static async Task<RollcallApp> StartAsync()
    {
        var folder = new TempFolder();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, 700, TimeSpan.Zero));
        var settings = new RollcallSettings { Data = folder["data"], AdminToken = AdminToken, Access = SideSettings.DefaultFor(Side.Access, freePort: true) };
        var data = DataFolder.Open(settings);
        var server = await AccessServer.CreateAsync(settings, data, clock);
        await server.Host.StartAsync(TestContext.Current.CancellationToken);
        return new RollcallApp(folder, data, server, clock);
    }

    /// <summary>Connects a platform.</summary>
    /// <param name="name">The integration's name.</param>
    /// <param name="rules">Its rules, as the admin API takes them; null for the platform's.</param>
    /// <param name="platform">The platform.</param>
    public async Task<ScimClient> IntegrationAsync(string name = "acme", JsonObject? rules = null, string platform = "other")
    {
        var body = new JsonObject { ["name"] = name, ["platform"] = platform, ["staticToken"] = true };
        if (rules is not null)
            body["rules"] = rules.DeepClone();
        var made = (await AdminAsync("POST", "/integrations", body)).Expect(201).Body;
        Secrets.Add((string)made["clientSecret"]!);
        Secrets.Add((string)made["token"]!);
        return new ScimClient(this, name, (string)made["scimBaseUrl"]!, (string)made["token"]!);
    }

    /// <summary>Makes an access list for an integration.</summary>
    /// <returns>The id of its Group.</returns>
    public async Task<string> ListAsync(ScimClient client, string title, string? name = null, params string[] roles)
    {
        var list = await AdminAsync("POST", "/lists", new JsonObject
        {
            ["name"] = name ?? $"{client.Name}-{title}",
            ["title"] = title,
            ["type"] = "scim",
            ["integration"] = client.Name,
            ["owners"] = new JsonArray(new JsonObject { ["kind"] = "person", ["name"] = "owner@example.com" }),
            ["grants"] = new JsonObject { ["roles"] = new JsonArray([.. roles.Select(role => (JsonNode)role)]) },
        });
        return (string)list.Expect(201).Body["scimId"]!;
    }

    /// <summary>Calls the admin API.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">The path below <c>/api/v1</c>, with query.</param>
    /// <param name="body">What to send: JSON, or a text as it is; null for nothing.</param>
    /// <param name="headers">Further headers; <c>Authorization</c> takes the place of the admin token.</param>
    public async Task<ApiAnswer> AdminAsync(string method, string path, object? body = null, IReadOnlyDictionary<string, string>? headers = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1{path}");
        if (body is not null)
            request.Content = new StringContent(body as string ?? ((JsonNode)body).ToJsonString(), Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        foreach (var (name, value) in headers ?? new Dictionary<string, string>())
        {
            HttpHeaders target = name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) && request.Content is not null ? request.Content.Headers : request.Headers;
            target.Remove(name);
            if (value.Length > 0)
                target.TryAddWithoutValidation(name, value);
        }
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await ApiAnswer.ReadAsync(response);
        Log.HideIn(path);
        Log.Hide(body as JsonNode);
        Log.Hide(answer.Body);
        (await OpenApiCheck.OfAsync(this)).AssertTold(method, path, body as JsonObject, answer);
        return answer;
    }

    /// <summary>Rows of the audit log, at most 1,000.</summary>
    /// <param name="query">The query parameters.</param>
    public async Task<IReadOnlyList<JsonObject>> AuditAsync(string query = "") =>
        [.. (await AdminAsync("GET", $"/audit?count=1000&{query}")).Expect(200).Items.Select(item => item!.AsObject())];

    /// <summary>What records requests behind their backs.</summary>
    public AuditWriter Audit => _server.Host.App.Services.GetRequiredService<AuditWriter>();

    /// <summary>What a gauge of the side says now; <c>/metrics</c> may say for a moment what it said before.</summary>
    /// <param name="name">The instrument.</param>
    public IReadOnlyList<long> Measure(string name)
    {
        var values = new List<long>();
        var meters = _server.Host.App.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name && instrument.Meter.Scope == meters)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => values.Add(value));
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }

    /// <summary>Deletes what is too old now.</summary>
    /// <param name="waits">Whether the clock is moved over its pauses.</param>
    public async Task PruneAsync(bool waits = true)
    {
        var retention = _server.Host.App.Services.GetServices<IHostedService>().OfType<Retention>().Single();
        var pruning = retention.PruneAsync(TestContext.Current.CancellationToken);
        while (waits && !pruning.IsCompleted)
        {
            Clock.Advance(Retention.Pause);
            await Task.Yield();
        }
        await pruning;
    }

    /// <summary>Gets an access token with a client's secret.</summary>
    public async Task<string> GetTokenAsync(string clientId, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token") { Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}")));
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["access_token"]!;
    }

    /// <summary>Breaks the database behind the server's back.</summary>
    public void Break(string sql)
    {
        IsBroken = true;
        using var connection = OpenDatabase();
        Execute(connection, sql);
    }

    /// <summary>Opens the database beside the server.</summary>
    public SqliteConnection OpenDatabase()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = DatabaseFile, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    public static int Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // texts of tests
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.Host.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
        _data.Dispose();
        try
        {
            if (!IsBroken)
                Log.HideStored(DatabaseFile);
            Log.AssertKeepsSecrets();
            if (!IsBroken)
            {
                await StoreAssert.IsRightAsync(DatabaseFile);
                AuditCheck.Run(DatabaseFile, Answers, Secrets);
            }
        }
        finally
        {
            _folder.Dispose();
        }
    }
}
