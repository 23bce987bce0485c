using Rollcall.Scim.Resources;

namespace Rollcall.Scim.Patch;

/// <summary>How PATCH requests are read.</summary>
public sealed record PatchOptions
{
    /// <summary>The default: 1,000 operations, client quirks accepted.</summary>
    public static PatchOptions Default { get; } = new();

    /// <summary>How values are read; its <see cref="ReaderOptions.Strict"/> holds for the whole request.</summary>
    public ReaderOptions Reader { get; init; } = ReaderOptions.Default;

    /// <summary>The most operations of one request; more are refused with 413. Default 1,000.</summary>
    public int MaxOperations { get; init; } = 1000;

    internal bool Strict => Reader.Strict;
}
