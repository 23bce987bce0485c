using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Data.Migrations;
using Rollcall.Data.Sqlite;
using Rollcall.Scim;
using Rollcall.Web;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;

namespace Rollcall.Access.Tests.Support;

/// <summary>
/// The Access side on a free port of the loopback address, over a database of its own, with a clock that the test moves.
/// </summary>
internal sealed class TestAccess : IAsyncDisposable
{
    private readonly TempFolder? _ownFolder;
    private readonly SecretProtector _protector;
    private readonly Guid _node = Guid.NewGuid();
    private int _changes;

    private TestAccess(TempFolder? ownFolder, SqliteDatabase database, SecretProtector protector, SigningKeys keys, IntegrationDirectory directory, FakeTimeProvider clock, SideHost host)
    {
        _ownFolder = ownFolder;
        _protector = protector;
        Database = database;
        Keys = keys;
        Directory = directory;
        Clock = clock;
        Host = host;
        Client = new HttpClient { BaseAddress = new Uri(host.ListeningUrl) };
        host.App.Services.GetRequiredService<ILoggerFactory>().AddProvider(Log);
    }

    /// <summary>What the side logs; at the end it must hold none of the secrets and tokens of the test.</summary>
    public LogSink Log { get; } = new();

    public SqliteDatabase Database { get; }

    public SigningKeys Keys { get; }

    public IntegrationDirectory Directory { get; }

    public FakeTimeProvider Clock { get; }

    public SideHost Host { get; }

    /// <summary>Sends to the side, without any credentials.</summary>
    public HttpClient Client { get; }

    public BearerTokens Tokens => Host.App.Services.GetRequiredService<BearerTokens>();

