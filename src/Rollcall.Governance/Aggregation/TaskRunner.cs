using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Audit;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Aggregation;

/// <summary>Runs tasks in the background: several at a time, but one of a kind for an application; and begins those that schedules ask for.</summary>
/// <param name="database">The database.</param>
/// <param name="connections">The connections to applications' servers.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">Where it is told how runs end.</param>
/// <param name="isAlone">Whether no other process works on the database, so that runs which it finds interrupted go on at once.</param>
public sealed partial class TaskRunner(Database database, Connections connections, TimeProvider clock, ILogger<TaskRunner> logger, bool isAlone) : BackgroundService
{
    /// <summary>The longest that a run waits because its server asks for it.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private const int MostAtOnce = 4;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly List<(long From, TaskCompletionSource Idle)> _waiting = [];
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _wakes;

    /// <summary>Tells that there may be something to do: call it after the commit of a task or a schedule.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _wakes++;
            _woken.TrySetResult();
        }
    }

    /// <summary>Waits until nothing runs and nothing can begin, of all that was there when this was called.</summary>
    internal Task WhenIdleAsync()
    {
        lock (_lock)
        {
            var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((++_wakes, idle));
            _woken.TrySetResult();
            return idle.Task;
        }
    }

    /// <summary>Takes a task, if there is one, and runs it to its end.</summary>
    /// <param name="cancellationToken">Interrupts the run; it goes on later where it was.</param>
    /// <returns>False if there was none.</returns>
    internal async Task<bool> RunNextAsync(CancellationToken cancellationToken)
    {
        if (await LeaseAsync() is not { } leased)
            return false;
        await RunAsync(leased.Lease, leased.Task, cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        var isFreed = !isAlone;
        while (!stoppingToken.IsCancellationRequested)
        {
            var (wakes, woken) = Rearm();
            try
            {
                if (!isFreed)
                    isFreed = await database.WriteAsync(TaskStore.FreeAllAsync);
                await ScheduleStore.BeginDueAsync(database, clock);
                while (running.Count < MostAtOnce && await LeaseAsync() is { } leased)
                    running.Add(RunAsync(leased.Lease, leased.Task, stoppingToken));
            }
            catch (DatabaseUnavailableException away)
            {
                LogDatabaseAway(logger, away);
            }
            if (running.Count == 0)
                TellIdle(wakes);
            using var poll = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny([woken, Task.Delay(Poll, clock, poll.Token), .. running]);
            await poll.CancelAsync();
            running.RemoveAll(run => run.IsCompleted);
        }
        await Task.WhenAll(running);
    }

    private (long Wakes, Task Woken) Rearm()
    {
        lock (_lock)
        {
            if (_woken.Task.IsCompleted)
                _woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (_wakes, _woken.Task);
        }
    }

    private void TellIdle(long wakes)
    {
        lock (_lock)
        {
            foreach (var (_, idle) in _waiting.Where(waiting => waiting.From <= wakes))
                idle.TrySetResult();
            _waiting.RemoveAll(waiting => waiting.From <= wakes);
        }
    }

    private async Task<(TaskLease Lease, AggregationTask Task)?> LeaseAsync() =>
        await database.ReadOneAsync(session => TaskStore.HasWorkAsync(session, DatabaseTime.Of(clock.GetUtcNow())))
            ? await database.WriteAsync(TaskStore.LeaseAsync)
            : null;

    private async Task RunAsync(TaskLease lease, AggregationTask task, CancellationToken cancellationToken)
    {
        // Whoever leases tasks goes on leasing.
        await Task.Yield();
        var problems = new TaskProblems(task.Problems);
        try
        {
            var ending = await RunAsync(lease, task, problems, cancellationToken);
            await FinishAsync(lease, task, ending, problems);
        }
        catch (LeaseLostException)
        {
            LogLost(logger, task.Id);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await TryReleaseAsync(lease, TimeSpan.Zero, null);
        }
        catch (DatabaseUnavailableException away)
        {
            // It goes on where it was when its lease has run out.
            LogDatabaseAway(logger, away);
        }
        catch (ScimClientException busy) when (busy.RetryAfter is { } wait && wait > TimeSpan.Zero && wait <= LongestWait)
        {
            await TryReleaseAsync(lease, wait, $"The server asks to wait: {Short(busy.Message)} The run goes on at {clock.GetUtcNow() + wait:yyyy-MM-dd HH:mm:ss'Z'}.");
        }
        catch (ScimClientException fault)
        {
            await TryFinishAsync(lease, task, new RunEnding(TaskState.Failed, $"{Short(fault.Message)} {Advice(fault)} Nothing was marked as gone."), problems);
        }
        catch (Exception fault)
        {
            LogFault(logger, task.Id, fault);
            await TryFinishAsync(lease, task, new RunEnding(TaskState.Failed, "The run met with a fault of Rollcall's own, which is in its log. Nothing was marked as gone since."), problems);
        }
    }

    private async Task<RunEnding> RunAsync(TaskLease lease, AggregationTask task, TaskProblems problems, CancellationToken cancellationToken)
    {
        var application = await database.ReadAsync(session => ApplicationStore.FindAsync(session, task.ApplicationId)) ?? throw new LeaseLostException();
        var context = new AggregationContext(database, await connections.ToAsync(application), application, task, lease, problems, clock);
        AggregationRun run = task.Kind == TaskKind.AggregateGroups ? new GroupAggregation(context) : new AccountAggregation(context);
        return await run.RunAsync(cancellationToken);
    }

    private async Task FinishAsync(TaskLease lease, AggregationTask task, RunEnding ending, TaskProblems problems)
    {
        var change = Change.OfTheSystem(clock);
        await database.WriteAsync(async session =>
        {
            await TaskStore.FinishAsync(session, change, lease, ending.State, ending.Message, problems.All);
            return true;
        }, change.Key);
        LogEnded(logger, task.Id, task.Kind, ending.State);
    }

    private async Task TryFinishAsync(TaskLease lease, AggregationTask task, RunEnding ending, TaskProblems problems)
    {
        try
        {
            await FinishAsync(lease, task, ending, problems);
        }
        catch (Exception lost) when (lost is LeaseLostException or DatabaseUnavailableException)
        {
            LogLost(logger, task.Id);
        }
    }

    private async Task TryReleaseAsync(TaskLease lease, TimeSpan after, string? message)
    {
        try
        {
            await database.WriteAsync(async session =>
            {
                await TaskStore.ReleaseAsync(session, lease, after, message);
                return true;
            });
        }
        catch (DatabaseUnavailableException away)
        {
            LogDatabaseAway(logger, away);
        }
    }

    private static string Short(string message) => message.Length <= 500 ? message : message[..500] + "…";

    private static string Advice(ScimClientException fault) => fault switch
    {
        { Failure: ScimFailure.Unreachable } => "See that the server runs and can be reached from here, then run the aggregation again.",
        { Failure: ScimFailure.NoAnswer } => "Run the aggregation again; if it comes back, ask for smaller pages or give the server more time (pageSize, timeout).",
        { Failure: ScimFailure.NoToken } or { Status: 401 or 403 } => "Check the application's credentials, by its test.",
        { Failure: ScimFailure.Unreadable } => "Check the SCIM base URL, by the application's test.",
        { Status: 404 } => "The server does not have this endpoint: check the SCIM base URL, by the application's test.",
        { Status: 400 } => "Check the application's filter and attributes.",
        _ => "Run the aggregation again when the server is well.",
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "Task {Task} ({Kind}) ended: {State}.")]
    private static partial void LogEnded(ILogger logger, long task, TaskKind kind, TaskState state);

    [LoggerMessage(Level = LogLevel.Information, Message = "Task {Task} was cancelled, or another process has taken it.")]
    private static partial void LogLost(ILogger logger, long task);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; tasks go on when it is back.")]
    private static partial void LogDatabaseAway(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Task {Task} met with a fault.")]
    private static partial void LogFault(ILogger logger, long task, Exception exception);
}
