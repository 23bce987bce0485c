using System.Data.Common;

namespace Rollcall.Data;

/// <summary>Reads columns that may be NULL.</summary>
public static class RowReading
{
    /// <summary>A text; null where there is none.</summary>
    public static string? Text(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>A whole number; null where there is none.</summary>
    public static long? Number(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
