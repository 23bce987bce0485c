namespace Rollcall.Testing.Histories;

/// <summary>What the store holds at the end: its change feed and its rows.</summary>
public sealed record StoreState
{
    /// <summary>The change feed, in its order.</summary>
    public required IReadOnlyList<FeedRow> Feed { get; init; }

    /// <summary>The Groups that are there, by id.</summary>
    public required IReadOnlyDictionary<string, FinalState> Lists { get; init; }

    /// <summary>The Users that are there, by id.</summary>
    public required IReadOnlyDictionary<string, FinalState> Users { get; init; }

    /// <summary>A resource as its rows show it.</summary>
    /// <param name="Revision">Its revision.</param>
    /// <param name="Related">The members of a Group, the Groups of a User.</param>
    public sealed record FinalState(long Revision, IReadOnlyList<string> Related);
}

/// <summary>One row of the change feed.</summary>
/// <param name="IsUser">Whether it is about a User; else about a Group.</param>
/// <param name="Id">The SCIM id of the resource.</param>
/// <param name="Revision">The revision that it got.</param>
/// <param name="RequestId">The request that gave it.</param>
/// <param name="IsDeletion">Whether that was its last.</param>
/// <param name="Effect">
/// For a Group, who came and who went, where the store knows: asked only where the answer to the request was lost, so that
/// nobody else knows which one it was.
/// </param>
public sealed record FeedRow(bool IsUser, string Id, long Revision, string RequestId, bool IsDeletion = false, FeedRow.Change? Effect = null)
{
    /// <summary>What happened to a set of members.</summary>
    /// <param name="Added">Who came.</param>
    /// <param name="Removed">Who went.</param>
    public sealed record Change(IReadOnlyList<string> Added, IReadOnlyList<string> Removed);
}
