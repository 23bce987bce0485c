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
}

/// <summary>Brings requests forward when something of them is settled.</summary>
public static class RequestProgress
{
    /// <summary>An item's transaction has ended: notes what came of it, and closes the request with its last open item.</summary>
    /// <param name="session">The transaction of what ended.</param>
    /// <param name="change">On whose behalf.</param>
    /// <param name="itemId">The item.</param>
    /// <param name="state">One of <see cref="RequestStates"/>.</param>
    /// <param name="message">What there is to say of it, or null.</param>
    public static async ValueTask SettleItemAsync(WriteSession session, Change change, long itemId, string state, string? message)
    {
        await session.ExecuteAsync("update request_items set state = $2, message = $3 where id = $1", itemId, state, message);
        var requestId = await session.FirstAsync("select request_id from request_items where id = $1", row => row.GetInt64(0), itemId);
        var states = await session.ListAsync("select distinct state from request_items where request_id = $1", row => row.GetString(0), requestId);
        if (StateOf(states) is not { } whole)
            return;
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
