using System.Data.Common;
using Rollcall.Data;
using Rollcall.Governance.Audit;

namespace Rollcall.Governance.Requests;

/// <summary>Access requests and their items in the database.</summary>
internal static class RequestStore
{
    public const string Columns = "r.id, r.operation, r.application_id, r.requester_id, r.actor, r.reason, r.ends, r.state, r.created, r.closed";

    private const string ItemColumns = "id, request_id, identity_id, entitlement_id, state, message, transaction_id";

    /// <summary>A request; null if there is none.</summary>
    public static ValueTask<AccessRequest?> FindAsync(Session session, long id) => session.FirstAsync($"select {Columns} from requests r where r.id = $1", Map, id);

    /// <summary>
    /// Locks a request until the transaction ends: whatever changes it, its items or its approvals does so first, so that of two
    /// who decide at once the second finds what the first did.
    /// </summary>
    /// <returns>Null if there is none.</returns>
    public static ValueTask<AccessRequest?> LockAsync(WriteSession session, long id) =>
        session.FirstAsync($"select {Columns} from requests r where r.id = $1 {session.Dialect.ForUpdate}", Map, id);

    /// <summary>An item that there is.</summary>
    public static async ValueTask<RequestItem> ItemAsync(Session session, long id) =>
        (await session.FirstAsync($"select {ItemColumns} from request_items where id = $1", MapItem, id))!;

    /// <summary>The items of a request, in the order in which they were asked for.</summary>
    public static ValueTask<List<RequestItem>> ItemsAsync(Session session, long requestId) =>
        session.ListAsync($"select {ItemColumns} from request_items where request_id = $1 order by id", MapItem, requestId);

    /// <summary>Writes a request, pending.</summary>
    /// <returns>Its id.</returns>
    public static ValueTask<long> CreateAsync(WriteSession session, Change change, RequestOperation operation, long applicationId, long? requesterId, string reason, long? ends) =>
        session.FirstAsync(
            "insert into requests (operation, application_id, requester_id, actor, reason, ends, state, created) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
            row => row.GetInt64(0), Word(operation), applicationId, requesterId, change.Actor.ToJson(), reason, ends, RequestStates.Pending, session.Now);

    /// <summary>Writes an item.</summary>
    /// <returns>Its id.</returns>
    public static ValueTask<long> AddItemAsync(WriteSession session, long requestId, long identityId, long entitlementId, string state, string? message) =>
        session.FirstAsync(
            "insert into request_items (request_id, identity_id, entitlement_id, state, message) values ($1, $2, $3, $4, $5) returning id",
            row => row.GetInt64(0), requestId, identityId, entitlementId, state, message);

    /// <summary>Notes how far an item has come.</summary>
    public static async ValueTask SetItemAsync(WriteSession session, long itemId, string state, string? message) =>
        await session.ExecuteAsync("update request_items set state = $2, message = $3 where id = $1", itemId, state, message);

    /// <summary>An operation as the database and the API write it.</summary>
    public static string Word(RequestOperation operation) => operation == RequestOperation.Add ? "add" : "remove";

    public static AccessRequest Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1) == "add" ? RequestOperation.Add : RequestOperation.Remove, row.GetInt64(2), row.Number(3), Actor.Parse(row.GetString(4)),
        row.GetString(5), row.Number(6), row.GetString(7), row.GetInt64(8), row.Number(9));

    private static RequestItem MapItem(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetString(4), row.Text(5), row.Number(6));
}
