using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Data;
using Rollcall.Governance.Aggregation;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Audit;
using Rollcall.Web;

namespace Rollcall.Governance.Tests.Aggregation;

/// <summary>A database and one application over a <see cref="MemoryServer"/>, for runs that a test drives by itself.</summary>
internal sealed class AggregationWorld : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly Connections _connections;

    private AggregationWorld(MemoryServer server, TempFolder folder, FakeTimeProvider clock, Database database, Application application)
    {
        Server = server;
        _folder = folder;
        Clock = clock;
        Database = database;
        Application = application;
        _connections = Connect(database);
    }

    public MemoryServer Server { get; }

    public FakeTimeProvider Clock { get; }

    public Database Database { get; }

    public Application Application { get; }

    public static async Task<AggregationWorld> StartAsync(MemoryServer server, Func<ApplicationDefinition, ApplicationDefinition>? with = null, bool withKey = false)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var folder = new TempFolder();
        var database = await GovernanceStore.OpenAsync(folder["governance.db"], 100, clock);
        var definition = new ApplicationDefinition { BaseUrl = "https://scim.example.com/v2", PageSize = 3, Timeout = 3_600 };
        var application = await database.WriteAsync(session => ApplicationStore.CreateAsync(session, Change.OfTheSystem(clock), "target", with?.Invoke(definition) ?? definition));
        if (withKey)
        {
            using var key = RSA.Create(2048);
            await database.WriteAsync(async session =>
            {
                await new ApplicationSecrets(new SecretProtector(new byte[32])).SetAsync(session, application.Id, new Dictionary<string, string?> { [ApplicationSecrets.PrivateKey] = key.ExportPkcs8PrivateKeyPem() });
                return true;
            });
        }
        return new AggregationWorld(server, folder, clock, database, application);
    }

    /// <summary>Asks for a run.</summary>
    public async Task<long> AskAsync(TaskKind kind, bool accept = false) =>
        (await Database.WriteAsync(session => TaskStore.CreateAsync(session, Change.OfTheSystem(Clock), kind, Application.Id, accept))).Id;

    /// <summary>Asks for a run and carries it out. Time passes while the client waits after a fault.</summary>
    public async Task<AggregationTask> RunAsync(TaskKind kind, bool accept = false)
    {
        var id = await AskAsync(kind, accept);
        var run = RunNextAsync();
        await Task.WhenAny(run, Server.Failed);
        while (!run.IsCompleted)
        {
            if (Server.IsWaitedFor)
                Clock.Advance(TimeSpan.FromMilliseconds(100));
            // Time passes slowly beside what is done in it.
            for (var i = 0; i < 50; i++)
                await Task.Yield();
        }
        await run;
        return await TaskAsync(id);
    }

    /// <summary>Carries out what is to be done, or goes on with it.</summary>
    public async Task<bool> RunNextAsync(CancellationToken cancellationToken = default)
    {
        using var runner = new TaskRunner(Database, _connections, Clock, NullLogger<TaskRunner>.Instance, isAlone: true);
        return await runner.RunNextAsync(cancellationToken);
    }

    /// <summary>Carries out what is to be done in a process that dies at a write.</summary>
    /// <returns>Whether it came to that.</returns>
    public async Task<bool> DieAsync(int atWrite, bool afterCommit)
    {
        var database = new MortalDatabase(Database, atWrite, afterCommit);
        using var connections = Connect(database);
        using var runner = new TaskRunner(database, connections, Clock, NullLogger<TaskRunner>.Instance, isAlone: true);
        try
        {
            await runner.RunNextAsync(CancellationToken.None);
        }
        catch (DatabaseUnavailableException) when (database.IsDead)
        {
            // It died before it had a task.
        }
        return database.IsDead;
    }

    /// <summary>What the next process does first: nobody else holds anything.</summary>
    public Task RestartAsync() => Database.WriteAsync(TaskStore.FreeAllAsync);

    public async Task<AggregationTask> TaskAsync(long id) => (await Database.ReadAsync(session => TaskStore.FindAsync(session, id)))!;

    /// <summary>The accounts that are not gone, each with what it holds: <c>u1@1: g1 g2</c>.</summary>
    public async Task<IReadOnlyList<string>> AccountsAsync() => await Database.ReadAsync(session => session.ListAsync(
        """
        select a.scim_id || '@' || coalesce(a.version, '') || ':' || coalesce((select group_concat(' ' || e.scim_id, '') from account_entitlements h join entitlements e on e.id = h.entitlement_id where h.account_id = a.id), '')
          from accounts a where a.gone is null order by a.user_name
        """, row => row.GetString(0).Replace("W/\"", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)));

    public async ValueTask DisposeAsync()
    {
        _connections.Dispose();
        await Database.DisposeAsync();
        _folder.Dispose();
    }

    private Connections Connect(Database database) => new(database, new ApplicationSecrets(new SecretProtector(new byte[32])), () => Server, Clock);
}
