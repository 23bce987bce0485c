namespace Rollcall.IdentityIq.Applications;

/// <summary>How accounts find their identities.</summary>
public sealed record Correlation
{
    /// <summary>The correlation configuration.</summary>
    public required ObjectReference Reference { get; init; }

    /// <summary>The rules, tried in order; empty if the document only names the configuration.</summary>
    public IReadOnlyList<CorrelationRule> Rules { get; init; } = [];

    /// <summary>What else is said of the configuration.</summary>
    public Remainder Remainder { get; init; } = new();
}

/// <summary>An account belongs to the identity whose attribute equals the account's.</summary>
/// <param name="IdentityAttribute">The attribute of the identity.</param>
/// <param name="AccountAttribute">The attribute of the account.</param>
public sealed record CorrelationRule(string IdentityAttribute, string AccountAttribute);
