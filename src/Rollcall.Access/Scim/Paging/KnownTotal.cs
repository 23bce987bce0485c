using Rollcall.Data;

namespace Rollcall.Access.Scim.Paging;

/// <summary>
/// How many resources matched when they were counted, and the state of the data then. As long as nothing has changed
/// since, the pages of a walk need not count again.
/// </summary>
/// <param name="Total">How many matched.</param>
/// <param name="State">What <see cref="StateAsync"/> said in the same transaction.</param>
internal readonly record struct KnownTotal(long Total, long State)
{
    /// <summary>A number that grows with every change of any resource: that of the change feed's newest row.</summary>
    public static ValueTask<long> StateAsync(Session session) =>
        session.FirstAsync("select coalesce(max(seq), 0) from changes", row => row.GetInt64(0));
}
