namespace Rollcall.Scim.Filters;

/// <summary>What becomes of an attribute that the resource type does not have.</summary>
public enum UnknownAttribute
{
    /// <summary>The filter is refused with 400 <c>invalidFilter</c>: right at the endpoint of one resource type.</summary>
    Refuse,
    /// <summary>It counts as unassigned: queries at the server root meet several types (RFC 7644 §3.4.2.1).</summary>
    NoValue,
}

/// <summary>How filters are read, and how much of them.</summary>
public sealed record FilterOptions
{
    /// <summary>The options of an ordinary integration: client quirks accepted, unknown attributes refused.</summary>
    public static FilterOptions Default { get; } = new();

    /// <summary>Whether only what RFC 7644 Figure 1 allows is read; false (the default) accepts known quirks of clients.</summary>
    public bool Strict { get; init; }

    /// <summary>What becomes of unknown attributes; refused by default.</summary>
    public UnknownAttribute UnknownAttribute { get; init; }

    /// <summary>The longest filter in characters; 8,192 by default.</summary>
    public int MaxLength { get; init; } = 8 * 1024;

    /// <summary>How deep parentheses and brackets may nest; 64 by default.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>How many comparisons and <c>pr</c> a filter may hold; 512 by default.</summary>
    public int MaxTerms { get; init; } = 512;
}
