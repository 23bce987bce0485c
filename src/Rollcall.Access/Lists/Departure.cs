using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Data;

namespace Rollcall.Access.Lists;

/// <summary>
/// Ends all memberships of somebody who goes: a User that is deleted, a Group that its integration gives up. The lists
/// that had them get a new revision; all by set statements.
/// </summary>
internal static class Departure
{
    /// <summary>Ends the memberships in the lists of one integration.</summary>
    /// <param name="session">Where to write.</param>
    /// <param name="context">Who does it.</param>
    /// <param name="integrationId">Whose lists; 0 for those managed here.</param>
    /// <param name="kind">What goes.</param>
    /// <param name="memberId">Its internal id.</param>
    /// <param name="now">When; a list that changed since then gets a later time.</param>
    /// <returns>How many lists had it.</returns>
    public static async ValueTask<int> LeaveListsAsync(
        WriteSession session, ChangeContext context, long integrationId, MemberKind kind, long memberId, long now)
    {
        var lists = await session.ListAsync("select list_id from members where integration_id = $1 and kind = $2 and member_id = $3 order by list_id",
            row => row.GetInt64(0), integrationId, (int)kind, memberId);
        if (lists.Count == 0)
            return 0;
        var ids = JsonSerializer.Serialize(lists);
        await session.ExecuteAsync(
            """
            insert into member_history (integration_id, list_id, kind, member_id, from_revision, from_at, joined, expires, reason, added_by,
              to_revision, to_at, removed_by)
            select m.integration_id, m.list_id, m.kind, m.member_id, m.from_revision, m.from_at, m.joined, m.expires, m.reason, m.added_by,
              l.revision + 1, case when l.modified >= $1 then l.modified + 1 else $1 end, $2
            from members m join lists l on l.id = m.list_id
            where m.integration_id = $3 and m.kind = $4 and m.member_id = $5
            """,
            now, context.Actor.Name, integrationId, (int)kind, memberId);
        await session.ExecuteAsync(
            $"delete from members where integration_id = $1 and list_id in ({session.Dialect.NumberSet("$2")}) and kind = $3 and member_id = $4",
            integrationId, ids, (int)kind, memberId);
        await session.ExecuteAsync(
            $"""
             update lists set revision = revision + 1, member_count = member_count - 1,
               modified = case when modified >= $1 then modified + 1 else $1 end
             where id in ({session.Dialect.NumberSet("$2")})
             """,
            now, ids);
        await session.ExecuteAsync(
            $"""
             insert into changes (at, request_id, integration_id, resource_kind, resource_id, revision, action)
             select modified, $1, integration_id, {(int)ResourceKind.List}, id, revision, {(int)ChangeAction.Membership}
             from lists where id in ({session.Dialect.NumberSet("$2")})
             """,
            context.RequestId, ids);
        return lists.Count;
    }
}
