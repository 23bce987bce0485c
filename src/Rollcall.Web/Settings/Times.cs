using System.Globalization;

namespace Rollcall.Web.Settings;

/// <summary>Times as people write them: RFC 3339, down to a date alone, or how long ago: <c>1h</c>, <c>2d</c>.</summary>
public static class Times
{
    /// <summary>What to write where a time may lie back, for messages.</summary>
    public const string PastHelp = "Write a time such as 2027-06-30 or 2027-06-30T18:00:00Z, or how long ago it was, such as 30min, 1h or 2d";

    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads a time; UTC where no offset is given, midnight where no time of day is.</summary>
    /// <returns>False if the text is not a time.</returns>
    public static bool TryParse(string text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    /// <summary>Reads a time, or a duration before another one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="now">What a duration is counted back from.</param>
    /// <param name="time">The time.</param>
    /// <returns>False if the text is neither.</returns>
    public static bool TryParsePast(string text, DateTimeOffset now, out DateTimeOffset time)
    {
        if (!Durations.TryParse(text, out var ago))
            return TryParse(text, out time);
        time = now - ago;
        return true;
    }
}
