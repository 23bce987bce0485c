using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Rollcall.Data.Migrations;

namespace Rollcall.Data.Sqlite;

/// <summary>
/// A database in one file: WAL, so that readers never wait for the writer, and <c>synchronous=FULL</c>, so that what is
/// acknowledged survives the loss of power.
/// </summary>
public sealed class SqliteDatabase : Database
{
    // Reads are synchronous, so there are never many more than threads; what is kept open costs memory.
    private const int MaxIdleReaders = 32;

    private readonly SqliteOptions _options;
    private readonly SqliteFaults _faults = new();
    // The one used last comes first: its cache is the warmest, and only as many fill as there are reads at a time.
    private readonly ConcurrentStack<SqliteReadSession> _idle = [];
    private readonly SqliteWriter _writer;
    private int _idleCount; // The stack's own count walks it.
    private volatile bool _isClosed;

    private SqliteDatabase(SqliteOptions options)
    {
        _options = options;
        _writer = new SqliteWriter(options, OpenWriter);
    }

    /// <inheritdoc/>
    public override Dialect Dialect => SqliteDialect.Instance;

    /// <inheritdoc/>
    public override bool KeepsOrderOfWrites => true; // There is one writer, and one queue before it.

    /// <summary>Opens the file, making it if needed, and brings its schema up to date.</summary>
    /// <exception cref="DatabaseUnavailableException">The file can't be opened or is used by something else.</exception>
    /// <exception cref="MigrationException">The file was written by a newer release.</exception>
    public static async Task<SqliteDatabase> OpenAsync(SqliteOptions options, IReadOnlyList<Migration> migrations)
    {
        var database = new SqliteDatabase(options);
        try
        {
            using (var connection = database.Open(SqliteOpenMode.ReadWriteCreate))
                database.WriteAhead(connection);
            await database.WriteAsync(session => Migrator.RunAsync(session, migrations));
            using (var connection = database.Open(SqliteOpenMode.ReadOnly))
                database._faults.Learn(connection);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, TimeSpan? limit = null)
    {
        var session = Take();
        try
        {
            return await session.RunAsync(read, limit);
        }
        finally
        {
            GiveBack(session);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<T> ReadOneAsync<T>(Func<Session, ValueTask<T>> read)
    {
        var session = Take();
        try
        {
            return await session.RunOneAsync(read);
        }
        finally
        {
            GiveBack(session);
        }
    }

    /// <inheritdoc/>
    public override async Task<T> WriteAsync<T>(Func<WriteSession, ValueTask<T>> write, WriteKey? key = null)
    {
        try
        {
            return await _writer.WriteAsync(write, key);
        }
        catch (LockFirstException missing)
        {
            return await _writer.WriteAsync(async session =>
            {
                await session.LockFirstAsync(missing.Statement);
                return await write(session);
            }, key);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_isClosed)
            return;
        // 1. What was accepted is written.
        await _writer.FinishAsync();
        // 2. The readers first: only a connection that may write can fold the log into the file when it is the last to close.
        _isClosed = true;
        DropIdle();
        _writer.Dispose();
    }

    private SqliteReadSession Take()
    {
        if (_isClosed)
            throw new DatabaseUnavailableException("The database is closed.");
        if (!_idle.TryPop(out var session))
            return new SqliteReadSession(Open(SqliteOpenMode.ReadOnly), _faults, _options.Clock);
        Interlocked.Decrement(ref _idleCount);
        return session;
    }

    private void GiveBack(SqliteReadSession session)
    {
        // Why one is in the middle of something is not worth finding out.
        if (!session.IsAtRest || _idleCount >= MaxIdleReaders)
        {
            session.Dispose();
            return;
        }
        Interlocked.Increment(ref _idleCount);
        _idle.Push(session);
        // Closed meanwhile: nobody else would close this one.
        if (_isClosed)
            DropIdle();
    }

    private void DropIdle()
    {
        while (_idle.TryPop(out var session))
            session.Dispose();
    }

    // The journal mode is a property of the file.
    private void WriteAhead(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "pragma journal_mode = wal";
        try
        {
            if (command.ExecuteScalar() is not "wal")
                throw new DatabaseUnavailableException("The file system does not allow a write-ahead log: SQLite needs a local one.");
        }
        catch (SqliteException exception)
        {
            throw _faults.Map(exception);
        }
    }

    private SqliteWriteSession OpenWriter()
    {
        var session = new SqliteWriteSession(Open(SqliteOpenMode.ReadWrite), _faults);
        try
        {
            session.Run("pragma synchronous = full; pragma cache_size = -32000; pragma temp_store = memory; pragma busy_timeout = 2500");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private SqliteConnection Open(SqliteOpenMode mode) => SqliteConnections.Open(_options.Path, mode, _faults);
}
