namespace Rollcall.Data;

/// <summary>Times as databases keep them: whole microseconds since 1970 in UTC.</summary>
public static class DatabaseTime
{
    /// <summary>A time as the database keeps it. Exact, unlike the framework's own sums in floating point.</summary>
    public static long Of(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>A time of the database as a value.</summary>
    public static DateTimeOffset ToTime(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>A time of the database that may be absent.</summary>
    public static DateTimeOffset? ToTime(long? microseconds) => microseconds is { } time ? ToTime(time) : null;
}
