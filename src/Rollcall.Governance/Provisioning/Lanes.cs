using Rollcall.Data;

namespace Rollcall.Governance.Provisioning;

/// <summary>The right to work on a lane, until another takes it.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="ApplicationId">Its application.</param>
/// <param name="Fence">Which lease of the lane it is: what a later one has overtaken may write nothing.</param>
internal sealed record LaneLease(string Lane, long ApplicationId, long Fence);

/// <summary>Another took the lane, since this one did not keep it: whoever worked on it stops and writes nothing.</summary>
internal sealed class LaneLostException() : Exception("Another worker has taken the lane.");

/// <summary>
/// Lanes in the database: which of them there is something to do in, and who does it. At most one worker at a time has a
/// lane, on any number of nodes.
/// </summary>
internal static class Lanes
{
    /// <summary>How long a lease lasts unless it is kept. A crashed worker's lane is taken up after that.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    /// <summary>Notes that there is something to do in a lane at a time, or later; null for not yet.</summary>
    public static async ValueTask CallAsync(WriteSession session, string lane, long applicationId, long? due) =>
        await session.ExecuteAsync(
            """
            insert into lanes (lane, application_id, due, fence, leased_until) values ($1, $2, $3, 0, 0)
            on conflict (lane) do update set due = case when lanes.due < excluded.due then lanes.due else coalesce(excluded.due, lanes.due) end
            """,
            lane, applicationId, due);

    /// <summary>Takes lanes in which there is something to do now.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="count">The most to take.</param>
    public static async ValueTask<List<LaneLease>> TakeAsync(WriteSession session, int count)
    {
        var due = await session.ListAsync(
            $"select lane, application_id, fence from lanes where due is not null and due <= $1 and leased_until <= $1 order by due limit $2 {session.Dialect.ForUpdate}",
            row => new LaneLease(row.GetString(0), row.GetInt64(1), row.GetInt64(2) + 1), session.Now, count);
        foreach (var lane in due)
            await session.ExecuteAsync("update lanes set fence = $2, leased_until = $3 where lane = $1", lane.Lane, lane.Fence, Until(session));
        return due;
    }

    /// <summary>Whether there is something to do now.</summary>
    public static async ValueTask<bool> IsAnyDueAsync(Session session) =>
        await session.FirstAsync("select 1 from lanes where due is not null and due <= $1 and leased_until <= $1 limit 1", _ => true, session.Now);

    /// <summary>Keeps a lane for as long again.</summary>
    /// <exception cref="LaneLostException">Another has it.</exception>
    public static async ValueTask KeepAsync(WriteSession session, LaneLease lease)
    {
        if (await session.ExecuteAsync("update lanes set leased_until = $3 where lane = $1 and fence = $2", lease.Lane, lease.Fence, Until(session)) == 0)
            throw new LaneLostException();
    }

    /// <summary>Gives a lane back. It is due when the first of its open transactions is that waits for no other.</summary>
    /// <exception cref="LaneLostException">Another has it.</exception>
    public static async ValueTask ReleaseAsync(WriteSession session, LaneLease lease)
    {
        var released = await session.ExecuteAsync(
            """
            update lanes set leased_until = 0, due = (select min(t.due) from transactions t where t.lane = $1 and t.finished is null and t.waits_for is null)
            where lane = $1 and fence = $2
            """,
            lease.Lane, lease.Fence);
        if (released == 0)
            throw new LaneLostException();
    }

    /// <summary>Makes sure that nobody works in a lane until the transaction ends, nor goes on with what was begun in it.</summary>
    /// <returns>False if somebody has it.</returns>
    public static async ValueTask<bool> InterruptAsync(WriteSession session, string lane) =>
        await session.ExecuteAsync("update lanes set fence = fence + 1 where lane = $1 and leased_until <= $2", lane, session.Now) > 0;

    /// <summary>Ends all leases: for the only process that works on a database, when it starts.</summary>
    public static async ValueTask FreeAllAsync(WriteSession session) =>
        await session.ExecuteAsync("update lanes set leased_until = 0, due = coalesce(due, $1) where leased_until > 0", session.Now);

    private static long Until(Session session) => session.Now + (long)Lease.TotalMicroseconds;
}
