namespace Rollcall.Data.Sqlite;

/// <summary>The database's clock: SQLite has none of its own, so it is that of the process.</summary>
internal static class SqliteClock
{
    /// <summary>Microseconds since 1970 in UTC.</summary>
    public static long Microseconds(TimeProvider clock) => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
