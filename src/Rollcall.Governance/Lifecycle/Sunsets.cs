using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Provisioning;
using Rollcall.Governance.Requests;

namespace Rollcall.Governance.Lifecycle;

/// <summary>
/// Takes away again what was given until a date. It looks when the next one is due, and each minute: what was decided
/// meanwhile may be due sooner.
/// </summary>
/// <param name="database">Where assignments are.</param>
/// <param name="provisioner">Woken when something was planned.</param>
/// <param name="clock">What time it is told by.</param>
/// <param name="logger">Where it tells what it ended.</param>
internal sealed partial class Sunsets(Database database, Provisioner provisioner, TimeProvider clock, ILogger<Sunsets> logger) : BackgroundService
{
    /// <summary>How often it looks at least.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>How many assignments it ends in one transaction.</summary>
    public const int Step = 50;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);

    /// <summary>Ends what is due.</summary>
    /// <returns>How many assignments ended.</returns>
    public async Task<int> EndDueAsync(CancellationToken cancellationToken)
    {
        var all = 0;
        for (var ended = Step; ended == Step; all += ended)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var change = Change.OfTheSystem(clock);
            ended = await database.WriteAsync(session => EndAsync(session, new ChangeSeries(change)), change.Key);
            if (ended > 0)
                provisioner.Wake();
        }
        if (all > 0)
            Log.Ended(logger, all);
        return all;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var pause = Interval;
            try
            {
                await EndDueAsync(stoppingToken);
                pause = await PauseAsync();
            }
            catch (DatabaseUnavailableException)
            {
                // There is another time.
            }
            await Task.Delay(pause, clock, stoppingToken);
        }
    }

    private async Task<TimeSpan> PauseAsync()
    {
        var next = await database.ReadOneAsync(session => session.FirstAsync(
            "select ends from assignments where ends is not null order by ends limit 1", row => (long?)row.GetInt64(0)));
        if (next is not { } ends)
            return Interval;
        var left = DatabaseTime.ToTime(ends) - clock.GetUtcNow();
        return left < ShortestPause ? ShortestPause : left < Interval ? left : Interval;
    }

    private static async ValueTask<int> EndAsync(WriteSession session, ChangeSeries changes)
    {
        var due = await session.ListAsync(
            $"select identity_id, entitlement_id from assignments where ends <= $1 order by ends limit $2 {session.Dialect.ForUpdate}",
            row => (IdentityId: row.GetInt64(0), EntitlementId: row.GetInt64(1)), session.Now, Step);
        foreach (var (identityId, entitlementId) in due)
        {
            await Assignments.DeleteAsync(session, identityId, entitlementId);
            var (identity, entitlement, applicationId, isGone) = await session.FirstAsync(
                """
                select p.public_id, e.title, e.application_id, e.gone is not null from identities p join entitlements e on e.id = $2 where p.id = $1
                """, row => (row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetBoolean(3)), identityId, entitlementId);
            await AuditLog.WriteAsync(session, changes.Next(), "assignment.end", new AuditedResource("entitlement", $"{entitlementId}", entitlement), new { identity, cause = Causes.Sunset });
            if (!isGone)
                await ProvisioningPlan.MembershipAsync(session, changes.Last, applicationId, identityId, entitlementId, isMember: false, Causes.Sunset);
        }
        return due.Count;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Ended by date: {Count} assignments")]
        public static partial void Ended(ILogger logger, int count);
    }
}
