using System.Data.Common;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Rollcall.Data;

/// <summary>A whole number of a column, for the many rows of a page: the driver's own checks of each value cost more than stepping to the row does.</summary>
public static class ColumnNumber
{
    /// <summary>A column that is known to hold a whole number.</summary>
    /// <param name="row">The row.</param>
    /// <param name="ordinal">The column's number, from 0.</param>
    public static long Of(DbDataReader row, int ordinal) =>
        row is SqliteDataReader { Handle: { } statement } ? sqlite3_column_int64(statement, ordinal) : row.GetInt64(ordinal);
}
