namespace Rollcall.Governance.Provisioning;

/// <summary>What an attempt came to.</summary>
public enum Verdict
{
    /// <summary>It is so on the server.</summary>
    Done,
    /// <summary>It is tried again later.</summary>
    Retry,
    /// <summary>It is given up.</summary>
    Failed,
    /// <summary>It waits for an account, which is planned first.</summary>
    NeedsAccount,
}

/// <summary>What an attempt came to for one transaction.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record Outcome(ProvisioningTransaction Transaction, Verdict Verdict, string Reason)
{
    /// <summary>The account that the transaction turned out to be about, or null.</summary>
    public long? AccountId { get; init; }

    /// <summary>How long before it is tried again, with jitter.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>What else the outcome means for what is kept here, within the same transaction; or null.</summary>
    public Func<Rollcall.Data.WriteSession, ValueTask<long?>>? Apply { get; init; }
}
