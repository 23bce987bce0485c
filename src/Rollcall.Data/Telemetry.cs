using System.Diagnostics.Metrics;

namespace Rollcall.Data;

/// <summary>What databases tell of themselves, for whoever listens (<see cref="System.Diagnostics.Metrics"/>).</summary>
public static class Telemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Rollcall.Data";

    /// <summary>A histogram: how many writes each commit carried. Its count is that of commits, its sum that of writes.</summary>
    public const string CommitWrites = "rollcall.data.commit.writes";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Where <see cref="CommitWrites"/> is recorded.</summary>
    internal static Histogram<int> WritesOfCommit { get; } = Meter.CreateHistogram<int>(CommitWrites, "{write}", "Writes that shared a commit.");
}
