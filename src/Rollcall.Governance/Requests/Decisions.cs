using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Requests;

/// <summary>What approvers do. An approval is decided once, by whom it is for; the administrator may decide each.</summary>
internal static class Decisions
{
    /// <summary>Approves. The next step is asked then; with the last one it is carried out.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="changes">Who decides.</param>
    /// <param name="acting">The identity that decides; null for the administrator.</param>
    /// <param name="id">The approval.</param>
    /// <param name="comment">What the approver says, or null.</param>
    /// <exception cref="ApiException">404, 403, or 409 where it is decided already.</exception>
    public static async ValueTask ApproveAsync(WriteSession session, ChangeSeries changes, Identity? acting, long id, string? comment)
    {
        var (request, approval) = await OpenAsync(session, acting, id);
        await DecideAsync(session, changes, approval, ApprovalStates.Approved, "approval.approve", comment);
        var next = await session.ExecuteAsync("update approvals set state = 'pending' where item_id = $1 and step = $2 and state = 'waiting'", approval.ItemId, approval.Step + 1);
        if (next == 0)
            await Fulfilment.CarryOutAsync(session, changes, request, await RequestStore.ItemAsync(session, approval.ItemId));
        await RequestProgress.AdvanceAsync(session, changes.Next(), request.Id);
    }

    /// <summary>Denies, which ends the item.</summary>
    /// <inheritdoc cref="ApproveAsync" path="/param"/>
    /// <exception cref="ApiException">404, 403, or 409 where it is decided already.</exception>
    public static async ValueTask DenyAsync(WriteSession session, ChangeSeries changes, Identity? acting, long id, string comment)
    {
        var (request, approval) = await OpenAsync(session, acting, id);
        await DecideAsync(session, changes, approval, ApprovalStates.Denied, "approval.deny", comment);
        await ApprovalStore.CancelOfItemAsync(session, approval.ItemId);
        await RequestStore.SetItemAsync(session, approval.ItemId, RequestStates.Denied, comment);
        await RequestProgress.AdvanceAsync(session, changes.Next(), request.Id);
    }

    /// <summary>Hands an approval to somebody else.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="changes">Who does.</param>
    /// <param name="acting">The identity that does; null for the administrator.</param>
    /// <param name="id">The approval.</param>
    /// <param name="to">To whom: an id or an e-mail address.</param>
    /// <param name="comment">What there is to say of it, or null.</param>
    /// <exception cref="ApiException">404, 403, 409 where it is decided already; 400: there is nobody of that name, or it can't go to them.</exception>
    public static async ValueTask DelegateAsync(WriteSession session, ChangeSeries changes, Identity? acting, long id, string to, string? comment)
    {
        var (request, approval) = await OpenAsync(session, acting, id);
        var approver = await IdentityStore.FindAsync(session, to) ?? throw ApiException.Invalid("to", $"There is no identity '{to.Truncate()}'. Name one by its id or its e-mail address.");
        if (!approver.Active)
            throw ApiException.Invalid("to", $"'{approver.PublicId.Truncate()}' is inactive and can't approve. Name somebody else.");
        if (approver.Id == approval.ApproverId)
            throw ApiException.Invalid("to", $"'{approver.PublicId.Truncate()}' has this approval already.");
        var item = await RequestStore.ItemAsync(session, approval.ItemId);
        if (approver.Id == request.RequesterId || approver.Id == item.IdentityId)
            throw ApiException.Invalid("to", $"'{approver.PublicId.Truncate()}' can't approve this: nobody approves what they asked for, or what is for them. Name somebody else.");
        await session.ExecuteAsync("update approvals set approver_id = $2, delegated_by = $3, note = $4 where id = $1", approval.Id, approver.Id, acting?.Id ?? approval.ApproverId, comment);
        await AuditLog.WriteAsync(session, changes.Next(), "approval.delegate", Resource(approval), new { request = request.Id, to = approver.PublicId });
    }

    private static async ValueTask<(AccessRequest Request, Approval Approval)> OpenAsync(WriteSession session, Identity? acting, long id)
    {
        var found = await ApprovalStore.FindAsync(session, id) ?? throw ApiException.NotFound($"There is no approval {id}.");
        var request = (await RequestStore.LockAsync(session, found.RequestId))!;
        // What was read before the lock may have been decided since.
        var approval = (await ApprovalStore.FindAsync(session, id))!;
        if (acting is not null && approval.ApproverId != acting.Id)
            throw ApiException.Forbidden($"Approval {id} is not {acting.PublicId.Truncate()}'s to decide.");
        return approval.State switch
        {
            ApprovalStates.Pending => (request, approval),
            ApprovalStates.Waiting => throw ApiException.Conflict($"Approval {id} waits for an earlier decision on the same item."),
            _ => throw ApiException.Conflict($"Approval {id} is {approval.State} already."),
        };
    }

    private static async ValueTask DecideAsync(WriteSession session, ChangeSeries changes, Approval approval, string state, string code, string? comment)
    {
        var change = changes.Next();
        await session.ExecuteAsync("update approvals set state = $2, comment = $3, actor = $4, decided = $5 where id = $1",
            approval.Id, state, comment, change.Actor.ToJson(), session.Now);
        await AuditLog.WriteAsync(session, change, code, Resource(approval), new { request = approval.RequestId, item = approval.ItemId, comment });
    }

    private static AuditedResource Resource(Approval approval) => new("approval", $"{approval.Id}");
}
