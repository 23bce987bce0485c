using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Requests;

namespace Rollcall.Governance.Api;

/// <param name="Id">The entitlement's id.</param>
/// <param name="Title">Its title; absent where it is not there any more.</param>
internal sealed record RequestedEntitlementView(long Id, string? Title);

/// <param name="Id">The transaction's id.</param>
/// <param name="Operation">What it is to bring about.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Attempts">How many attempts there were.</param>
/// <param name="Message">What there is to say of it.</param>
internal sealed record RequestTransactionView(long Id, string Operation, string State, int Attempts, string? Message);

/// <param name="Id">The item's id.</param>
/// <param name="Identity">The id of whom it is for.</param>
/// <param name="Entitlement">What it is about.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Message">What there is to say of it.</param>
/// <param name="Approvals">The decisions that it takes, in order.</param>
/// <param name="Transaction">The transaction that carries it out.</param>
internal sealed record RequestItemView(
    long Id, string Identity, RequestedEntitlementView Entitlement, string State, string? Message, IReadOnlyList<ApprovalView> Approvals, RequestTransactionView? Transaction);

/// <summary>An access request as lists show it.</summary>
internal record RequestView(
    long Id, string State, string Operation, string? Application, string? Requester, string Reason, DateTimeOffset? UntilAt, long ItemCount,
    DateTimeOffset CreatedAt, DateTimeOffset? ClosedAt);

/// <summary>A request with its items.</summary>
internal sealed record RequestDetails : RequestView
{
    private RequestDetails(RequestView request) : base(request)
    {
    }

    /// <summary>The items, in the order in which they were asked for.</summary>
    public required IReadOnlyList<RequestItemView> Items { get; init; }

    public static async ValueTask<RequestDetails> ReadAsync(Session session, AccessRequest request)
    {
        var view = (await RequestQueries.FindAsync(session, request.Id))!;
        var approvals = (await ApprovalQueries.OfRequestAsync(session, request.Id)).ToLookup(approval => approval.ItemId);
        var transactions = await session.ListAsync(
            """
            select t.id, t.operation, t.state, t.attempts, t.message from transactions t
            where t.id in (select transaction_id from request_items where request_id = $1 and transaction_id is not null)
            """,
            row => new RequestTransactionView(row.GetInt64(0), Camel(row.GetString(1)), Camel(row.GetString(2)), row.GetInt32(3), row.Text(4)), request.Id);
        var byId = transactions.ToDictionary(transaction => transaction.Id);
        return new RequestDetails(view)
        {
            Items = await session.ListAsync(
                """
                select i.id, p.public_id, i.entitlement_id, e.title, i.state, i.message, i.transaction_id
                from request_items i join identities p on p.id = i.identity_id left join entitlements e on e.id = i.entitlement_id
                where i.request_id = $1 order by i.id
                """,
                row => new RequestItemView(
                    row.GetInt64(0), row.GetString(1), new RequestedEntitlementView(row.GetInt64(2), row.Text(3)), row.GetString(4), row.Text(5),
                    [.. approvals[row.GetInt64(0)]], row.Number(6) is { } id ? byId.GetValueOrDefault(id) : null), request.Id),
        };
    }

    private static string Camel(string word) => char.ToLowerInvariant(word[0]) + word[1..];
}

/// <summary>Reads requests as they are shown.</summary>
internal static class RequestQueries
{
    private const string Select =
        """
        select r.id, r.state, r.operation, a.name, p.public_id, r.reason, r.ends, (select count(*) from request_items i where i.request_id = r.id), r.created, r.closed
        from requests r left join applications a on a.id = r.application_id left join identities p on p.id = r.requester_id
        """;

    /// <summary>One of them; null if there is none.</summary>
    public static ValueTask<RequestView?> FindAsync(Session session, long id) => session.FirstAsync($"{Select} where r.id = $1", Map, id);

    /// <summary>A page, newest first.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="before">The last request of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<RequestView>> PageAsync(Session session, RequestFilter filter, long? before, int count)
    {
        var conditions = new Conditions().AddEqual("r.state", filter.State).AddEqual("r.requester_id", filter.RequesterId);
        if (before is not null)
            conditions.Add($"r.id < {conditions.Value(before)}");
        if (filter.IdentityId is { } identity)
            conditions.Add($"r.id in (select request_id from request_items where identity_id = {conditions.Value(identity)})");
        if (filter.VisibleTo is { } person)
            conditions.Add($"r.id in ({VisibleTo(conditions.Value(person))})");
        return session.ListAsync($"{Select} {conditions.Where} order by r.id desc limit {conditions.Value(count)}", Map, conditions.Arguments);
    }

    /// <summary>Whether an identity sees a request: it made it, it is for it, or it decides on some of it.</summary>
    public static async ValueTask<bool> IsVisibleAsync(Session session, long id, long identityId) =>
        await session.FirstAsync($"select 1 where $2 in ({VisibleTo("$1")})", _ => true, identityId, id);

    private static string VisibleTo(string person) =>
        $"""
        select id from requests where requester_id = {person} union select request_id from request_items where identity_id = {person}
        union select request_id from approvals where approver_id = {person}
        """;

    private static RequestView Map(System.Data.Common.DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.Text(3), row.Text(4) ?? Actor.Administrator, row.GetString(5), DatabaseTime.ToTime(row.Number(6)),
        row.GetInt64(7), DatabaseTime.ToTime(row.GetInt64(8)), DatabaseTime.ToTime(row.Number(9)));
}

/// <summary>Which requests are asked for; what is null does not count.</summary>
/// <param name="State">One of <see cref="RequestStates"/>.</param>
/// <param name="IdentityId">Some of it is for this identity.</param>
/// <param name="RequesterId">This identity made it.</param>
/// <param name="VisibleTo">This identity sees it.</param>
internal sealed record RequestFilter(string? State, long? IdentityId, long? RequesterId, long? VisibleTo);
