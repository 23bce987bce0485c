using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;
using Rollcall.Governance.Provisioning;

namespace Rollcall.Governance.Lifecycle;

/// <summary>Lets accounts follow their identity's attributes, by the Update policy of their application.</summary>
internal static class AttributeUpdates
{
    /// <summary>Plans an update of the identity's account on each of these applications, unless one waits to be carried out anyway.</summary>
    /// <param name="session">The transaction of the change.</param>
    /// <param name="change">Who made it.</param>
    /// <param name="identity">The identity as it is now.</param>
    /// <param name="applicationIds">The applications whose policy gives other values now.</param>
    public static async ValueTask PlanAsync(WriteSession session, Change change, Identity identity, IReadOnlyList<long> applicationIds)
    {
        foreach (var applicationId in applicationIds)
        {
            if (await ProvisioningPlan.AccountOfAsync(session, applicationId, identity.Id) is not { } accountId)
                continue;
            var planned = new PlannedChange(applicationId, Operation.UpdateAccount, Causes.Attribute) { IdentityId = identity.Id, AccountId = accountId };
            // The values are worked out when it is carried out: one that has not begun will have the new ones.
            if (!await session.FirstAsync("select 1 from transactions where lane = $1 and finished is null and operation = $2 and state = $3 and attempts = 0",
                    _ => true, planned.Lane, nameof(Operation.UpdateAccount), nameof(TransactionState.Planned)))
                await TransactionStore.PlanAsync(session, change, planned);
        }
    }
}
