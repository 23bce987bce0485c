using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;
using Rollcall.Governance.Provisioning;
using Rollcall.Governance.Requests;

namespace Rollcall.Governance.Lifecycle;

/// <summary>What follows when an identity leaves, and when it comes back.</summary>
internal static class Leavers
{
    /// <summary>
    /// Ends what an identity has: its open requests are taken back, its entitlements removed, its accounts disabled or deleted as
    /// their application says, and what it was to approve goes to the next in line.
    /// </summary>
    /// <param name="session">The transaction in which it became inactive.</param>
    /// <param name="changes">Who did that.</param>
    /// <param name="identity">The identity, inactive.</param>
    public static async ValueTask LeaveAsync(WriteSession session, ChangeSeries changes, Identity identity)
    {
        // 1. What is on its way to it is stopped, as far as nothing was sent.
        await Cancellation.CancelItemsOfAsync(session, changes, identity);

        // 2. What it holds, account by account; then what it was given and no account is known to hold, which may be on its way.
        var removed = new HashSet<(long ApplicationId, long EntitlementId)>();
        var accounts = await AccountsAsync(session, identity);
        foreach (var account in accounts)
        {
            foreach (var entitlementId in await session.ListAsync(
                "select entitlement_id from account_entitlements where application_id = $1 and account_id = $2 order by entitlement_id", row => row.GetInt64(0), account.ApplicationId, account.Id))
            {
                removed.Add((account.ApplicationId, entitlementId));
                await TransactionStore.PlanAsync(session, changes.Last, new PlannedChange(account.ApplicationId, Operation.RemoveMember, Causes.Leaver)
                {
                    IdentityId = identity.Id, AccountId = account.Id, EntitlementId = entitlementId,
                });
            }
        }
        var onItsWay = await AccountsOnTheirWayAsync(session, identity);
        foreach (var assigned in await session.ListAsync(
            """
            select e.application_id, e.id from assignments s join entitlements e on e.id = s.entitlement_id
            where s.identity_id = $1 and e.gone is null order by e.id
            """, row => (row.GetInt64(0), row.GetInt64(1)), identity.Id))
        {
            if (removed.Contains(assigned) || !(accounts.Exists(account => account.ApplicationId == assigned.Item1) || onItsWay.Contains(assigned.Item1)))
                continue;
            await ProvisioningPlan.MembershipAsync(session, changes.Last, assigned.Item1, identity.Id, assigned.Item2, isMember: false, Causes.Leaver);
        }
        await session.ExecuteAsync("delete from assignments where identity_id = $1", identity.Id);

        // 3. The accounts themselves, and those that are being made.
        foreach (var account in accounts)
            await PlanEndAsync(session, changes.Last, identity, account.ApplicationId, account.Id);
        foreach (var applicationId in onItsWay)
            await PlanEndAsync(session, changes.Last, identity, applicationId, null);

        // 4. Somebody else decides what it was to decide.
        await ApprovalLine.PassOnAsync(session, changes, identity);
    }

    /// <summary>Lets the accounts of an identity that is back work again. Its entitlements don't come back: they are asked for anew.</summary>
    /// <param name="session">The transaction in which it became active.</param>
    /// <param name="changes">Who did that.</param>
    /// <param name="identity">The identity, active.</param>
    public static async ValueTask ReturnAsync(WriteSession session, ChangeSeries changes, Identity identity)
    {
        foreach (var account in await AccountsAsync(session, identity))
        {
            var ends = await session.ListAsync(
                "select id from transactions where identity_id = $1 and application_id = $2 and account_id = $3 and finished is null and operation in ($4, $5) order by id",
                row => row.GetInt64(0), identity.Id, account.ApplicationId, account.Id, nameof(Operation.DisableAccount), nameof(Operation.DeleteAccount));
            var underWay = false;
            foreach (var end in ends)
                underWay |= !await TransactionStore.CancelAsync(session, end, "The identity is active again.");
            if (await LeaverActionAsync(session, account.ApplicationId) is not LeaverAction.Keep && (!account.Active || underWay))
            {
                await TransactionStore.PlanAsync(session, changes.Last, new PlannedChange(account.ApplicationId, Operation.EnableAccount, Causes.Leaver)
                {
                    IdentityId = identity.Id, AccountId = account.Id,
                });
            }
        }
    }

    private static async ValueTask PlanEndAsync(WriteSession session, Change change, Identity identity, long applicationId, long? accountId)
    {
        Operation? operation = await LeaverActionAsync(session, applicationId) switch
        {
            LeaverAction.Disable => Operation.DisableAccount,
            LeaverAction.Delete => Operation.DeleteAccount,
            _ => null,
        };
        if (operation is { } end)
            await TransactionStore.PlanAsync(session, change, new PlannedChange(applicationId, end, Causes.Leaver) { IdentityId = identity.Id, AccountId = accountId });
    }

    private static async ValueTask<LeaverAction> LeaverActionAsync(Session session, long applicationId) =>
        (await ApplicationStore.FindAsync(session, applicationId))?.Definition.Leavers ?? LeaverAction.Keep;

    private static ValueTask<List<(long Id, long ApplicationId, bool Active)>> AccountsAsync(Session session, Identity identity) => session.ListAsync(
        "select id, application_id, active from accounts where identity_id = $1 and gone is null order by application_id, id",
        row => (row.GetInt64(0), row.GetInt64(1), row.GetBoolean(2)), identity.Id);

    // Those whose creation was sent, or may have been: what ends them waits in the same lane.
    private static ValueTask<List<long>> AccountsOnTheirWayAsync(Session session, Identity identity) => session.ListAsync(
        "select distinct application_id from transactions where identity_id = $1 and finished is null and operation = $2 order by application_id",
        row => row.GetInt64(0), identity.Id, nameof(Operation.CreateAccount));
}
