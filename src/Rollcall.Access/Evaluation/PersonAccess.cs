using Rollcall.Access.Lists;

namespace Rollcall.Access.Evaluation;

/// <summary>What a person may do at a moment by access lists, and why.</summary>
public sealed record PersonAccess
{
    /// <summary>The person's name, as it was first written.</summary>
    public required string UserName { get; init; }

    /// <summary>The moment.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The block of an administrator, which ends all effect; absent where there is none.</summary>
    public AccessBlock? Blocked { get; init; }

    /// <summary>The Users of that name, those of integrations and the local one.</summary>
    public required IReadOnlyList<AccessUser> Users { get; init; }

    /// <summary>Roles and traits of the person's own: those of the local User. Lists require them; they are not repeated below.</summary>
    public required RolesAndTraits Own { get; init; }

    /// <summary>The roles that lists give, each once, in the order of their code points.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The traits that lists give, keys and values each once, in the order of their code points.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Traits { get; init; }

    /// <summary>Every way in which the person counts as a member or an owner of a list, with what the list gives; in the order of the lists' names.</summary>
    public required IReadOnlyList<AccessGrant> Grants { get; init; }

    /// <summary>Every way that is there but has no effect, with the reasons, and what it would give.</summary>
    public required IReadOnlyList<AccessGrant> WithoutEffect { get; init; }

    /// <summary>True where there are more ways than are shown; roles and traits are complete all the same.</summary>
    public bool? Truncated { get; init; }
}

/// <summary>An administrator's block of a person.</summary>
/// <param name="Since">Since when.</param>
/// <param name="By">Who blocked; absent where that was not recorded.</param>
public sealed record AccessBlock(DateTimeOffset Since, string? By);

/// <summary>A User of the person.</summary>
/// <param name="Id">Its id in SCIM.</param>
/// <param name="Integration">Its integration; absent for the local User.</param>
/// <param name="Active">Whether it is in service: else nothing has effect that counts on it.</param>
public sealed record AccessUser(string Id, string? Integration, bool Active);

/// <summary>One way from a person to a list.</summary>
public sealed record AccessGrant
{
    /// <summary>The list's name.</summary>
    public required string List { get; init; }

    /// <summary>Its title.</summary>
    public required string Title { get; init; }

    /// <summary>Whether the person counts as a member or as an owner.</summary>
    public required TieRole As { get; init; }

    /// <summary>The roles that the list gives by that; possibly none.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The traits that it gives.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Traits { get; init; }

    /// <summary>Since when the person has counted by this way, without a break; absent where it does not.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Since when the person has been given just these roles and traits by it; later than <see cref="Since"/> where the list's grants have changed.</summary>
    public DateTimeOffset? GivenSince { get; init; }

    /// <summary>The names of the lists on the way, from the one that the person is on, or owns, to this one.</summary>
    public required IReadOnlyList<string> Path { get; init; }

    /// <summary>The memberships on the way, each in the list of the same place in <see cref="Path"/>; the last may be an ownership.</summary>
    public required IReadOnlyList<AccessStep> Steps { get; init; }

    /// <summary>All that keeps the way from having effect, from the person on; absent where nothing does.</summary>
    public IReadOnlyList<AccessReason>? Reasons { get; init; }
}

/// <summary>A membership, or an ownership, on the way from a person to a list.</summary>
public sealed record AccessStep
{
    /// <summary>The list.</summary>
    public required string List { get; init; }

    /// <summary>What the one before, or on the first step the person, is to it.</summary>
    public required TieRole As { get; init; }

    /// <summary>The User that is on the list; absent where it is the person by name, or a list.</summary>
    public string? UserId { get; init; }

    /// <summary>That User's integration.</summary>
    public string? Integration { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset Joined { get; init; }

    /// <summary>Who added it; absent where that was not recorded.</summary>
    public string? AddedBy { get; init; }

    /// <summary>From when on it has no effect; absent for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Why it was added.</summary>
    public string? Reason { get; init; }
}

/// <summary>What keeps a way from having effect.</summary>
public sealed record AccessReason
{
    /// <summary>What it is.</summary>
    public required IneligibleStatus Status { get; init; }

    /// <summary>The list at which the way breaks; absent where it is the person or the User.</summary>
    public string? List { get; init; }

    /// <summary>Since when, for a block and for an end that has come.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The roles and traits of their own that the person lacks.</summary>
    public RolesAndTraits? Missing { get; init; }
}
