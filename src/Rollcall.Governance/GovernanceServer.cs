using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rollcall.Data;
using Rollcall.Governance.Aggregation;
using Rollcall.Governance.Api;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Lifecycle;
using Rollcall.Governance.Provisioning;
using Rollcall.Web;
using Rollcall.Web.Api;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;

namespace Rollcall.Governance;

/// <summary>The Governance side, put together: the table of contents of its server.</summary>
public sealed class GovernanceServer : IAsyncDisposable
{
    private readonly Connections _connections;

    private GovernanceServer(SideHost host, Database database, Connections connections)
    {
        Host = host;
        Database = database;
        _connections = connections;
    }

    /// <summary>The web host; start and stop the side with it.</summary>
    public SideHost Host { get; }

    /// <summary>The side's database.</summary>
    internal Database Database { get; }

    /// <summary>What carries planned changes out.</summary>
    internal Provisioner Provisioner => Host.App.Services.GetRequiredService<Provisioner>();

    /// <summary>What runs aggregations.</summary>
    internal TaskRunner Runner => Host.App.Services.GetRequiredService<TaskRunner>();

    /// <summary>What takes away again what was given until a date.</summary>
    internal Sunsets Sunsets => Host.App.Services.GetRequiredService<Sunsets>();

    /// <summary>Opens the database, takes the port and maps everything. Nothing is served before <see cref="SideHost.StartAsync"/>.</summary>
    /// <param name="settings">The settings of the process.</param>
    /// <param name="folder">The data folder, open.</param>
    /// <param name="clock">The clock of the side; the system's by default.</param>
    /// <param name="handlers">Makes the connections to applications' servers; the system's by default.</param>
    /// <exception cref="SettingsException">A setting is unsafe or can't be used.</exception>
    /// <exception cref="DatabaseUnavailableException">The database can't be opened.</exception>
    public static async Task<GovernanceServer> CreateAsync(RollcallSettings settings, DataFolder folder, TimeProvider? clock = null, Func<HttpMessageHandler>? handlers = null)
    {
        clock ??= TimeProvider.System;
        var builder = SideHostBuilder.Create(settings, Side.Governance, Secrets.Hash(folder.ReadOrMakeAdminToken()), clock);
        SideHost? host = null;
        var database = await GovernanceStore.OpenAsync(
            DataFolder.DatabaseFile(settings, Side.Governance), settings.Governance.GroupCommit, clock, builder.Meters, _ => host?.App.Lifetime.StopApplication());

        var secrets = new ApplicationSecrets(new SecretProtector(folder.ReadOrMakeMasterKey()));
        var connections = new Connections(database, secrets, handlers, clock);
        builder.Services.AddSingleton(new GovernanceMeter(builder.Meters, database));
        builder.Services.AddSingleton(services => new Provisioner(database, connections, clock, services.GetRequiredService<GovernanceMeter>(), services.GetRequiredService<ILogger<Provisioner>>(), isAlone: !settings.Governance.IsPostgreSql));
        builder.Services.AddHostedService(services => services.GetRequiredService<Provisioner>());
        builder.Services.AddSingleton(services => new TaskRunner(database, connections, clock, services.GetRequiredService<ILogger<TaskRunner>>(), isAlone: !settings.Governance.IsPostgreSql));
        builder.Services.AddHostedService(services => services.GetRequiredService<TaskRunner>());
        builder.Services.AddSingleton(services => new Sunsets(database, services.GetRequiredService<Provisioner>(), clock, services.GetRequiredService<ILogger<Sunsets>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<Sunsets>());
        host = builder
            .TranslateFaults(GovernanceFaults.TranslateData)
            .CheckReady(new ReadyCheck("database", _ => database.ReadAsync(session => session.FirstAsync("select 1", _ => true))))
            .Build();

        var provisioner = host.App.Services.GetRequiredService<Provisioner>();
        var runner = host.App.Services.GetRequiredService<TaskRunner>();
        var api = host.App.MapAdminApi();
        new ApplicationsApi(database, secrets).Map(api);
        new TasksApi(database, runner, clock).Map(api);
        new SchedulesApi(database, runner).Map(api);
        new AccountsApi(database, provisioner).Map(api);
        new EntitlementsApi(database).Map(api);
        new DriftApi(database).Map(api);
        new IdentitiesApi(database, provisioner).Map(api);
        new RequestsApi(database, provisioner).Map(api);
        new ApprovalsApi(database, provisioner).Map(api);
        new ApplicationActionsApi(database, connections).Map(api);
        new TransactionsApi(database, provisioner).Map(api);
        new AuditApi(database, clock).Map(api);
        return new GovernanceServer(host, database, connections);
    }

    /// <summary>Closes the database after what was accepted is written.</summary>
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _connections.Dispose();
        await Database.DisposeAsync();
    }
}
