using System.Diagnostics.Metrics;
using System.Text.Json;
using Rollcall.Data;
using Rollcall.Governance.Provisioning;

namespace Rollcall.Governance;

/// <summary>Measures the Governance side. Applications stand in it by their names; people and groups don't.</summary>
public sealed class GovernanceMeter
{
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _conflicts;

    /// <summary>Makes the meter of a side.</summary>
    /// <param name="meters">Makes meters.</param>
    /// <param name="database">Where gauges are read.</param>
    public GovernanceMeter(IMeterFactory meters, Database database)
    {
        var meter = meters.Create(new MeterOptions(Telemetry.MeterName));
        _attempts = meter.CreateCounter<long>(Telemetry.Attempts, "{attempt}", "Attempts of provisioning that ended.");
        _conflicts = meter.CreateCounter<long>(Telemetry.Conflicts, "{request}", "Changes that an application's server refused with 412.");
        // Whoever collects waits in any case: measurements are given synchronously.
        meter.CreateObservableGauge(Telemetry.OpenTransactions, () => database.ReadAsync(OpenAsync).AsTask().GetAwaiter().GetResult(), "{transaction}", "Transactions that are open.");
        meter.CreateObservableGauge(Telemetry.PendingApprovals, () => database.ReadAsync(PendingAsync).AsTask().GetAwaiter().GetResult(), "{approval}", "Approvals that wait for somebody.");
    }

    /// <summary>Counts what attempts came to.</summary>
    internal void Finished(string application, IEnumerable<Verdict> verdicts, int conflicts)
    {
        var name = KeyValuePair.Create(Telemetry.ApplicationTag, (object?)application);
        foreach (var verdict in verdicts.GroupBy(verdict => verdict))
            _attempts.Add(verdict.Count(), name, KeyValuePair.Create(Telemetry.VerdictTag, (object?)JsonNamingPolicy.CamelCase.ConvertName(verdict.Key.ToString())));
        if (conflicts > 0)
            _conflicts.Add(conflicts, name);
    }

    private static async ValueTask<IEnumerable<Measurement<long>>> OpenAsync(Session session) => await session.ListAsync(
        "select a.name, (select count(*) from transactions t where t.application_id = a.id and t.finished is null) from applications a",
        row => new Measurement<long>(row.GetInt64(1), KeyValuePair.Create(Telemetry.ApplicationTag, (object?)row.GetString(0))));

    private static async ValueTask<long> PendingAsync(Session session) =>
        await session.FirstAsync("select count(*) from approvals where state = 'pending'", row => row.GetInt64(0));
}
