using System.Diagnostics.Metrics;

namespace Rollcall.Access.Audit;

/// <summary>What the audit log tells of itself, for whoever listens (<see cref="System.Diagnostics.Metrics"/>).</summary>
public static class Telemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Rollcall.Access";

    /// <summary>A counter: refusals and reads that could not be written, since too many waited or the database was away too long.</summary>
    public const string AuditDropped = "rollcall.access.audit.dropped";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Where <see cref="AuditDropped"/> is counted.</summary>
    internal static Counter<long> Dropped { get; } = Meter.CreateCounter<long>(AuditDropped, "{row}", "Rows of refusals and reads that the audit log had to do without.");
}
