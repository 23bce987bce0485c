using System.Globalization;

namespace Rollcall.Access.Scim;

/// <summary>Times of the database as responses write them.</summary>
internal static class ScimTime
{
    /// <summary>A time in microseconds since 1970, as an xsd:dateTime in UTC with all six digits.</summary>
    public static string Format(long microseconds) =>
        DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The same as a value.</summary>
    public static DateTimeOffset ToTime(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>A time as the database keeps it. Exact, unlike the framework's own sums in floating point.</summary>
    public static long Of(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
