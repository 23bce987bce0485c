using System.Globalization;
using Rollcall.Data;

namespace Rollcall.Access.Scim;

/// <summary>Times of the database as responses write them.</summary>
internal static class ScimTime
{
    private const int DigitsOfDateTime = 26;

    /// <summary>Writes a time in microseconds since 1970, as an xsd:dateTime in UTC with all six digits.</summary>
    public static void Write(PooledBuffer output, long microseconds)
    {
        var text = output.GetSpan(32);
        // The round-trip format has a seventh digit, which is 0.
        DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond).TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[DigitsOfDateTime] = (byte)'Z';
        output.Advance(DigitsOfDateTime + 1);
    }

    /// <summary>The same as text, for messages.</summary>
    public static string Format(long microseconds) =>
        DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The same as a value.</summary>
    public static DateTimeOffset ToTime(long microseconds) => DatabaseTime.ToTime(microseconds);

    /// <summary>A time as the database keeps it.</summary>
    public static long Of(DateTimeOffset time) => DatabaseTime.Of(time);
}
