using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;

namespace Rollcall.Governance.Requests;

/// <summary>Somebody who may be in line to approve.</summary>
/// <param name="Id">The identity's id in the database.</param>
/// <param name="PublicId">Its public id.</param>
/// <param name="Active">Whether in service.</param>
public sealed record Candidate(long Id, string PublicId, bool Active)
{
    /// <summary>An identity as a candidate.</summary>
    public static Candidate Of(Identity identity) => new(identity.Id, identity.PublicId, identity.Active);
}

/// <summary>Who there is around an item, to approve it.</summary>
/// <param name="Scheme">Who approves, as the application says.</param>
/// <param name="RequesterId">The identity that asks; null for the administrator.</param>
/// <param name="IdentityId">The identity that it is for.</param>
/// <param name="EntitlementOwner">The entitlement's owner, or null.</param>
/// <param name="ApplicationOwner">The application's owner, or null.</param>
/// <param name="Manager">The manager of the identity that it is for, or null.</param>
public sealed record ApprovalFacts(
    ApprovalScheme Scheme, long? RequesterId, long IdentityId, Candidate? EntitlementOwner, Candidate? ApplicationOwner, Candidate? Manager);

/// <summary>One decision that an item takes.</summary>
/// <param name="Role">As what it is decided: <see cref="ApprovalLine.Owner"/> or <see cref="ApprovalLine.Manager"/>.</param>
/// <param name="ApproverId">Who decides; null for an administrator.</param>
/// <param name="Note">Why it is somebody else than one would expect, or null.</param>
public sealed record ApprovalStep(string Role, long? ApproverId, string? Note);

/// <summary>
/// Who approves what. Nobody decides on what they asked for themselves or on what is for them, and nobody inactive decides: it
/// goes to the next in line, which is owner of the entitlement, owner of the application, manager, administrator.
/// </summary>
public static class ApprovalLine
{
    /// <summary>The role of an owner.</summary>
    public const string Owner = "owner";

    /// <summary>The role of a manager.</summary>
    public const string Manager = "manager";

    /// <summary>The decisions that an item takes, in order; none where nobody is asked. Nobody is asked twice.</summary>
    public static IReadOnlyList<ApprovalStep> Steps(ApprovalFacts facts) => facts.Scheme switch
    {
        ApprovalScheme.None => [],
        ApprovalScheme.Owner => [Step(Owner, facts)],
        ApprovalScheme.Manager => [Step(Manager, facts)],
        _ => [.. new[] { Step(Manager, facts), Step(Owner, facts) }.DistinctBy(step => step.ApproverId)],
    };

    /// <summary>Who decides as a role.</summary>
    public static ApprovalStep Step(string role, ApprovalFacts facts)
    {
        (Candidate? Person, string What)[] owners = [(facts.EntitlementOwner, "owns the entitlement"), (facts.ApplicationOwner, "owns the application")];
        var manager = (facts.Manager, "is the manager");
        var line = role == Manager ? [manager, .. owners] : owners;
        var passed = new List<string>();
        foreach (var (person, what) in line)
        {
            if (Choose(person, what) is { } step)
                return step;
        }
        // A manager stands in for an owner who must not decide, not for one who was never named.
        if (role == Owner && passed.Count > 0 && Choose(facts.Manager, manager.Item2) is { } standIn)
            return standIn;
        return new ApprovalStep(role, null, Note("an administrator"));

        ApprovalStep? Choose(Candidate? person, string what)
        {
            if (person is null)
                return null;
            if (WhyNot(person, facts) is not { } reason)
                return new ApprovalStep(role, person.Id, Note($"{person.PublicId}, who {what}"));
            passed.Add($"{person.PublicId} {what}, but {reason}");
            return null;
        }

        string? Note(string next) => passed.Count == 0 ? null : $"{string.Join("; ", passed.Distinct())}. It went to {next}.";
    }

    /// <summary>What a person who becomes inactive was still to decide goes to the next in line.</summary>
    /// <param name="session">The transaction in which that happens.</param>
    /// <param name="changes">Who made it so.</param>
    /// <param name="identity">The person, inactive.</param>
    internal static async ValueTask PassOnAsync(WriteSession session, ChangeSeries changes, Identity identity)
    {
        var open = await session.ListAsync(
            $"select {ApprovalStore.Columns} from approvals where approver_id = $1 and state in ('waiting', 'pending') order by id", ApprovalStore.Map, identity.Id);
        foreach (var approval in open)
        {
            var step = Step(approval.Role, await FactsAsync(session, approval.ItemId));
            await session.ExecuteAsync("update approvals set approver_id = $2, delegated_by = null, note = $3 where id = $1", approval.Id, step.ApproverId,
                step.Note ?? $"{identity.PublicId} was to decide, but is inactive.");
            await AuditLog.WriteAsync(session, changes.Next(), "approval.passOn", new AuditedResource("approval", $"{approval.Id}"), new { from = identity.PublicId });
        }
    }

    private static string? WhyNot(Candidate person, ApprovalFacts facts) =>
        person.Id == facts.RequesterId ? "asked for it"
        : person.Id == facts.IdentityId ? "is the person that it is for"
        : person.Active ? null
        : "is inactive";

    private static async ValueTask<ApprovalFacts> FactsAsync(Session session, long itemId)
    {
        var (requesterId, identityId, applicationId, ownerId, managerId) = await session.FirstAsync(
            """
            select r.requester_id, i.identity_id, r.application_id, e.owner_id, m.id
            from request_items i join requests r on r.id = i.request_id join identities p on p.id = i.identity_id
            left join entitlements e on e.id = i.entitlement_id left join identities m on m.public_id = p.manager_public_id
            where i.id = $1
            """, row => (row.Number(0), row.GetInt64(1), row.GetInt64(2), row.Number(3), row.Number(4)), itemId);
        var application = await ApplicationStore.FindAsync(session, applicationId);
        var applicationOwner = application?.Definition.Owner is { } owner ? await IdentityStore.FindAsync(session, owner) : null;
        async ValueTask<Candidate?> OfAsync(long? id) => id is { } known && await IdentityStore.FindAsync(session, known) is { } found ? Candidate.Of(found) : null;
        return new ApprovalFacts(
            application?.Definition.Approval ?? ApprovalScheme.Owner, requesterId, identityId, await OfAsync(ownerId),
            applicationOwner is null ? null : Candidate.Of(applicationOwner), await OfAsync(managerId));
    }
}
