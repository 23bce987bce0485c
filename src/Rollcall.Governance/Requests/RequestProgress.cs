using Rollcall.Data;
using Rollcall.Governance.Audit;

namespace Rollcall.Governance.Requests;

/// <summary>The states of an access request and of its items. An item is one identity and one entitlement of a request.</summary>
public static class RequestStates
{
    /// <summary>Somebody has yet to approve.</summary>
    public const string Pending = "pending";

    /// <summary>It is approved and being carried out.</summary>
    public const string Provisioning = "provisioning";

    /// <summary>It is carried out; of a request: all of it that was not denied.</summary>
    public const string Completed = "completed";

    /// <summary>Of a request: some items were carried out, others failed.</summary>
    public const string PartiallyCompleted = "partiallyCompleted";

    /// <summary>It could not be carried out.</summary>
    public const string Failed = "failed";

    /// <summary>An approver denied it.</summary>
    public const string Denied = "denied";

    /// <summary>It was taken back.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Pending, Provisioning, Completed, PartiallyCompleted, Failed, Denied, Cancelled];
}

/// <summary>Brings requests forward when something of them is settled.</summary>
public static class RequestProgress
{
    /// <summary>Transactions of items have ended: notes what came of them, and closes each request with its last open item.</summary>
    /// <param name="session">The transaction of what ended.</param>
    /// <param name="change">On whose behalf.</param>
    /// <param name="items">The items.</param>
    public static async ValueTask SettleAsync(WriteSession session, Change change, IReadOnlyCollection<SettledItem> items)
    {
        var requests = new SortedSet<long>();
        foreach (var (id, state, message) in items)
        {
            requests.Add(await session.FirstAsync(
                "update request_items set state = $2, message = $3 where id = $1 returning request_id", row => row.GetInt64(0), id, state, message));
        }
        foreach (var requestId in requests)
        {
            await AdvanceAsync(session, change, requestId);
            change = change.Next();
        }
    }

    /// <summary>An item that failed is carried out again, and its request is open again.</summary>
    public static async ValueTask ReopenAsync(WriteSession session, long itemId)
    {
        var requestId = await session.FirstAsync("update request_items set state = $2, message = null where id = $1 returning request_id",
            row => row.GetInt64(0), itemId, RequestStates.Provisioning);
        await session.ExecuteAsync("update requests set state = $2, closed = null where id = $1", requestId, RequestStates.Provisioning);
    }

    /// <summary>Something of a request has changed: notes how far the whole of it is, and closes it with its last open item.</summary>
    /// <param name="session">The transaction of the change.</param>
    /// <param name="change">On whose behalf; its number is taken by the audit row of the end.</param>
    /// <param name="requestId">The request.</param>
    internal static async ValueTask AdvanceAsync(WriteSession session, Change change, long requestId)
    {
        var states = await session.ListAsync("select distinct state from request_items where request_id = $1", row => row.GetString(0), requestId);
        if (StateOf(states) is not { } whole)
        {
            await session.ExecuteAsync("update requests set state = $2 where id = $1 and state <> $2", requestId,
                states.Contains(RequestStates.Pending) ? RequestStates.Pending : RequestStates.Provisioning);
            return;
        }
        await session.ExecuteAsync("update requests set state = $2, closed = $3 where id = $1", requestId, whole, session.Now);
        await AuditLog.WriteAsync(session, change, $"request.{whole}", new AuditedResource("request", $"{requestId}"));
    }

    /// <summary>The state of a request whose items have these states; null while one is open.</summary>
    public static string? StateOf(IReadOnlyCollection<string> states)
    {
        if (states.Contains(RequestStates.Pending) || states.Contains(RequestStates.Provisioning))
            return null;
        return (states.Contains(RequestStates.Completed), states.Contains(RequestStates.Failed)) switch
        {
            (true, true) => RequestStates.PartiallyCompleted,
            (true, false) => RequestStates.Completed,
            (false, true) => RequestStates.Failed,
            _ => states.Contains(RequestStates.Denied) ? RequestStates.Denied : RequestStates.Cancelled,
        };
    }
}

/// <summary>What came of an item of a request.</summary>
/// <param name="ItemId">The item.</param>
/// <param name="State">One of <see cref="RequestStates"/>.</param>
/// <param name="Message">What there is to say of it, or null.</param>
public sealed record SettledItem(long ItemId, string State, string? Message);
