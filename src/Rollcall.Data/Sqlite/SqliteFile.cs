using Microsoft.Data.Sqlite;

namespace Rollcall.Data.Sqlite;

/// <summary>
/// A database file that is only read, for tools: no server, no migration. A server may have it open and be writing.
/// </summary>
public sealed class SqliteFile : IAsyncDisposable
{
    private readonly SqliteFaults _faults = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteReadSession _session;

    private SqliteFile(string path)
    {
        _connection = SqliteConnections.Open(path, SqliteOpenMode.ReadOnly, _faults);
        _session = new SqliteReadSession(_connection, _faults, TimeProvider.System);
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DatabaseUnavailableException">It is not there, or can't be read.</exception>
    public static SqliteFile Open(string path) => new(path);

    /// <summary>Copies all that is committed, as of one moment, into another file, which needs no log beside it.</summary>
    /// <param name="path">The other file; what it holds is lost.</param>
    /// <exception cref="DatabaseUnavailableException">One of the files can't be read or written, or the disk is full.</exception>
    public void CopyTo(string path)
    {
        using var copy = SqliteConnections.Open(path, SqliteOpenMode.ReadWrite, _faults);
        try
        {
            _connection.BackupDatabase(copy);
            using var command = copy.CreateCommand();
            command.CommandText = "pragma journal_mode = delete";
            command.ExecuteNonQuery();
        }
        catch (SqliteException exception)
        {
            throw _faults.Map(exception);
        }
    }

    /// <summary>What the database finds wrong with its own pages and indexes: a line each, nothing if it is whole.</summary>
    /// <exception cref="DatabaseUnavailableException">The file is no database.</exception>
    public ValueTask<List<string>> DamageAsync() => ReadAsync(async session =>
    {
        var lines = await session.ListAsync("pragma integrity_check", row => row.GetString(0));
        return lines is ["ok"] ? [] : lines;
    });

    /// <summary>Runs reads that all see one moment. What they return must not hold on to the session.</summary>
    /// <exception cref="DatabaseUnavailableException">The file is damaged, or is no database.</exception>
    public async ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read)
    {
        await _session.ExecuteAsync("begin");
        try
        {
            return await read(_session);
        }
        finally
        {
            await EndAsync();
        }
    }

    /// <summary>
    /// The schema's number and the oldest release, by its own newest number, that may work on it; null where the file was
    /// not made by this project.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">The file is damaged, or is no database.</exception>
    public ValueTask<(int Number, int Minimum)?> SchemaAsync() => ReadAsync<(int, int)?>(async session =>
        await session.FirstAsync("select 1 from sqlite_master where name = 'schema_version'", _ => true)
            ? await session.FirstAsync<(int, int)?>("select number, minimum from schema_version", row => (row.GetInt32(0), row.GetInt32(1)))
            : null);

    // A damaged file may refuse even that; what was read of it is not lost for it.
    private async ValueTask EndAsync()
    {
        try
        {
            await _session.ExecuteAsync("rollback");
        }
        catch (DatabaseUnavailableException)
        {
        }
    }

    /// <summary>Closes it.</summary>
    public ValueTask DisposeAsync()
    {
        _session.Dispose();
        return ValueTask.CompletedTask;
    }
}
