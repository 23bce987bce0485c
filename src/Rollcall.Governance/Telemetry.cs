namespace Rollcall.Governance;

/// <summary>The names of what the Governance side tells of itself, for whoever listens (<see cref="System.Diagnostics.Metrics"/>).</summary>
public static class Telemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Rollcall.Governance";

    /// <summary>A counter: attempts of provisioning that ended, by application and <see cref="VerdictTag"/>.</summary>
    public const string Attempts = "rollcall.governance.provisioning.attempts";

    /// <summary>A counter: changes that an application's server refused with 412, by application.</summary>
    public const string Conflicts = "rollcall.governance.provisioning.conflicts";

    /// <summary>A gauge: transactions that are open, by application.</summary>
    public const string OpenTransactions = "rollcall.governance.provisioning.open";

    /// <summary>A gauge: approvals that wait for somebody.</summary>
    public const string PendingApprovals = "rollcall.governance.approvals.pending";

    /// <summary>The tag of <see cref="Attempts"/>: done, retry, failed or needsAccount.</summary>
    public const string VerdictTag = "verdict";

    /// <summary>The tag that names an application. No other tag holds a name that a person chose.</summary>
    public const string ApplicationTag = "application";
}
