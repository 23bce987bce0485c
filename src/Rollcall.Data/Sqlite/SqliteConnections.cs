using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Rollcall.Data.Sqlite;

/// <summary>Opens connections as all of this project uses them.</summary>
internal static class SqliteConnections
{
    static SqliteConnections()
    {
        // Statistics that nobody reads put every allocation of every connection under one lock of the process. They can be
        // switched off only before the library is first used; later it answers "misuse", which does no harm.
        SQLitePCL.Batteries_V2.Init();
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="DatabaseUnavailableException">It can't be opened.</exception>
    public static SqliteConnection Open(string path, SqliteOpenMode mode, SqliteFaults faults)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
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
            throw faults.Map(exception);
        }
    }
}
