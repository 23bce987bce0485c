using System.Globalization;
using System.Text.RegularExpressions;

namespace Rollcall.Scim;

/// <summary>
/// Reads the values of dateTime attributes (RFC 7643 §2.3.5): xsd:dateTime with date and time, an optional fraction and
/// an optional offset. A time without offset is UTC. Fractions are cut after seven digits (100 ns).
/// </summary>
public static partial class ScimDateTime
{
    /// <summary>Reads one time and turns it to UTC.</summary>
    /// <param name="text">The text, without blanks around it.</param>
    /// <param name="strict">
    /// True: xsd:dateTime and nothing else. False: also the timestamps that clients of SCIM send in filters — a blank or
    /// lower-case letter instead of <c>T</c> and <c>Z</c>, no seconds, offsets such as <c>+0200</c> and <c>+02</c>, and
    /// an offset whose plus sign became a blank because the URL was not encoded.
    /// </param>
    /// <param name="utc">The time, with offset zero.</param>
    /// <returns>False if the text is no such time, a date alone for one, or lies outside the years 1 to 9999.</returns>
    public static bool TryParse(string text, bool strict, out DateTimeOffset utc)
    {
        utc = default;
        var match = (strict ? Xsd() : Lenient()).Match(text);
        if (!match.Success)
            return false;
        int Part(int group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;
        int hour = Part(4), minute = Part(5), second = Part(6);
        var nextDay = false;
        if (hour == 24)
        {
            // xsd:dateTime: 24:00:00 is the first moment of the next day. SailPoint's delta filter writes hours by the
            // Java letter "kk", 1 to 24, where 24:10 is ten past midnight of the same day.
            if (strict && (minute != 0 || second != 0 || match.Groups["fraction"].ValueSpan.ContainsAnyExcept('0')))
                return false;
            hour = 0;
            nextDay = strict;
        }
        int year = Part(1), month = Part(2), day = Part(3);
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;
        if (!TryOffset(match.Groups["zone"].ValueSpan, out var offset))
            return false;
        var ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks
            + Fraction(match.Groups["fraction"].ValueSpan)
            - offset.Ticks
            + (nextDay ? TimeSpan.TicksPerDay : 0);
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
            return false;
        utc = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    private static long Fraction(ReadOnlySpan<char> digits)
    {
        long ticks = 0;
        for (var i = 0; i < 7; i++)
            ticks = ticks * 10 + (i < digits.Length ? digits[i] - '0' : 0);
        return ticks;
    }

    private static bool TryOffset(ReadOnlySpan<char> zone, out TimeSpan offset)
    {
        offset = default;
        if (zone.IsEmpty || zone is "Z" or "z")
            return true;
        var negative = zone[0] == '-';
        var digits = zone.TrimStart("+-");
        var hours = int.Parse(digits[..2], CultureInfo.InvariantCulture);
        var minutes = digits.Length > 2 ? int.Parse(digits[^2..], CultureInfo.InvariantCulture) : 0;
        offset = new TimeSpan(hours, minutes, 0);
        var valid = minutes < 60 && offset <= TimeSpan.FromHours(14);
        if (negative)
            offset = -offset;
        return valid;
    }

    [GeneratedRegex(@"\A([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.(?<fraction>[0-9]+))?(?<zone>Z|[+-][0-9]{2}:[0-9]{2})?\z")]
    private static partial Regex Xsd();

    [GeneratedRegex(@"\A([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,](?<fraction>[0-9]+))?)?(?: ?(?<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)| (?<zone>[0-9]{2}:?[0-9]{2}))?\z")]
    private static partial Regex Lenient();
}