    /// <param name="folder">Where the database is; a folder of its own if null.</param>
    /// <param name="publicUrl">What others call the side; the listening URL if null.</param>
    /// <param name="clock">The clock; one that stands at a time of its own if null.</param>
    public static async Task<TestAccess> StartAsync(TempFolder? folder = null, string? publicUrl = null, FakeTimeProvider? clock = null)
    {
        var own = folder is null ? new TempFolder() : null;
        clock ??= new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, 700, TimeSpan.Zero));
        var database = await SqliteDatabase.OpenAsync(
            new SqliteOptions { Path = (folder ?? own)!["access.db"], Clock = clock, IsCommitted = AuditLog.ContainsAsync },
            Migration.FromAssembly(typeof(SigningKeys).Assembly, "access/"));
        var protector = new SecretProtector(new byte[RollcallSettings.MasterKeyBytes]);
        var keys = await SigningKeys.LoadAsync(database, protector, clock);
        var directory = new IntegrationDirectory(database, clock);
        await directory.ReloadAsync();

        var settings = new RollcallSettings
        {
            Data = Path.GetTempPath(),
            Access = new SideSettings { Side = Side.Access, Url = ListenUrl.Loopback(0), PublicUrl = publicUrl },
        };
        var builder = SideHostBuilder.Create(settings, Side.Access, Secrets.Hash("the-admin-token-of-the-tests-0123456789"), clock);
        var host = builder.AddRollcallOAuth(keys, directory, database).Build();
        host.App.UseRollcallOAuth();
        MapProbe(host, directory);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new TestAccess(own, database, protector, keys, directory, clock, host);
    }

    /// <summary>The SCIM base URL of an integration.</summary>
    public string ScimBaseUrl(Integration integration) => OAuthServer.ScimBaseUrl(Host.PublicUrl, integration);

    /// <summary>How a request without token is challenged at an integration's SCIM endpoint.</summary>
    public string ChallengeOf(Integration integration) =>
        $"Bearer realm=\"rollcall\", resource_metadata=\"{Host.PublicUrl}/.well-known/oauth-protected-resource/scim/{integration.Name}/v2\"";

    /// <summary>Makes an integration.</summary>
    public async Task<(Integration Integration, string Secret)> AddIntegrationAsync(string name = "acme")
    {
        var made = await Database.WriteAsync(session => IntegrationStore.CreateAsync(session, NextChange(), name, Platform.Other, new IntegrationRules()));
        await Directory.ReloadAsync();
        Log.Hide(made.Secret);
        return made;
    }

    /// <summary>Adds a public key to an integration's client.</summary>
    public Task AddKeyAsync(Integration integration, ClientPublicKey key, TimeSpan? lifetime = null) => Database.WriteAsync(async session =>
    {
        await ClientKeyStore.AddAsync(session, NextChange(), integration, key, lifetime is { } time ? session.Now + (long)time.TotalMicroseconds : null);
        return true;
    });

    public async Task SetRulesAsync(Integration integration, IntegrationRules rules)
    {
        await Database.WriteAsync(async session =>
        {
            await IntegrationStore.UpdateAsync(session, NextChange(), integration with { Rules = rules });
            return true;
        });
        await Directory.ReloadAsync();
    }

    public async Task SetEnabledAsync(Integration integration, bool enabled)
    {
        await Database.WriteAsync(async session =>
        {
            await IntegrationStore.UpdateAsync(session, NextChange(), integration with { Enabled = enabled });
            return true;
        });
        await Directory.ReloadAsync();
    }

    public async Task DeleteAsync(Integration integration)
    {
        await Database.WriteAsync(async session =>
        {
            await IntegrationStore.DeleteAsync(session, NextChange(), integration);
            return true;
        });
        await Directory.ReloadAsync();
    }

    public async Task<string> RotateSecretAsync(Integration integration, TimeSpan overlap)
    {
        var secret = await Database.WriteAsync(session => IntegrationStore.RotateSecretAsync(session, NextChange(), integration, overlap));
        await Directory.ReloadAsync();
        Log.Hide(secret);
        return secret;
    }

    public async Task<string> AddStaticTokenAsync(Integration integration)
    {
        var token = await Database.WriteAsync(session => StaticTokenStore.AddAsync(session, NextChange(), integration));
        await Directory.ReloadAsync();
        Log.Hide(token);
        return token;
    }

    /// <summary>Sends a form to the token endpoint.</summary>
    /// <param name="form">The body, encoded.</param>
    /// <param name="basic">Id and secret for HTTP Basic, joined by a colon; null for no header.</param>
    public Task<HttpResponseMessage> PostTokenAsync(string form, string? basic = null) => PostAsync("/oauth/token", form, basic);

    /// <summary>Sends a form to an endpoint.</summary>
    /// <param name="path">The endpoint.</param>
    /// <param name="form">The body, encoded.</param>
    /// <param name="basic">Id and secret for HTTP Basic, joined by a colon; null for no header.</param>
    public Task<HttpResponseMessage> PostAsync(string path, string form, string? basic = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded") };
        if (basic is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic)));
        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Calls what stands for an integration's SCIM endpoints.</summary>
    /// <param name="integration">Whose.</param>
    /// <param name="authorization">The header; null for none.</param>
    /// <param name="query">What follows the path.</param>
    public Task<HttpResponseMessage> ProbeAsync(Integration integration, string? authorization, string query = "")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/scim/{integration.Name}/v2/probe{query}");
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>What a probe with a bearer token is answered.</summary>
    public async Task<int> StatusOfAsync(Integration integration, string token)
    {
        using var response = await ProbeAsync(integration, $"Bearer {token}");
        return (int)response.StatusCode;
    }

    /// <summary>Gets an access token.</summary>
    public async Task<string> GetTokenAsync(Integration integration, string secret)
    {
        using var response = await PostTokenAsync($"grant_type=client_credentials&client_id={integration.ClientId}&client_secret={secret}");
        response.EnsureSuccessStatusCode();
        var token = (await ReadAsync(response)).GetProperty("access_token").GetString()!;
        Log.Hide(token);
        return token;
    }

    /// <summary>The body as JSON.</summary>
    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response) =>
        JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.StopAsync(new CancellationToken(canceled: true));
        await Host.DisposeAsync();
        await Database.DisposeAsync();
        _ownFolder?.Dispose();
        Log.AssertKeepsSecrets();
    }

    // Stands where SCIM will: it tells who calls.
    private static void MapProbe(SideHost host, IntegrationDirectory directory) => host.App.MapGet("/scim/{name}/v2/probe", (RequestDelegate)(async context =>
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var integration = directory.Current.ByName.GetValueOrDefault(name);
        try
        {
            var caller = await context.RequestServices.GetRequiredService<BearerTokens>().AuthenticateAsync(context, integration, ProtectedResource.Of(host.PublicUrl, name));
            await context.Response.WriteAsync(caller.Client);
        }
        catch (ScimException refusal)
        {
            context.Response.StatusCode = refusal.Status;
            context.Response.Headers.WWWAuthenticate = refusal.Challenge;
            await context.Response.WriteAsync(refusal.Message);
        }
    }));

    /// <summary>Who changes what, for stores that are called directly.</summary>
    public ChangeContext NextChange() => new($"test-{_node}-{Interlocked.Increment(ref _changes)}", 1, new Actor(null, null, "tester", null), "POST", "/");
}
