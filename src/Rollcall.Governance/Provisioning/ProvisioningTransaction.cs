using Rollcall.Governance.Audit;

namespace Rollcall.Governance.Provisioning;

/// <summary>What a transaction is to bring about.</summary>
public enum Operation
{
    /// <summary>The account is a member of the group.</summary>
    AddMember,
    /// <summary>The account is not a member of the group.</summary>
    RemoveMember,
    /// <summary>The identity has an account.</summary>
    CreateAccount,
    /// <summary>The account has the attributes that the Update policy gives.</summary>
    UpdateAccount,
    /// <summary>The account is inactive.</summary>
    DisableAccount,
    /// <summary>The account is active.</summary>
    EnableAccount,
    /// <summary>There is no account.</summary>
    DeleteAccount,
}

/// <summary>How far a transaction has come.</summary>
public enum TransactionState
{
    /// <summary>It waits for its turn, for another transaction, or for the time of its next attempt.</summary>
    Planned,
    /// <summary>A request may have been sent: after a crash its effect is looked for before anything is sent again.</summary>
    Sending,
    /// <summary>The answer is stored.</summary>
    Answered,
    /// <summary>It was found to be so on the server.</summary>
    Done,
    /// <summary>It was given up, for the reason told.</summary>
    Failed,
    /// <summary>It was taken back before anything was sent.</summary>
    Cancelled,
}

/// <summary>One planned change on one application (SailPoint: ProvisioningTransaction).</summary>
public sealed record ProvisioningTransaction
{
    /// <summary>The id.</summary>
    public required long Id { get; init; }

    /// <summary>The application's id.</summary>
    public required long ApplicationId { get; init; }

    /// <summary>What it is to bring about.</summary>
    public required Operation Operation { get; init; }

    /// <summary>What only one at a time may change: a group, or a person's account.</summary>
    public required string Lane { get; init; }

    /// <summary>How far it has come.</summary>
    public required TransactionState State { get; init; }

    /// <summary>Whom it is for; null for an account that belongs to nobody.</summary>
    public long? IdentityId { get; init; }

    /// <summary>The account, once there is one.</summary>
    public long? AccountId { get; init; }

    /// <summary>The entitlement, of a membership.</summary>
    public long? EntitlementId { get; init; }

    /// <summary>The item of an access request that it carries out, or null.</summary>
    public long? ItemId { get; init; }

    /// <summary>Why: one of <see cref="Causes"/>.</summary>
    public required string Cause { get; init; }

    /// <summary>Who asked for it.</summary>
    public required Actor Actor { get; init; }

    /// <summary>The transaction that must be done first; null for none.</summary>
    public long? WaitsFor { get; init; }

    /// <summary>Not to be attempted before this time, in microseconds since 1970 in UTC.</summary>
    public required long Due { get; init; }

    /// <summary>How many attempts there were.</summary>
    public required int Attempts { get; init; }

    /// <summary>How many of them failed since it was planned, or asked for again.</summary>
    public required int Failures { get; init; }

    /// <summary>What there is to say of its state: why it failed, what it waits for.</summary>
    public string? Message { get; init; }

    /// <summary>When it was planned.</summary>
    public required long Created { get; init; }

    /// <summary>When it ended; null while it is open.</summary>
    public long? Finished { get; init; }
}

/// <summary>Why a change was planned.</summary>
public static class Causes
{
    /// <summary>An access request was approved.</summary>
    public const string Request = "request";

    /// <summary>The term of an assignment ended.</summary>
    public const string Sunset = "sunset";

    /// <summary>The identity left.</summary>
    public const string Leaver = "leaver";

    /// <summary>An attribute of the identity changed.</summary>
    public const string Attribute = "attribute";

    /// <summary>An administrator asked for it.</summary>
    public const string Manual = "manual";
}
