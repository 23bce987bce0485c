using System.Data;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Rollcall.Data.Sqlite;

/// <summary>A reading connection of the pool. The driver does all its work synchronously, so its tasks are complete when returned.</summary>
internal sealed class SqliteReadSession : Session, IDisposable
{
    // How many instructions of SQLite's machine run between two looks at the clock: well under a millisecond.
    private const int InstructionsPerCheck = 20_000;

    private readonly SqliteConnection _connection;
    private readonly TimeProvider _clock;
    private long _startedAt;
    private TimeSpan? _limit;

    public SqliteReadSession(SqliteConnection connection, SqliteFaults faults, TimeProvider clock)
        : base(connection, SqliteDialect.Instance, faults)
    {
        _connection = connection;
        _clock = clock;
        // Once for all reads: setting it costs more than asking it, which only long statements do.
        sqlite3_progress_handler(connection.Handle, InstructionsPerCheck, IsOver, null);
    }

    /// <summary>Whether the session is between two reads, so that another may use it.</summary>
    public bool IsAtRest => _connection.State == ConnectionState.Open && sqlite3_get_autocommit(_connection.Handle) != 0;

    public async ValueTask<T> RunAsync<T>(Func<Session, ValueTask<T>> read, TimeSpan? limit)
    {
        await ExecuteAsync("begin");
        try
        {
            Now = SqliteClock.Microseconds(_clock);
            _startedAt = _clock.GetTimestamp();
            _limit = limit;
            return await read(this);
        }
        finally
        {
            // The limit ends before the transaction does, which must not be interrupted.
            _limit = null;
            await ExecuteAsync("commit");
        }
    }

    public async ValueTask<T> RunOneAsync<T>(Func<Session, ValueTask<T>> read)
    {
        var before = StatementCount;
        Now = SqliteClock.Microseconds(_clock);
        var result = await read(this);
        return StatementCount - before <= 1
            ? result
            : throw new UnreachableException("A read of one statement ran more: what it saw may be of two moments.");
    }

    public void Dispose()
    {
        DropCommands();
        _connection.Dispose();
    }

    private int IsOver(object? state) => _clock.GetElapsedTime(_startedAt) > _limit ? 1 : 0;
}

/// <summary>The one writing connection. Used by the writer's thread alone.</summary>
internal sealed class SqliteWriteSession(SqliteConnection connection, SqliteFaults faults)
    : WriteSession(connection, SqliteDialect.Instance, faults), IDisposable
{
    /// <summary>Whether SQLite has ended the transaction by itself, as it does when the disk is full.</summary>
    public bool TransactionIsGone => sqlite3_get_autocommit(connection.Handle) != 0;

    /// <summary>Runs one of the writer's own statements. The driver is synchronous, so the task is complete.</summary>
    public void Run(string sql) => ExecuteAsync(sql).AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// Copies the whole log into the file, waits for the disk and starts the log anew. False if readers kept a part of it
    /// back for as long as the connection waits.
    /// </summary>
    public bool TryFoldLog() => FirstAsync("pragma wal_checkpoint(truncate)", row => row.GetInt64(0) == 0).AsTask().GetAwaiter().GetResult();

    /// <summary>
    /// Commits something that means nothing, and waits for the disk: it takes the place in the log of what was written
    /// there without having been committed.
    /// </summary>
    public void WriteNothing() => Run("pragma user_version = 1");

    public void Dispose()
    {
        DropCommands();
        connection.Dispose();
    }
}
