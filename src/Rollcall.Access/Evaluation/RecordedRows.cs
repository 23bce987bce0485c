using Rollcall.Access.Lists;

namespace Rollcall.Access.Evaluation;

/// <summary>A person as it was at a moment.</summary>
/// <param name="Id">The internal id.</param>
/// <param name="Name">The name, as it was first written.</param>
/// <param name="BlockedSince">Since when an administrator's block has been in force, or null.</param>
/// <param name="BlockedBy">Who blocked, or null.</param>
internal sealed record RecordedPerson(long Id, string Name, long? BlockedSince, string? BlockedBy);

/// <summary>A User as it was at a moment.</summary>
/// <param name="Id">The internal id.</param>
/// <param name="IntegrationId">The integration that it belongs to; 0 for here.</param>
/// <param name="ScimId">The id that clients know.</param>
/// <param name="PersonId">Whose it is.</param>
/// <param name="UserName">The name.</param>
/// <param name="IsActive">Whether it is in service.</param>
/// <param name="Document">The document of a local User, which has the person's own roles and traits; null for others.</param>
/// <param name="From">Since when it has been so, in microseconds since 1970.</param>
/// <param name="To">Until when it was so; <see cref="long.MaxValue"/> for what still is.</param>
internal sealed record RecordedUser(
    long Id, long IntegrationId, string ScimId, long PersonId, string UserName, bool IsActive, byte[]? Document, long From, long To);

/// <summary>A list as it was defined at a moment.</summary>
/// <param name="Id">The internal id.</param>
/// <param name="IntegrationId">The integration that it belongs to; 0 for here.</param>
/// <param name="Name">The name.</param>
/// <param name="Definition">What it was.</param>
/// <param name="From">Since when it has been so, in microseconds since 1970.</param>
/// <param name="To">Until when it was so; <see cref="long.MaxValue"/> for what still is.</param>
internal sealed record RecordedList(long Id, long IntegrationId, string Name, ListDefinition Definition, long From, long To);

/// <summary>A membership or an ownership as it was at a moment.</summary>
/// <param name="ListId">The list.</param>
/// <param name="Role">Whether it is a membership or an ownership.</param>
/// <param name="Kind">What the member or owner is.</param>
/// <param name="HolderId">Its internal id.</param>
/// <param name="Joined">Since when it has been a member or an owner.</param>
/// <param name="Expires">From when on it has no effect, or null.</param>
/// <param name="Reason">Why it is.</param>
/// <param name="AddedBy">Who added it; null where that was not recorded.</param>
/// <param name="From">Since when the record has been as it is.</param>
/// <param name="To">Until when it was so; <see cref="long.MaxValue"/> for what still is.</param>
internal sealed record RecordedTie(
    long ListId, TieRole Role, MemberKind Kind, long HolderId, long Joined, long? Expires, string? Reason, string? AddedBy, long From, long To)
{
    /// <summary>Whether its end has come by a moment.</summary>
    public bool IsExpired(long at) => Expires <= at;
}
