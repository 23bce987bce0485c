using Microsoft.Extensions.DependencyInjection;
using Rollcall.Access.Api;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Access.Scim;
using Rollcall.Access.Scim.Paging;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;

namespace Rollcall.Access;

/// <summary>The Access side, put together: the table of contents of its server.</summary>
public sealed class AccessServer : IAsyncDisposable
{
    private readonly Database _database;

    private AccessServer(SideHost host, Database database)
    {
        Host = host;
        _database = database;
    }

    /// <summary>The web host; start and stop the side with it.</summary>
    public SideHost Host { get; }

    /// <summary>Opens the database, takes the port and maps everything. Nothing is served before <see cref="SideHost.StartAsync"/>.</summary>
    /// <param name="settings">The settings of the process.</param>
    /// <param name="folder">The data folder, open.</param>
    /// <param name="clock">The clock of the side; the system's by default.</param>
    /// <exception cref="SettingsException">A setting is unsafe or can't be used.</exception>
    /// <exception cref="DatabaseUnavailableException">The database can't be opened.</exception>
    public static async Task<AccessServer> CreateAsync(RollcallSettings settings, DataFolder folder, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        var builder = SideHostBuilder.Create(settings, Side.Access, Secrets.Hash(folder.ReadOrMakeAdminToken()), clock);
        SideHost? host = null;
        var database = await AccessStore.OpenAsync(
            AccessStore.FileOf(settings), settings.Access.GroupCommit, clock, builder.Meters, _ => host?.App.Lifetime.StopApplication());

        var protector = new SecretProtector(folder.ReadOrMakeMasterKey());
        var keys = await SigningKeys.LoadAsync(database, protector, clock);
        var cursors = await Cursors.LoadAsync(database, protector, clock);
        var directory = new IntegrationDirectory(database, clock);
        await directory.ReloadAsync();

        var feedReaders = new FeedReaders(clock);
        builder.Services.AddSingleton(services => new AccessMeter(
            builder.Meters, database, directory, services.GetRequiredService<BearerTokens>(), services.GetRequiredService<AuditWriter>(), feedReaders, clock));
        host = builder
            .AddRollcallOAuth(keys, directory, database)
            .AddRollcallAudit(directory, database, settings.Access)
            .TellFaults(ScimFaults.Format)
            .TranslateFaults(ScimFaults.TranslateData)
            .CheckReady(new ReadyCheck("database", _ => database.ReadAsync(session => session.FirstAsync("select 1", _ => true))))
            .Build();
        var app = host.App;
        app.UseRollcallOAuth();
        app.Services.GetRequiredService<AccessMeter>(); // Gauges are told from the start on.

        var limits = new RateLimits(clock);
        var routes = new ScimRoutes(app, database, directory, app.Services.GetRequiredService<BearerTokens>(), limits, host.PublicUrl);
        DiscoveryEndpoints.Map(routes);
        new ListEndpoints(cursors, new PageMemory(clock)).Map(routes);
        UserEndpoints.Map(routes);
        GroupEndpoints.Map(routes);
        BulkEndpoint.Map(routes);

        var api = app.MapAdminApi();
        new IntegrationsApi(database, directory, host.PublicUrl, clock).Map(api);
        new IntegrationExportApi(database, host.PublicUrl).Map(api);
        new CredentialsApi(database, directory, clock).Map(api);
        new ListsApi(database, directory, clock).Map(api);
        new RevisionsApi(database, directory).Map(api);
        new MembersApi(database).Map(api);
        new UsersApi(database, directory).Map(api);
        new AccessApi(database, directory).Map(api);
        new ApplyApi(database, clock).Map(api);
        new ExportApi(database, directory).Map(api);
        var audit = app.Services.GetRequiredService<AuditWriter>();
        new AuditApi(database, directory, audit, clock).Map(api);
        new CallsApi(database, audit).Map(api);
        new ChangesApi(database, directory, feedReaders).Map(api);
        return new AccessServer(host, database);
    }

    /// <summary>Closes the database after what was accepted is written.</summary>
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }
}
