namespace Rollcall.Access.Lists;

/// <summary>An access list as administrators see it.</summary>
/// <param name="Id">The internal id.</param>
/// <param name="Name">The unique, stable name.</param>
/// <param name="Type">Who manages the members, a value of <see cref="ListTypes"/>.</param>
/// <param name="IntegrationId">The integration that it belongs to; 0 for here.</param>
/// <param name="ScimId">The Group's id, or null while no integration sees it.</param>
/// <param name="ExternalId">The integration's own id for the Group, or null.</param>
/// <param name="IsClaimed">Whether the integration has written to it.</param>
/// <param name="MadeByScim">Whether SCIM made it.</param>
/// <param name="Stored">What administrators define.</param>
/// <param name="MemberCount">How many direct members it has.</param>
/// <param name="Revision">Its revision, 1 or more.</param>
/// <param name="Created">When it was made, in microseconds since 1970 in UTC.</param>
/// <param name="Modified">When it last changed, in microseconds since 1970 in UTC.</param>
public sealed record AccessList(
    long Id, string Name, string Type, long IntegrationId, string? ScimId, string? ExternalId, bool IsClaimed, bool MadeByScim,
    StoredDefinition Stored, long MemberCount, long Revision, long Created, long Modified)
{
    /// <summary>What administrators define.</summary>
    public ListDefinition Definition => Stored.Value;
}

/// <summary>A direct member of an access list, as administrators see it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The User's or person's name, or the list's name.</param>
/// <param name="UserId">The User's id in SCIM, or null.</param>
/// <param name="Joined">When it became a member, in microseconds since 1970 in UTC.</param>
/// <param name="Expires">From when on the membership has no effect, or null.</param>
/// <param name="Reason">Why it is a member.</param>
/// <param name="AddedBy">Who added it.</param>
/// <param name="MemberId">The internal id.</param>
public sealed record ListMember(
    MemberKind Kind, string Name, string? UserId, long Joined, long? Expires, string? Reason, string AddedBy, long MemberId);

/// <summary>On which terms somebody is made a member.</summary>
/// <param name="Expires">From when on the membership has no effect, in microseconds since 1970 in UTC, or null.</param>
/// <param name="Reason">Why, or null.</param>
/// <param name="Joined">Since when; null for now.</param>
/// <param name="AddedBy">By whom; null for whoever makes the change.</param>
public sealed record MembershipTerms(long? Expires = null, string? Reason = null, long? Joined = null, string? AddedBy = null)
{
    /// <summary>Without end and reason, from now on.</summary>
    public static MembershipTerms None { get; } = new();
}
