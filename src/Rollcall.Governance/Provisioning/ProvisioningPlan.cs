using Rollcall.Data;
using Rollcall.Governance.Audit;

namespace Rollcall.Governance.Provisioning;

/// <summary>Plans what a decision takes: for a membership, the account first if the identity has none.</summary>
public static class ProvisioningPlan
{
    /// <summary>Plans that an identity is, or is not, a member of a group.</summary>
    /// <param name="session">The transaction of the decision.</param>
    /// <param name="change">Who decided.</param>
    /// <param name="applicationId">The application.</param>
    /// <param name="identityId">The identity.</param>
    /// <param name="entitlementId">The entitlement.</param>
    /// <param name="isMember">Whether it is to be a member.</param>
    /// <param name="cause">Why: one of <see cref="Causes"/>.</param>
    /// <param name="itemId">The item of the access request that is carried out, or null.</param>
    /// <returns>The id of the membership's transaction.</returns>
    public static async ValueTask<long> MembershipAsync(
        WriteSession session, Change change, long applicationId, long identityId, long entitlementId, bool isMember, string cause, long? itemId = null)
    {
        var account = await AccountOfAsync(session, applicationId, identityId);
        long? waitsFor = account is null && isMember ? await AccountAsync(session, change, applicationId, identityId, cause) : null;
        return await TransactionStore.PlanAsync(session, change, new PlannedChange(applicationId, isMember ? Operation.AddMember : Operation.RemoveMember, cause)
        {
            IdentityId = identityId, AccountId = account, EntitlementId = entitlementId, ItemId = itemId, WaitsFor = waitsFor,
        });
    }

    /// <summary>The account of an identity on an application: the active one, if it has several; null if it has none.</summary>
    public static async ValueTask<long?> AccountOfAsync(Session session, long applicationId, long identityId) =>
        await session.FirstAsync(
            "select id from accounts where identity_id = $1 and application_id = $2 and gone is null order by active desc, id limit 1",
            row => (long?)row.GetInt64(0), identityId, applicationId);

    /// <summary>Plans an account, unless one is on its way.</summary>
    internal static async ValueTask<long> AccountAsync(WriteSession session, Change change, long applicationId, long identityId, string cause)
    {
        var planned = new PlannedChange(applicationId, Operation.CreateAccount, cause) { IdentityId = identityId };
        return await session.FirstAsync(
                "select id from transactions where lane = $1 and finished is null and operation = $2 order by id limit 1",
                row => (long?)row.GetInt64(0), planned.Lane, nameof(Operation.CreateAccount))
            ?? await TransactionStore.PlanAsync(session, change, planned);
    }
}
