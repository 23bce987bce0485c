using System.Collections.Frozen;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Rollcall.Data.Sqlite;

/// <summary>SQLite's error codes, and the names of the unique indexes that it tells only by their columns.</summary>
internal sealed class SqliteFaults : IFaultMapper
{
    private const string UniquePrefix = "UNIQUE constraint failed: ";

    private FrozenDictionary<string, string> _indexByColumns = FrozenDictionary<string, string>.Empty;

    /// <summary>Learns which unique index has which columns. Called once the schema is complete.</summary>
    public void Learn(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            select i.name, group_concat(t.name || '.' || c.name, ', ' order by c.seqno)
            from sqlite_master t
            join pragma_index_list(t.name) i
            join pragma_index_info(i.name) c
            where t.type = 'table' and i."unique"
            group by i.name
            """;
        using var reader = command.ExecuteReader();
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read())
            names[reader.GetString(1)] = reader.GetString(0);
        _indexByColumns = names.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public Exception Map(DbException exception)
    {
        if (exception is not SqliteException sqlite)
            return exception;
        return sqlite.SqliteErrorCode switch
        {
            SQLITE_CONSTRAINT when UniqueIndex(sqlite.Message) is { } index => new UniqueViolationException(index, sqlite),
            SQLITE_INTERRUPT => new QueryTooExpensiveException(sqlite),
            SQLITE_BUSY or SQLITE_LOCKED or SQLITE_PROTOCOL or SQLITE_FULL or SQLITE_IOERR or SQLITE_CANTOPEN or SQLITE_NOMEM or SQLITE_READONLY
                or SQLITE_CORRUPT or SQLITE_NOTADB =>
                new DatabaseUnavailableException($"SQLite error {sqlite.SqliteErrorCode} ({sqlite.SqliteExtendedErrorCode}).", sqlite)
                {
                    IsStorageFault = IsStorageFault(sqlite),
                },
            _ => sqlite,
        };
    }

    // Growing the log's index on a full disk is told as an I/O error, but passes like any full disk.
    private static bool IsStorageFault(SqliteException exception) =>
        exception.SqliteErrorCode is SQLITE_IOERR or SQLITE_CORRUPT or SQLITE_NOTADB && exception.SqliteExtendedErrorCode != SQLITE_IOERR_SHMSIZE;

    private string? UniqueIndex(string message)
    {
        // "SQLite Error 19: 'UNIQUE constraint failed: users.integration_id, users.user_name_key'."
        var start = message.IndexOf(UniquePrefix, StringComparison.Ordinal);
        if (start < 0)
            return null;
        var columns = message.AsSpan(start + UniquePrefix.Length).TrimEnd("'.").ToString();
        return _indexByColumns.GetValueOrDefault(columns, columns);
    }
}
