namespace Rollcall.Access.Lists;

/// <summary>What a member or an owner is. The numbers are stored.</summary>
public enum MemberKind
{
    /// <summary>A User of the list's integration: members of lists of type <c>scim</c>.</summary>
    User = 0,
    /// <summary>An access list, whose members count.</summary>
    List = 1,
    /// <summary>A person by name, who need not have a User yet.</summary>
    Person = 2,
}
