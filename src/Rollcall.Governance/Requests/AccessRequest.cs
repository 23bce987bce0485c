using Rollcall.Governance.Audit;

namespace Rollcall.Governance.Requests;

/// <summary>What an access request asks for.</summary>
public enum RequestOperation
{
    /// <summary>That identities get entitlements.</summary>
    Add,
    /// <summary>That identities lose them.</summary>
    Remove,
}

/// <summary>An access request.</summary>
/// <param name="Id">The id.</param>
/// <param name="Operation">What it asks for.</param>
/// <param name="ApplicationId">The application that the entitlements are of.</param>
/// <param name="RequesterId">The identity that asked; null for the administrator.</param>
/// <param name="Actor">Who asked, as the audit log has it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Ends">When what is added ends again, in microseconds since 1970 in UTC; null for never.</param>
/// <param name="State">One of <see cref="RequestStates"/>.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Closed">When the last of it was settled; null while it is open.</param>
public sealed record AccessRequest(
    long Id, RequestOperation Operation, long ApplicationId, long? RequesterId, Actor Actor, string Reason, long? Ends, string State, long Created, long? Closed);

/// <summary>One identity and one entitlement of a request.</summary>
/// <param name="Id">The id.</param>
/// <param name="RequestId">The request.</param>
/// <param name="IdentityId">Whom it is for.</param>
/// <param name="EntitlementId">What it is about.</param>
/// <param name="State">One of <see cref="RequestStates"/>.</param>
/// <param name="Message">What there is to say of it, or null.</param>
/// <param name="TransactionId">The transaction that carries it out, or null.</param>
public sealed record RequestItem(long Id, long RequestId, long IdentityId, long EntitlementId, string State, string? Message, long? TransactionId);

/// <summary>The states of an approval.</summary>
public static class ApprovalStates
{
    /// <summary>An earlier step comes first.</summary>
    public const string Waiting = "waiting";

    /// <summary>It is to be decided.</summary>
    public const string Pending = "pending";

    /// <summary>Approved.</summary>
    public const string Approved = "approved";

    /// <summary>Denied.</summary>
    public const string Denied = "denied";

    /// <summary>Nothing is left to decide: an earlier step was denied, or the request was taken back.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Waiting, Pending, Approved, Denied, Cancelled];
}

/// <summary>One decision on an item.</summary>
/// <param name="Id">The id.</param>
/// <param name="ItemId">The item.</param>
/// <param name="RequestId">Its request.</param>
/// <param name="Step">Its place among the item's decisions, from 1.</param>
/// <param name="Role">As what it is decided: one of <see cref="ApprovalLine"/>'s roles.</param>
/// <param name="ApproverId">Who decides; null for an administrator.</param>
/// <param name="State">One of <see cref="ApprovalStates"/>.</param>
public sealed record Approval(long Id, long ItemId, long RequestId, int Step, string Role, long? ApproverId, string State);
