using Rollcall.Access.Lists;

namespace Rollcall.Access.Evaluation;

/// <summary>What somebody is to a list.</summary>
public enum TieRole
{
    /// <summary>A member: given the list's grants.</summary>
    Member,

    /// <summary>An owner: given the list's owner grants.</summary>
    Owner,
}

/// <summary>What of a definition is for members, and what for owners.</summary>
internal static class TieRoles
{
    /// <summary>What a list gives.</summary>
    public static RolesAndTraits GivenBy(this TieRole role, ListDefinition definition) => role == TieRole.Owner ? definition.OwnerGrants : definition.Grants;

    /// <summary>What a list requires.</summary>
    public static RolesAndTraits RequiredBy(this TieRole role, ListDefinition definition) =>
        role == TieRole.Owner ? definition.OwnershipRequires : definition.MembershipRequires;
}
