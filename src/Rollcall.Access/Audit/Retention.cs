using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Access.Scim;
using Rollcall.Data;

namespace Rollcall.Access.Audit;

/// <summary>
/// Deletes what is older than it has to be kept: rows of the audit log and of the change feed. The histories of Users,
/// lists and memberships are evidence of past access and stay. It deletes a few rows at a time with pauses, so that no other
/// write waits for more than a few milliseconds.
/// </summary>
/// <param name="database">Where to delete.</param>
/// <param name="clock">What age is told by.</param>
/// <param name="audit">How long rows of the audit log are kept.</param>
/// <param name="changes">How long rows of the change feed are kept.</param>
/// <param name="logger">Where it tells what it deleted.</param>
internal sealed partial class Retention(Database database, TimeProvider clock, TimeSpan audit, TimeSpan changes, ILogger<Retention> logger) : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How long it lets others write after each step.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How many rows it deletes in one step.</summary>
    public const int Step = 250;

    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(1);

    /// <summary>Deletes what is too old now.</summary>
    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        var now = ScimTime.Of(clock.GetUtcNow());
        var rows = await DeleteAsync(session => DeleteAuditAsync(session, now - Microseconds(audit)), cancellationToken);
        var items = await DeleteAsync(session => DeleteChangesAsync(session, now - Microseconds(changes)), cancellationToken);
        if (rows > 0 || items > 0)
            Log.Deleted(logger, rows, items);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = AfterStart;
        while (true)
        {
            await Task.Delay(pause, clock, stoppingToken);
            pause = Interval;
            try
            {
                await PruneAsync(stoppingToken);
            }
            catch (DatabaseUnavailableException)
            {
                // There is another time.
            }
        }
    }

    private async Task<long> DeleteAsync(Func<WriteSession, ValueTask<int>> step, CancellationToken cancellationToken)
    {
        long all = 0;
        while (true)
        {
            var deleted = await database.WriteAsync(step);
            all += deleted;
            if (deleted == 0)
                return all;
            await Task.Delay(Pause, clock, cancellationToken);
        }
    }

    // The newest row of either table stays, whatever its age: the next one takes the number after it.
    private static async ValueTask<int> DeleteAuditAsync(WriteSession session, long before)
    {
        var deleted = await session.ExecuteAsync(
            "delete from audit where id in (select id from audit where at < $1 and id < (select max(id) from audit) order by at limit $2)", before, Step);
        if (deleted > 0)
            await session.ExecuteAsync("update pruned set audit = $1", before);
        return deleted;
    }

    private static async ValueTask<int> DeleteChangesAsync(WriteSession session, long before)
    {
        var oldest = await session.ListAsync("select seq, at, request_id from changes order by seq limit $1",
            row => (Seq: row.GetInt64(0), At: row.GetInt64(1), RequestId: row.GetString(2)), Step + 1);
        var old = oldest.SkipLast(1).TakeWhile(row => row.At < before).Count();
        // What one request did goes together, unless it is more than a step.
        var whole = old;
        while (whole > 0 && oldest[whole].RequestId == oldest[whole - 1].RequestId)
            whole--;
        if (whole > 0 || old < Step)
            old = whole;
        if (old == 0)
            return 0;
        await session.ExecuteAsync("delete from changes where seq <= $1", oldest[old - 1].Seq);
        await session.ExecuteAsync("update pruned set changes = $1", oldest[old - 1].Seq);
        return old;
    }

    private static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Deleted by age: {Rows} rows of the audit log, {Items} of the change feed")]
        public static partial void Deleted(ILogger logger, long rows, long items);
    }
}
