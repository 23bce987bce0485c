using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Rollcall.Data.Sqlite;

/// <summary>
/// The one writer, on a thread of its own. It takes what waits, runs each closure in a savepoint, commits once, and
/// only then answers all: clients that write at the same time share the cost of reaching the disk.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    // So many I/O errors in a row, with no success between, and only a restart or a person can help.
    private const int FatalFailures = 20;

    private readonly SqliteOptions _options;
    private readonly Func<SqliteWriteSession> _open;
    private readonly BlockingCollection<IPendingWrite> _queue = [];
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SqliteWriteSession? _session;
    private int _failures;

    public SqliteWriter(SqliteOptions options, Func<SqliteWriteSession> open)
    {
        _options = options;
        _open = open;
        _thread = new Thread(Run) { Name = "rollcall-writer", IsBackground = true };
        _thread.Start();
    }

    public Task<T> WriteAsync<T>(Func<WriteSession, ValueTask<T>> write, WriteKey? key)
    {
        var pending = new PendingWrite<T>(write, key);
        try
        {
            _queue.Add(pending);
        }
        catch (InvalidOperationException) // The queue was closed.
        {
            pending.Fail(new DatabaseUnavailableException("The database takes no more writes: it is shutting down."));
        }
        return pending.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        await _ended.Task;
        _queue.Dispose();
    }

    private void Run()
    {
        var group = new List<IPendingWrite>(_options.GroupCommit);
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            group.Add(first);
            try
            {
                CommitGroup(group);
                _failures = 0;
            }
            catch (Exception exception)
            {
                FailGroup(group, exception);
            }
            group.Clear();
        }
        _session?.Dispose();
        _ended.SetResult();
    }

    private void CommitGroup(List<IPendingWrite> group)
    {
        // 1. One transaction for all that wait, and for what comes while they run.
        _session ??= _open();
        _session.Now = Microseconds(_options.Clock.GetUtcNow());
        _session.Run("begin immediate");
        for (var i = 0; i < group.Count; i++)
        {
            // 2. Each in a savepoint of its own, so that a refused one leaves the others alone.
            RunOne(_session, group[i]);
            if (group.Count < _options.GroupCommit && _queue.TryTake(out var next))
                group.Add(next);
        }

        // 3. One commit. Its failure leaves open whether the disk has it.
        try
        {
            _session.Run("commit");
        }
        catch (Exception exception) when (exception is DatabaseUnavailableException or SqliteException)
        {
            if (!Settle(group))
                throw;
        }

        // 4. Nobody hears of a success before this line.
        Telemetry.WritesOfCommit.Record(group.Count);
        foreach (var write in group)
            write.Answer();
    }

    private static void RunOne(SqliteWriteSession session, IPendingWrite write)
    {
        session.Run("savepoint one");
        try
        {
            write.Run(session);
        }
        catch (Exception exception)
        {
            // A full disk or an I/O error ends the whole transaction; then nobody of the group is acknowledged.
            if (session.TransactionIsGone)
                throw new DatabaseUnavailableException("SQLite rolled the transaction back.", exception);
            session.Run("rollback to one");
            write.Refuse(exception);
        }
        session.Run("release one");
    }

    /// <summary>
    /// After a COMMIT that failed: reopens the file and looks for one of the group's writes. The transaction is whole or
    /// not there at all, so one answers for all.
    /// </summary>
    private bool Settle(List<IPendingWrite> group)
    {
        _session?.Dispose();
        _session = null;
        var session = _session = _open();
        return group.Exists(write => write.Key is { } key && !write.IsRefused && _options.IsCommitted(session, key).AsTask().GetAwaiter().GetResult());
    }

    private void FailGroup(List<IPendingWrite> group, Exception exception)
    {
        // Whatever state the connection is in, closing it rolls back what is open.
        _session?.Dispose();
        _session = null;
        var fault = exception as DatabaseUnavailableException ?? new DatabaseUnavailableException("The write was not applied.", exception);
        foreach (var write in group)
            write.Fail(fault);
        if (fault.IsStorageFault && ++_failures >= FatalFailures)
        {
            _queue.CompleteAdding();
            _options.OnFatal?.Invoke(exception);
        }
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
