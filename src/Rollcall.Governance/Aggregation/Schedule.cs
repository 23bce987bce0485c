using Cronos;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Aggregation;

/// <summary>A task that is begun again and again.</summary>
public sealed record Schedule
{
    /// <summary>The id.</summary>
    public required long Id { get; init; }

    /// <summary>Its name, unique.</summary>
    public required string Name { get; init; }

    /// <summary>What it begins.</summary>
    public required TaskKind Kind { get; init; }

    /// <summary>For which application.</summary>
    public required long ApplicationId { get; init; }

    /// <summary>The application's name.</summary>
    public required string ApplicationName { get; init; }

    /// <summary>When, as a cron expression of five fields: minute, hour, day of the month, month, day of the week.</summary>
    public required string Cron { get; init; }

    /// <summary>The time zone that it is meant in, by its IANA name.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Whether it begins anything.</summary>
    public required bool Enabled { get; init; }

    /// <summary>When it begins the next one, in microseconds since 1970 in UTC; null if never.</summary>
    public long? Next { get; init; }

    /// <summary>When it was due last; null before.</summary>
    public long? Last { get; init; }

    /// <summary>The task that it began last.</summary>
    public long? LastTaskId { get; init; }

    /// <summary>Grows by one with every change that a person makes.</summary>
    public required long Revision { get; init; }
}

/// <summary>What can be set of a schedule.</summary>
/// <param name="Kind">What it begins.</param>
/// <param name="Cron">When.</param>
/// <param name="TimeZone">The time zone that this is meant in, by its IANA name.</param>
/// <param name="Enabled">Whether it begins anything.</param>
public sealed record ScheduleSetting(TaskKind Kind, string Cron, string TimeZone, bool Enabled)
{
    private const int LongestCron = 200;

    /// <summary>Checks the expression and the time zone.</summary>
    /// <exception cref="ApiException">400.</exception>
    public void Check() => _ = (Zone(), Expression());

    /// <summary>The first time after another one; null if there is none, or it is disabled. Where clocks are put forward or back, a time that is left out comes just after, and one that comes twice counts once.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset time) =>
        Enabled && Expression().GetNextOccurrence(time.UtcDateTime, Zone()) is { } next ? new DateTimeOffset(next, TimeSpan.Zero) : null;

    private CronExpression Expression()
    {
        try
        {
            if (Cron.Length <= LongestCron)
                return CronExpression.Parse(Cron);
        }
        catch (CronFormatException)
        {
            // Told below, in words of our own.
        }
        throw ApiException.Invalid("cron", $"'{Cron.Truncate(50)}' is no cron expression. Write five fields (minute, hour, day of the month, month, day of the week), such as \"0 3 * * *\" for every day at three, or \"*/15 * * * *\".");
    }

    private TimeZoneInfo Zone() => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone)
        ? zone
        : throw ApiException.Invalid("timeZone", $"The time zone '{TimeZone.Truncate(50)}' is not known here. Give one by its IANA name, such as UTC or Europe/Berlin.");
}
