using Rollcall.Access.Lists;

namespace Rollcall.Access.Evaluation;

/// <summary>A way from a person to a list: what <see cref="AccessGrant"/> shows.</summary>
/// <param name="User">The User that is on the first list; null where it is the person by name.</param>
/// <param name="Ties">The memberships from the person on; the last may be an ownership.</param>
/// <param name="List">The list of the last one.</param>
/// <param name="Reasons">What keeps it from having effect.</param>
internal sealed record Way(RecordedUser? User, IReadOnlyList<RecordedTie> Ties, RecordedList List, IReadOnlyList<AccessReason> Reasons)
{
    /// <summary>What the person is to the list.</summary>
    public TieRole As => Ties[^1].Role;

    /// <summary>What the list gives by that.</summary>
    public RolesAndTraits Gives => As.GivenBy(List.Definition);
}
