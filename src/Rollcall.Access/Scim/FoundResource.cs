using Rollcall.Access.Lists;
using Rollcall.Access.Users;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>One resource as it was read, to be shown after the transaction has ended.</summary>
/// <param name="Type">What it is.</param>
/// <param name="ScimId">Its id.</param>
/// <param name="Version">Its version.</param>
internal abstract record FoundResource(ResourceType Type, string ScimId, ScimVersion Version)
{
    /// <summary>Whether an integration has a resource of that id.</summary>
    public static async ValueTask<bool> ExistsAsync(Session session, long integrationId, ResourceType type, string scimId) => type.Name == ResourceTypes.User.Name
        ? await UserStore.FindAsync(session, integrationId, scimId) is not null
        : await GroupRow.FindAsync(session, integrationId, scimId) is not null;

    /// <summary>Writes the whole of what was read.</summary>
    public abstract void Write(PooledBuffer output, Representations representations, Projection projection);
}

/// <summary>A User with the Groups that it is a direct member of.</summary>
/// <param name="User">The User.</param>
/// <param name="Groups">The Groups; empty also where nobody asked for them.</param>
internal sealed record FoundUser(UserRow User, IReadOnlyList<GroupReference> Groups) : FoundResource(ResourceTypes.User, User.ScimId, User.Version)
{
    public override void Write(PooledBuffer output, Representations representations, Projection projection) => representations.Write(output, User, Groups);
}

/// <summary>A Group with its members.</summary>
/// <param name="Group">The Group.</param>
/// <param name="Members">The members; null where nobody asked for them.</param>
internal sealed record FoundGroup(GroupRow Group, IReadOnlyList<GroupMember>? Members) : FoundResource(ResourceTypes.Group, Group.ScimId, Group.Version)
{
    /// <summary>Reads a Group with as much as a projection shows; null where the integration sees none of that id.</summary>
    public static async ValueTask<FoundGroup?> FindAsync(Session session, long integrationId, string scimId, Projection projection) =>
        await GroupRow.FindAsync(session, integrationId, scimId) is { } group
            ? new FoundGroup(group, projection.Includes("members") ? [.. (await GroupMember.ReadAsync(session, integrationId, [group.Id]))[group.Id]] : null)
            : null;

    public override void Write(PooledBuffer output, Representations representations, Projection projection) =>
        representations.Write(output, Group, Members, projection.Includes("members.display"));
}
