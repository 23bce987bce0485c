using System.Globalization;

namespace Rollcall.Web.Settings;

/// <summary>Durations as people write them: <c>5 s</c>, <c>5s</c>, <c>500 ms</c>, <c>2 min</c>, <c>24h</c>, <c>7 d</c>, <c>00:00:05</c>, <c>0</c>.</summary>
public static class Durations
{
    /// <summary>What to write, for messages.</summary>
    public const string Help = "Write a number and a unit (ms, s, min, h, d) such as \"5 s\", or hours, minutes and seconds such as 00:00:05";

    /// <summary>
    /// Reads a duration of 0 to 10,000 days. A bare number is not one, except 0: seconds and days have been mixed up too
    /// often.
    /// </summary>
    /// <returns>False if the text is not a duration.</returns>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var trimmed = text.AsSpan().Trim();
        if (trimmed is "0")
            return true;
        if (trimmed.Contains(':'))
        {
            return TimeSpan.TryParseExact(trimmed, "c", CultureInfo.InvariantCulture, out duration)
                && duration >= TimeSpan.Zero && duration <= TimeSpan.FromDays(10_000);
        }
        var digits = trimmed.LastIndexOfAnyInRange('0', '9') + 1;
        TimeSpan? unit = trimmed[digits..].Trim() switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "m" or "min" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            "d" => TimeSpan.FromDays(1),
            _ => null,
        };
        if (unit is null || !decimal.TryParse(trimmed[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        if (number > TimeSpan.FromDays(10_000).Ticks / unit.Value.Ticks)
            return false;
        duration = TimeSpan.FromTicks((long)(number * unit.Value.Ticks));
        return true;
    }
}
