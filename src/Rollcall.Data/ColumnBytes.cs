using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Rollcall.Data;

/// <summary>
/// The bytes of a column where the database holds them, for rows that are copied on as they are: thousands of strings and
/// arrays that live for a moment cost more than reading the rows does.
/// </summary>
public static class ColumnBytes
{
    /// <summary>A binary column, or a text in UTF-8; nothing for NULL.</summary>
    /// <param name="row">The row.</param>
    /// <param name="ordinal">The column's number, from 0.</param>
    /// <returns>Bytes that are valid until the next row is read.</returns>
    public static ReadOnlySpan<byte> Of(DbDataReader row, int ordinal)
    {
        if (row is SqliteDataReader { Handle: { } statement })
            return sqlite3_column_blob(statement, ordinal);
        if (row.IsDBNull(ordinal))
            return default;
        return row.GetValue(ordinal) is byte[] bytes ? bytes : Encoding.UTF8.GetBytes(row.GetString(ordinal));
    }
}
