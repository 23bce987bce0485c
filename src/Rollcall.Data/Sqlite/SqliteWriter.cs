using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Rollcall.Data.Sqlite;

/// <summary>
/// The one writer, on a thread of its own. It takes what waits, runs each closure in a savepoint, commits once, and
/// only then answers all: clients that write at the same time share the cost of reaching the disk.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    // So many I/O errors in a row, for so long and with no success between, and only a restart or a person can help.
    private const int FatalFailures = 20;
    private static readonly TimeSpan FatalTime = TimeSpan.FromSeconds(10);

    // How long the outcome of a failed COMMIT is looked for, and how often.
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(200);

    // Readers that always overlap keep SQLite from ever starting its log anew: past this size the writer waits for them.
    private const long LargeLog = 16 * 1024 * 1024;

    private readonly SqliteOptions _options;
    private readonly Func<SqliteWriteSession> _open;
    private readonly BlockingCollection<IPendingWrite> _queue = [];
    private readonly SqliteMeter _meter;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SqliteWriteSession? _session;
    private int _failures;
    private long _failingSince;
    private long _foldAt = LargeLog;

    public SqliteWriter(SqliteOptions options, Func<SqliteWriteSession> open)
    {
        _options = options;
        _open = open;
        _meter = new SqliteMeter(options, () => _queue.Count);
        new Thread(Run) { Name = "rollcall-writer", IsBackground = true }.Start();
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

    /// <summary>Takes nothing more and finishes what was accepted.</summary>
    public Task FinishAsync()
    {
        _queue.CompleteAdding();
        return _ended.Task;
    }

    /// <summary>Closes the connection. Only after <see cref="FinishAsync"/>.</summary>
    public void Dispose()
    {
        Close();
        _meter.Dispose();
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
                FoldLargeLog();
            }
            catch (Exception exception)
            {
                FailGroup(group, exception);
            }
            group.Clear();
        }
        _ended.SetResult();
    }

    private void CommitGroup(List<IPendingWrite> group)
    {
        // 1. One transaction for all that wait, and for what comes while they run.
        _session ??= _open();
        _session.Now = SqliteClock.Microseconds(_options.Clock);
        _session.Run("begin immediate");
        for (var i = 0; i < group.Count; i++)
        {
            // 2. Each in a savepoint of its own, so that a refused one leaves the others alone.
            RunOne(_session, group[i]);
            if (group.Count < _options.GroupCommit && _queue.TryTake(out var next))
                group.Add(next);
        }

        // 3. One commit. Its failure leaves open whether the disk has it.
        var startedAt = _options.Clock.GetTimestamp();
        try
        {
            _session.Run("commit");
        }
        catch (Exception exception) when (exception is DatabaseUnavailableException or SqliteException)
        {
            if (!Settle(group, IsStorageFault(exception)))
                throw;
        }

        // 4. Nobody hears of a success before this line.
        _meter.Committed(group.Count, _options.Clock.GetElapsedTime(startedAt));
        foreach (var write in group)
            write.Answer();
    }

    // Everybody is answered by now; those who come wait as for a long commit.
    private void FoldLargeLog()
    {
        var log = new FileInfo(_options.Path + "-wal");
        if (!log.Exists || log.Length < _foldAt)
            return;
        // Where a reader takes longer, or the disk has no room, it goes on growing for a while.
        _foldAt = log.Length + LargeLog;
        if (_session!.TryFoldLog())
            _foldAt = LargeLog;
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
            if (session.TransactionIsGone || IsStorageFault(exception))
                throw Unavailable("The transaction was rolled back.", exception);
            write.Refuse(exception);
            // It runs on by itself, with this session in its hands: nothing of the session may be used any more.
            if (write.IsRunning)
                throw new DatabaseUnavailableException("Another write of the group went astray.", exception);
            session.Run("rollback to one");
        }
        session.Run("release one");
    }

    /// <summary>
    /// After a COMMIT that failed: reopens the file and looks for one of the group's writes. The transaction is whole or
    /// not there at all, so one answers for all. What is found is then made to last.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">The file could not be asked: the outcome stays unknown.</exception>
    private bool Settle(List<IPendingWrite> group, bool isStorageFault)
    {
        var startedAt = _options.Clock.GetTimestamp();
        while (true)
        {
            try
            {
                Close();
                var session = _session = _open();
                var isCommitted = group.Exists(write => write.Key is { } key && !write.IsRefused && _options.IsCommitted(session, key).AsTask().GetAwaiter().GetResult());
                // Seen is not yet on disk: only the log's content in the file itself is.
                if (isCommitted && !session.TryFoldLog())
                    throw new DatabaseUnavailableException("Readers keep the log from being folded into the file.");
                // Not seen may still be on disk, and come back with the next start: unless something is written over it.
                if (!isCommitted && isStorageFault)
                    session.WriteNothing();
                return isCommitted;
            }
            catch (Exception exception) when (exception is DatabaseUnavailableException or SqliteException)
            {
                CountFailure(exception);
                if (_options.Clock.GetElapsedTime(startedAt) > SettleLimit)
                    throw Unavailable("A commit failed, and the database can't be asked whether it has it.", exception, isOutcomeUnknown: true);
            }
            // The other writes wait as well: there is no database to serve them.
            Task.Delay(SettlePause, _options.Clock).GetAwaiter().GetResult();
        }
    }

    private void FailGroup(List<IPendingWrite> group, Exception exception)
    {
        // Whatever state the connection is in, closing it rolls back what is open.
        Close();
        var fault = exception as DatabaseUnavailableException ?? new DatabaseUnavailableException("The write was not applied.", exception);
        foreach (var write in group)
            write.Fail(fault);
        CountFailure(fault);
    }

    private void CountFailure(Exception exception)
    {
        if (!IsStorageFault(exception))
            return;
        if (_failures++ == 0)
            _failingSince = _options.Clock.GetTimestamp();
        if (_failures < FatalFailures || _options.Clock.GetElapsedTime(_failingSince) < FatalTime || _queue.IsAddingCompleted)
            return;
        _queue.CompleteAdding();
        _options.OnFatal?.Invoke(exception);
    }

    private void Close()
    {
        _session?.Dispose();
        _session = null;
    }

    private static DatabaseUnavailableException Unavailable(string message, Exception cause, bool isOutcomeUnknown = false) => new(message, cause)
    {
        IsStorageFault = IsStorageFault(cause),
        IsOutcomeUnknown = isOutcomeUnknown,
    };

    private static bool IsStorageFault(Exception exception) => exception is DatabaseUnavailableException { IsStorageFault: true };
}
