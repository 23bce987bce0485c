using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;
using Rollcall.Governance.Provisioning;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Requests;

/// <summary>Takes back what was requested, as far as nothing of it was sent.</summary>
internal static class Cancellation
{
    private const string TooLate = "It is being carried out and could not be taken back.";

    /// <summary>Takes back what is open of a request that is locked.</summary>
    /// <exception cref="ApiException">409: nothing of it is open, or all that is open is being sent.</exception>
    public static async ValueTask CancelAsync(WriteSession session, ChangeSeries changes, AccessRequest request)
    {
        if (request.Closed is not null)
            throw ApiException.Conflict($"The request is closed already: it is {request.State}. To undo what it did, make another one.");
        var open = (await RequestStore.ItemsAsync(session, request.Id)).Where(IsOpen).ToList();
        var cancelled = 0;
        foreach (var item in open)
            cancelled += await CancelItemAsync(session, request.Operation, item, "It was taken back.") ? 1 : 0;
        if (cancelled == 0)
            throw ApiException.Conflict("All of the request that is open is being carried out and can't be taken back. Wait for its end, then make another request.");
        await AuditLog.WriteAsync(session, changes.Next(), "request.cancel", new AuditedResource("request", $"{request.Id}"), new { cancelled, left = open.Count - cancelled });
        await RequestProgress.AdvanceAsync(session, changes.Next(), request.Id);
    }

    /// <summary>Takes back what is open for an identity that left; removals that are on their way go on.</summary>
    public static async ValueTask CancelItemsOfAsync(WriteSession session, ChangeSeries changes, Identity identity)
    {
        var requests = await session.ListAsync(
            "select distinct request_id from request_items where identity_id = $1 and state in ('pending', 'provisioning') order by request_id", row => row.GetInt64(0), identity.Id);
        foreach (var id in requests)
        {
            var request = (await RequestStore.LockAsync(session, id))!;
            foreach (var item in (await RequestStore.ItemsAsync(session, id)).Where(item => item.IdentityId == identity.Id && IsOpen(item)))
            {
                if (request.Operation == RequestOperation.Add || item.State == RequestStates.Pending)
                    await CancelItemAsync(session, request.Operation, item, $"{identity.PublicId} became inactive.");
            }
            await RequestProgress.AdvanceAsync(session, changes.Next(), id);
        }
    }

    private static bool IsOpen(RequestItem item) => item.State is RequestStates.Pending or RequestStates.Provisioning;

    private static async ValueTask<bool> CancelItemAsync(WriteSession session, RequestOperation operation, RequestItem item, string message)
    {
        if (item.State == RequestStates.Pending)
            await ApprovalStore.CancelOfItemAsync(session, item.Id);
        else if (await CancelTransactionAsync(session, item.TransactionId!.Value, message))
            await Assignments.UndoAsync(session, item, operation);
        else
        {
            await RequestStore.SetItemAsync(session, item.Id, item.State, TooLate);
            return false;
        }
        await RequestStore.SetItemAsync(session, item.Id, RequestStates.Cancelled, message);
        return true;
    }

    // With the last membership that needs it, the account is not needed either.
    private static async ValueTask<bool> CancelTransactionAsync(WriteSession session, long id, string message)
    {
        var waitedFor = (await TransactionStore.FindAsync(session, id))!.WaitsFor;
        if (!await TransactionStore.CancelAsync(session, id, message))
            return false;
        if (waitedFor is { } account
            && !await session.FirstAsync("select 1 from transactions where waits_for = $1 and finished is null", _ => true, account))
            await TransactionStore.CancelAsync(session, account, message);
        return true;
    }
}
