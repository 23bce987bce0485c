using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Rollcall.Data.Migrations;
using static SQLitePCL.raw;

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
    private readonly ConcurrentBag<SqliteReadSession> _idle = [];
    private readonly SqliteWriter _writer;

    private SqliteDatabase(SqliteOptions options)
    {
        _options = options;
        _writer = new SqliteWriter(options, OpenWriter);
    }

    /// <inheritdoc/>
    public override Dialect Dialect => SqliteDialect.Instance;

    /// <summary>Opens the file, making it if needed, and brings its schema up to date.</summary>
    /// <exception cref="DatabaseUnavailableException">The file can't be opened or is used by something else.</exception>
    /// <exception cref="MigrationException">The file was written by a newer release.</exception>
    public static async Task<SqliteDatabase> OpenAsync(SqliteOptions options, IReadOnlyList<Migration> migrations)
    {
        var database = new SqliteDatabase(options);
        using (var connection = database.Open(SqliteOpenMode.ReadWriteCreate))
        {
            // The journal mode is a property of the file.
            using var command = connection.CreateCommand();
            command.CommandText = "pragma journal_mode = wal";
            command.ExecuteNonQuery();
        }
        await database.WriteAsync(session => Migrator.RunAsync(session, migrations));
        using (var connection = database.Open(SqliteOpenMode.ReadOnly))
            database._faults.Learn(connection);
        return database;
    }

    /// <inheritdoc/>
    public override async ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, TimeSpan? limit = null)
    {
        if (!_idle.TryTake(out var session))
            session = new SqliteReadSession(Open(SqliteOpenMode.ReadOnly), _faults, _options.Clock);
        var sound = false;
        try
        {
            var result = await session.RunAsync(read, limit);
            sound = true;
            return result;
        }
        finally
        {
            // A session that failed may be in the middle of something: it is not worth finding out.
            if (sound && _idle.Count < MaxIdleReaders)
                _idle.Add(session);
            else
                session.Dispose();
        }
    }

    /// <inheritdoc/>
    public override Task<T> WriteAsync<T>(Func<WriteSession, ValueTask<T>> write, WriteKey? key = null) => _writer.WriteAsync(write, key);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        while (_idle.TryTake(out var session))
            session.Dispose();
    }

    private SqliteWriteSession OpenWriter()
    {
        var connection = Open(SqliteOpenMode.ReadWrite);
        using var command = connection.CreateCommand();
        command.CommandText = "pragma synchronous = full; pragma cache_size = -32000; pragma temp_store = memory";
        command.ExecuteNonQuery();
        return new SqliteWriteSession(connection, _faults);
    }

    private SqliteConnection Open(SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _options.Path,
            Mode = mode,
            Pooling = false,
            ForeignKeys = false,
            DefaultTimeout = 5,
        }.ConnectionString);
        try
        {
            connection.Open();
            // A plan must not depend on the values that happen to be bound: else each new value of a LIMIT has its
            // statement compiled anew, which costs several times what running it does.
            sqlite3_db_config(connection.Handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, out _);
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw _faults.Map(exception);
        }
    }
}
