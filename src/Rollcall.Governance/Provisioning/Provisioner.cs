using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Data;
using Rollcall.Governance.Applications;

namespace Rollcall.Governance.Provisioning;

/// <summary>
/// Carries out planned transactions in the background: takes lanes in which there is something to do, a few at a time, and runs
/// each to its end. Nothing is lost when the process ends at any moment: what was begun is found in the database.
/// </summary>
public sealed partial class Provisioner : BackgroundService
{
    /// <summary>How many lanes are worked on at once.</summary>
    public const int Workers = 16;

    // Other nodes plan too, and tell nobody.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepEvery = Lanes.Lease / 3;

    private readonly Database _database;
    private readonly Connections _connections;
    private readonly TimeProvider _clock;
    private readonly GovernanceMeter _meter;
    private readonly ILogger _logger;
    private readonly bool _isAlone;
    private readonly ConcurrentDictionary<LaneLease, Task> _running = new();
    private readonly Lock _waking = new();
    private TaskCompletionSource _woken = NewSignal();
    private TaskCompletionSource _idle = NewSignal();

    /// <summary>Makes the provisioner.</summary>
    /// <param name="database">The database.</param>
    /// <param name="connections">The applications' servers.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="meter">Where attempts are counted.</param>
    /// <param name="logger">Where failures are told.</param>
    /// <param name="isAlone">Whether no other process works on the database: what another began is then taken up at once.</param>
    public Provisioner(Database database, Connections connections, TimeProvider clock, GovernanceMeter meter, ILogger<Provisioner> logger, bool isAlone)
    {
        _database = database;
        _connections = connections;
        _clock = clock;
        _meter = meter;
        _logger = logger;
        _isAlone = isAlone;
    }

    /// <summary>Tells that there may be something to do: call it after the commit of a plan.</summary>
    public void Wake()
    {
        lock (_waking)
        {
            if (_idle.Task.IsCompleted)
                _idle = NewSignal();
            _woken.TrySetResult();
        }
    }

    /// <summary>When nothing is left to do now: what was planned before is done, or waits for its time.</summary>
    internal Task WhenIdleAsync()
    {
        Wake();
        lock (_waking)
            return _idle.Task;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (_isAlone)
                await GuardedAsync(() => _database.WriteAsync(async session =>
                {
                    await Lanes.FreeAllAsync(session);
                    return true;
                }));
            while (!stoppingToken.IsCancellationRequested)
                await RoundAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        await Task.WhenAll(_running.Values);
    }

    /// <summary>Takes what is due, then waits until there may be more.</summary>
    private async Task RoundAsync(CancellationToken stoppingToken)
    {
        Task woken;
        lock (_waking)
        {
            if (_woken.Task.IsCompleted)
                _woken = NewSignal();
            woken = _woken.Task;
        }
        var free = Workers - _running.Count;
        var taken = free > 0 ? await GuardedAsync(() => TakeAsync(free)) ?? [] : [];
        foreach (var lane in taken)
            Start(lane, stoppingToken);
        if (taken.Count > 0)
            return;
        lock (_waking)
        {
            if (_running.IsEmpty && !_woken.Task.IsCompleted)
                _idle.TrySetResult();
        }
        await Task.WhenAny([woken, Task.Delay(Pause, _clock, stoppingToken)]);
        stoppingToken.ThrowIfCancellationRequested();
    }

    private async Task<List<LaneLease>> TakeAsync(int count)
    {
        // Asked first: a write that finds nothing would still go through the log.
        if (!await _database.ReadAsync(Lanes.IsAnyDueAsync))
            return [];
        return await _database.WriteAsync(session => Lanes.TakeAsync(session, count));
    }

    private void Start(LaneLease lane, CancellationToken stoppingToken)
    {
        var start = NewSignal();
        _running[lane] = RunAsync();
        start.SetResult();

        async Task RunAsync()
        {
            // Only from then on it can be found, and taken away again.
            await start.Task;
            await RunLaneAsync(lane, stoppingToken);
            lock (_waking)
            {
                _running.TryRemove(lane, out _);
                _woken.TrySetResult();
            }
        }
    }

    private async Task RunLaneAsync(LaneLease lane, CancellationToken stoppingToken)
    {
        using var kept = _clock.CreateTimer(_ => Keep(lane), null, KeepEvery, KeepEvery);
        try
        {
            var application = await _database.ReadOneAsync(session => ApplicationStore.FindAsync(session, lane.ApplicationId));
            var journal = new Journal(_database, _clock, lane, (verdicts, conflicts) => _meter.Finished(application?.Name ?? "", verdicts, conflicts));
            var due = await journal.DueAsync(GroupLane.MostAtOnce);
            if (due.Count == 0)
                await journal.FinishAsync([], []);
            else if (application is null)
                await journal.FinishAsync([.. due.Select(transaction => new Outcome(transaction, Verdict.Failed, "The application was deleted."))], []);
            else
                await RunAsync(new LaneRun(_database, journal, await _connections.ToAsync(application), application, _clock, Jitter), due, stoppingToken);
        }
#pragma warning disable CA1031 // Whatever the end of the process breaks off is taken up again at the next start.
        catch (Exception) when (stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
        }
        catch (LaneLostException)
        {
            Log.LaneLost(_logger, lane.ApplicationId);
        }
#pragma warning disable CA1031 // Whatever goes wrong with one lane must not end the others; its lease runs out, and it is tried again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.LaneFailed(_logger, fault, lane.ApplicationId);
        }
    }

    private static Task RunAsync(LaneRun run, IReadOnlyList<ProvisioningTransaction> due, CancellationToken stoppingToken)
    {
        if (due[0].EntitlementId is null)
            return new AccountLane(run).RunAsync(due[0], stoppingToken);
        // What may have been sent before is looked at by itself: what was not can't have had an effect.
        var begun = due.Where(transaction => transaction.State != TransactionState.Planned).ToList();
        return new GroupLane(run).RunAsync(begun.Count > 0 ? begun : due, stoppingToken);
    }

    // Long requests outlive a lease.
    private async void Keep(LaneLease lane)
    {
        try
        {
            await _database.WriteAsync(async session =>
            {
                await Lanes.KeepAsync(session, lane);
                return true;
            });
        }
#pragma warning disable CA1031 // Nobody waits for it; the next write to the journal notices what is wrong.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.NotKept(_logger, fault.GetType().Name, lane.ApplicationId);
        }
    }

    /// <summary>Does what the database may refuse for a while.</summary>
    private async Task<T?> GuardedAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (DatabaseUnavailableException fault)
        {
            Log.DatabaseAway(_logger, fault);
            return default;
        }
    }

#pragma warning disable CA5394 // Waits are to differ, not to be hard to guess.
    private static double Jitter() => 0.5 + Random.Shared.NextDouble();
#pragma warning restore CA5394

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A lane of application {ApplicationId} was taken by another worker; its work here is dropped.")]
        public static partial void LaneLost(ILogger logger, long applicationId);

        [LoggerMessage(Level = LogLevel.Error, Message = "Provisioning of application {ApplicationId} failed unexpectedly; it is tried again when the lease has run out.")]
        public static partial void LaneFailed(ILogger logger, Exception fault, long applicationId);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A lease of application {ApplicationId} could not be kept ({Fault}).")]
        public static partial void NotKept(ILogger logger, string fault, long applicationId);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The database can't be reached for provisioning; tried again in a second.")]
        public static partial void DatabaseAway(ILogger logger, Exception fault);
    }
}
