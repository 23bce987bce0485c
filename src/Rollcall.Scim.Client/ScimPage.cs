namespace Rollcall.Scim.Client;

/// <summary>What to list.</summary>
public sealed record ScimListRequest
{
    /// <summary>A filter (RFC 7644 §3.4.2.2), or null for all.</summary>
    public string? Filter { get; init; }

    /// <summary>The attributes to return only, or null.</summary>
    public IReadOnlyList<string>? Attributes { get; init; }

    /// <summary>The attributes not to return, or null.</summary>
    public IReadOnlyList<string>? ExcludedAttributes { get; init; }

    /// <summary>Where to go on, as an earlier page's <see cref="ScimPage.Next"/> says; null for the start.</summary>
    public ScimPosition? From { get; init; }

    /// <summary>Resources a page; null for what the options say.</summary>
    public int? PageSize { get; init; }
}

/// <summary>A place in a walk: what is needed to go on from there, also by another process.</summary>
/// <param name="Cursor">The server's cursor, or null in a walk by index.</param>
/// <param name="StartIndex">The place of the next resource, from 1; 0 in a walk by cursor.</param>
/// <param name="Total">The total that the walk by index has seen last, to notice that the list changes under it.</param>
public sealed record ScimPosition(string? Cursor, long StartIndex, long? Total);

/// <summary>One page of a list.</summary>
public sealed record ScimPage
{
    /// <summary>The resources, as they were sent: a list that moved may show one again.</summary>
    public required IReadOnlyList<ScimResource> Resources { get; init; }

    /// <summary>How many there are in all; null where a server with cursors doesn't say (RFC 9865 §2).</summary>
    public required long? TotalResults { get; init; }

    /// <summary>Where the walk goes on; null after the last page.</summary>
    public required ScimPosition? Next { get; init; }

    /// <summary>
    /// Whether a walk by index found that the list changed since the page before: its total is another, it shows a resource of that
    /// page again, or nothing although there should be more. Then resources may have been passed over, and nothing may be taken for gone
    /// (RFC 7644 §3.4.2.4).
    /// </summary>
    public required bool HasShifted { get; init; }
}
