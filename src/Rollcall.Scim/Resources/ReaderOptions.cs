namespace Rollcall.Scim.Resources;

/// <summary>How values that clients send are read.</summary>
public sealed record ReaderOptions
{
    /// <summary>The default: accepts what <see cref="ClientQuirks"/> lists, ignores what no schema knows.</summary>
    public static ReaderOptions Default { get; } = new();

    /// <summary>Takes the RFCs at their word: no client quirks, unknown attributes and schemas are refused. Default false.</summary>
    public bool Strict { get; init; }

    /// <summary>The longest text of one value, in UTF-16 code units. Default 65,536.</summary>
    public int MaxTextLength { get; init; } = 65_536;
}
