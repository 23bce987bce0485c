using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Requests;

namespace Rollcall.Governance.Api;

/// <summary>An approval as the API shows it.</summary>
/// <param name="Id">The id.</param>
/// <param name="RequestId">The request.</param>
/// <param name="ItemId">The item.</param>
/// <param name="State">How far it is.</param>
/// <param name="Step">Its place among the item's decisions, from 1.</param>
/// <param name="Role">As what it is decided: owner or manager.</param>
/// <param name="Approver">The id of who decides; "administrator" where an administrator does.</param>
/// <param name="DelegatedBy">The id of who handed it on.</param>
/// <param name="Note">Why it is with the approver, where one would expect somebody else.</param>
/// <param name="Comment">What the approver said.</param>
/// <param name="DecidedBy">Who decided.</param>
/// <param name="Operation">What the request asks for.</param>
/// <param name="Application">On which application.</param>
/// <param name="Entitlement">What it is about.</param>
/// <param name="Identity">The id of whom it is for.</param>
/// <param name="Requester">Who asks.</param>
/// <param name="Reason">Why.</param>
/// <param name="UntilAt">Until when.</param>
/// <param name="CreatedAt">When it was asked.</param>
/// <param name="DecidedAt">When it was decided.</param>
internal sealed record ApprovalView(
    long Id, long RequestId, long ItemId, string State, int Step, string Role, string Approver, string? DelegatedBy, string? Note, string? Comment, string? DecidedBy,
    string Operation, string? Application, RequestedEntitlementView Entitlement, string Identity, string Requester, string Reason, DateTimeOffset? UntilAt,
    DateTimeOffset CreatedAt, DateTimeOffset? DecidedAt);

/// <summary>Reads approvals as they are shown.</summary>
internal static class ApprovalQueries
{
    private const string Select =
        """
        select a.id, a.request_id, a.item_id, a.state, a.step, a.role, ap.public_id, de.public_id, a.note, a.comment, a.actor, r.operation, n.name,
        i.entitlement_id, e.title, fo.public_id, rq.public_id, r.reason, r.ends, a.created, a.decided
        from approvals a join request_items i on i.id = a.item_id join requests r on r.id = a.request_id join identities fo on fo.id = i.identity_id
        left join entitlements e on e.id = i.entitlement_id left join applications n on n.id = r.application_id
        left join identities ap on ap.id = a.approver_id left join identities de on de.id = a.delegated_by left join identities rq on rq.id = r.requester_id
        """;

    /// <summary>One of them; null if there is none.</summary>
    public static ValueTask<ApprovalView?> FindAsync(Session session, long id) => session.FirstAsync($"{Select} where a.id = $1", Map, id);

    /// <summary>Those of a request, in the order of their items and steps.</summary>
    public static ValueTask<List<ApprovalView>> OfRequestAsync(Session session, long requestId) =>
        session.ListAsync($"{Select} where a.request_id = $1 order by a.item_id, a.step", Map, requestId);

    /// <summary>A page, oldest first: who waits longest comes first.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="state">One of <see cref="ApprovalStates"/>; null for all.</param>
    /// <param name="approverId">Whose; null for all.</param>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<ApprovalView>> PageAsync(Session session, string? state, long? approverId, long? after, int count)
    {
        var conditions = new Conditions().AddEqual("a.approver_id", approverId).AddEqual("a.state", state);
        if (after is not null)
            conditions.Add($"a.id > {conditions.Value(after)}");
        return session.ListAsync($"{Select} {conditions.Where} order by a.id limit {conditions.Value(count)}", Map, conditions.Arguments);
    }

    private static ApprovalView Map(System.Data.Common.DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetInt32(4), row.GetString(5), row.Text(6) ?? Actor.Administrator, row.Text(7), row.Text(8), row.Text(9),
        row.Text(10) is { } actor ? Actor.Parse(actor) is var by ? by.Identity ?? by.User : null : null,
        row.GetString(11), row.Text(12), new RequestedEntitlementView(row.GetInt64(13), row.Text(14)), row.GetString(15), row.Text(16) ?? Actor.Administrator, row.GetString(17),
        DatabaseTime.ToTime(row.Number(18)), DatabaseTime.ToTime(row.GetInt64(19)), DatabaseTime.ToTime(row.Number(20)));
}
