using System.Globalization;
using System.Text.RegularExpressions;
using Rollcall.Access.Lists;

namespace Rollcall.Access.Apply;

/// <summary>How documents write a list's <see cref="ListAudit"/>: frequencies and days in words, durations as Go does.</summary>
internal static partial class AuditWords
{
    /// <summary>Months between reviews; null for a text that is none of the known ones. Case and blanks don't matter.</summary>
    public static int? Frequency(string text) => Plain(text) switch
    {
        "1" or "1m" or "1month" or "1months" => 1,
        "3" or "3m" or "3month" or "3months" => 3,
        "6" or "6m" or "6month" or "6months" => 6,
        "12" or "12m" or "12month" or "12months" or "1y" or "1year" or "1years" => 12,
        _ => null,
    };

    /// <summary>The day of the month, 31 for the last; null for a text that is none of the known ones.</summary>
    public static int? DayOfMonth(string text) => Plain(text) switch
    {
        "1" or "first" => 1,
        "15" => 15,
        "31" or "last" => 31,
        _ => null,
    };

    /// <summary>Whether a text is how Teleport writes that nothing is chosen.</summary>
    public static bool IsUnset(string? text) => text is null || Plain(text) is "" or "0";

    /// <summary>A frequency as it is written.</summary>
    public static string Frequency(int months) => months switch { 1 => "1 month", 12 => "1 year", _ => string.Create(CultureInfo.InvariantCulture, $"{months} months") };

    /// <summary>A day as it is written.</summary>
    public static string DayOfMonth(int day) => day == 31 ? "last" : day.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a duration such as <c>336h</c> or <c>1h30m0.5s</c>, in steps of 100 ns.</summary>
    /// <returns>Null if the text is none.</returns>
    public static TimeSpan? Duration(string text)
    {
        if (text == "0")
            return TimeSpan.Zero;
        if (!GoDuration().IsMatch(text))
            return null;
        decimal ticks = 0;
        foreach (Match part in GoDurationPart().Matches(text))
        {
            // More digits than these make no duration that can be kept.
            if (part.Groups["number"].Length > 16 || !decimal.TryParse(part.Groups["number"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;
            ticks += number * TicksOf(part.Groups["unit"].Value);
            if (ticks > long.MaxValue)
                return null;
        }
        return ticks == decimal.Truncate(ticks) ? TimeSpan.FromTicks((long)ticks) : null;
    }

    /// <summary>A duration as it is written: <c>336h0m0s</c>.</summary>
    public static string Duration(TimeSpan duration)
    {
        var (hours, rest) = Math.DivRem(duration.Ticks, TimeSpan.TicksPerHour);
        var (minutes, ticks) = Math.DivRem(rest, TimeSpan.TicksPerMinute);
        var seconds = ((decimal)ticks / TimeSpan.TicksPerSecond).ToString("0.#######", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{hours}h{minutes}m{seconds}s");
    }

    private static decimal TicksOf(string unit) => unit switch
    {
        "ns" => 0.01m,
        "us" or "µs" or "μs" => TimeSpan.TicksPerMicrosecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        _ => TimeSpan.TicksPerHour,
    };

    private static string Plain(string text) => text.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();

    [GeneratedRegex(@"\A(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+\z", RegexOptions.NonBacktracking)]
    private static partial Regex GoDuration();

    [GeneratedRegex(@"(?<number>[0-9.]+)(?<unit>ns|us|µs|μs|ms|s|m|h)")]
    private static partial Regex GoDurationPart();
}
