using System.Text.Json;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Requests;

/// <summary>That an identity is to hold an entitlement.</summary>
/// <param name="Since">Since when, in microseconds since 1970 in UTC.</param>
/// <param name="ItemId">The item of the request that decided it, or null.</param>
/// <param name="Ends">Until when; null for ever.</param>
public sealed record Assignment(long Since, long? ItemId = null, long? Ends = null);

/// <summary>
/// Assignments in the database: what was decided here. What carrying out an item takes the place of is kept with the item, so
/// that it can be put back.
/// </summary>
internal static class Assignments
{
    /// <summary>The assignment of an entitlement to an identity; null if there is none.</summary>
    public static ValueTask<Assignment?> FindAsync(Session session, long identityId, long entitlementId) => session.FirstAsync(
        "select item_id, since, ends from assignments where identity_id = $1 and entitlement_id = $2",
        row => new Assignment(row.GetInt64(1), row.Number(0), row.Number(2)), identityId, entitlementId);

    /// <summary>Carries the decision on an item out: there is an assignment, until its end, or there is none.</summary>
    public static async ValueTask DecideAsync(WriteSession session, RequestItem item, bool isAssigned, long? ends)
    {
        var current = await FindAsync(session, item.IdentityId, item.EntitlementId);
        if (current is not null)
            await session.ExecuteAsync("update request_items set replaced = $2 where id = $1", item.Id, JsonSerializer.Serialize(current, ApiJson.Options));
        if (isAssigned)
            await PutAsync(session, item.IdentityId, item.EntitlementId, new Assignment(current?.Since ?? session.Now, item.Id, ends));
        else
            await DeleteAsync(session, item.IdentityId, item.EntitlementId);
    }

    /// <summary>Puts back what the decision on an item took the place of.</summary>
    public static async ValueTask UndoAsync(WriteSession session, RequestItem item, RequestOperation operation)
    {
        // What somebody decided since stays.
        var current = await FindAsync(session, item.IdentityId, item.EntitlementId);
        if (operation == RequestOperation.Add ? current?.ItemId != item.Id : current is not null)
            return;
        if (await session.FirstAsync("select replaced from request_items where id = $1", row => row.Text(0), item.Id) is { } replaced)
            await PutAsync(session, item.IdentityId, item.EntitlementId, JsonSerializer.Deserialize<Assignment>(replaced, ApiJson.Options)!);
        else
            await DeleteAsync(session, item.IdentityId, item.EntitlementId);
    }

    /// <summary>Deletes an assignment.</summary>
    public static async ValueTask DeleteAsync(WriteSession session, long identityId, long entitlementId) =>
        await session.ExecuteAsync("delete from assignments where identity_id = $1 and entitlement_id = $2", identityId, entitlementId);

    private static async ValueTask PutAsync(WriteSession session, long identityId, long entitlementId, Assignment assignment) => await session.ExecuteAsync(
        """
        insert into assignments (identity_id, entitlement_id, item_id, since, ends) values ($1, $2, $3, $4, $5)
        on conflict (identity_id, entitlement_id) do update set item_id = excluded.item_id, since = excluded.since, ends = excluded.ends
        """, identityId, entitlementId, assignment.ItemId, assignment.Since, assignment.Ends);
}
