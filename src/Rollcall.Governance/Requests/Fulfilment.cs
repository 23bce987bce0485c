using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;
using Rollcall.Governance.Provisioning;

namespace Rollcall.Governance.Requests;

/// <summary>Carries out what was approved: what was decided is written down, and what it takes is planned.</summary>
internal static class Fulfilment
{
    /// <summary>
    /// The last decision on an item was made. Between request and approval the entitlement may have vanished, the person may
    /// have left, the end may have passed: then the item fails and says so.
    /// </summary>
    public static async ValueTask CarryOutAsync(WriteSession session, ChangeSeries changes, AccessRequest request, RequestItem item)
    {
        var gone = await session.FirstAsync("select gone is not null from entitlements where id = $1", row => (bool?)row.GetBoolean(0), item.EntitlementId) ?? true;
        var isAdd = request.Operation == RequestOperation.Add;
        if (isAdd && await HindranceAsync(session, request, item, gone) is { } hindrance)
        {
            await RequestStore.SetItemAsync(session, item.Id, RequestStates.Failed, hindrance);
            return;
        }
        await Assignments.DecideAsync(session, item, isAdd, request.Ends);
        if (gone)
        {
            await RequestStore.SetItemAsync(session, item.Id, RequestStates.Completed, "The entitlement is gone from the application: there was nothing left to remove it from.");
            return;
        }
        var transaction = await ProvisioningPlan.MembershipAsync(
            session, changes.Last, request.ApplicationId, item.IdentityId, item.EntitlementId, isAdd, Causes.Request, item.Id);
        await session.ExecuteAsync("update request_items set state = $2, message = null, transaction_id = $3 where id = $1", item.Id, RequestStates.Provisioning, transaction);
    }

    private static async ValueTask<string?> HindranceAsync(Session session, AccessRequest request, RequestItem item, bool isGone)
    {
        if (isGone)
            return "The entitlement vanished from the application between request and approval.";
        if (await IdentityStore.FindAsync(session, item.IdentityId) is not { Active: true })
            return "The identity became inactive between request and approval.";
        return request.Ends <= session.Now ? "The end date passed before the approval." : null;
    }
}
