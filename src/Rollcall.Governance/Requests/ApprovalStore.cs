using System.Data.Common;
using Rollcall.Data;

namespace Rollcall.Governance.Requests;

/// <summary>Approvals in the database.</summary>
internal static class ApprovalStore
{
    public const string Columns = "id, item_id, request_id, step, role, approver_id, state";

    /// <summary>An approval; null if there is none.</summary>
    public static ValueTask<Approval?> FindAsync(Session session, long id) => session.FirstAsync($"select {Columns} from approvals where id = $1", Map, id);

    /// <summary>Those of a request that are to be decided: all, or those of an approver.</summary>
    public static async ValueTask<List<long>> PendingOfAsync(Session session, long requestId, long? approverId) => approverId is { } approver
        ? await session.ListAsync("select id from approvals where request_id = $1 and state = 'pending' and approver_id = $2 order by id", row => row.GetInt64(0), requestId, approver)
        : await session.ListAsync("select id from approvals where request_id = $1 and state = 'pending' order by id", row => row.GetInt64(0), requestId);

    /// <summary>Writes the decisions that an item takes: the first is to be decided, the others wait.</summary>
    public static async ValueTask CreateAsync(WriteSession session, long requestId, long itemId, IReadOnlyList<ApprovalStep> steps)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            await session.ExecuteAsync(
                "insert into approvals (item_id, request_id, step, role, approver_id, state, note, created) values ($1, $2, $3, $4, $5, $6, $7, $8)",
                itemId, requestId, i + 1, steps[i].Role, steps[i].ApproverId, i == 0 ? ApprovalStates.Pending : ApprovalStates.Waiting, steps[i].Note, session.Now);
        }
    }

    /// <summary>Ends the decisions that an item would still take.</summary>
    public static async ValueTask CancelOfItemAsync(WriteSession session, long itemId) =>
        await session.ExecuteAsync("update approvals set state = 'cancelled', decided = $2 where item_id = $1 and state in ('waiting', 'pending')", itemId, session.Now);

    public static Approval Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt32(3), row.GetString(4), row.Number(5), row.GetString(6));
}
