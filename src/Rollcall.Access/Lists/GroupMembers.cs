using System.Text.Json.Nodes;
using Rollcall.Data;
using Rollcall.Scim.Patch;

namespace Rollcall.Access.Lists;

/// <summary>Members as bodies carry them.</summary>
internal static class GroupMembers
{
    /// <summary>The change that makes the members of a whole resource the only ones; without members, that empties the list.</summary>
    public static SetChange All(JsonObject resource) => new(
        ReplaceAll: true,
        [.. (resource["members"] as JsonArray ?? []).Select(member => new SetChange.Element((string)member!["value"]!, (string?)member["type"]))],
        []);

    /// <summary>
    /// The members of a locked list, for the rare PATCH whose filter asks for more than their ids. This is the one write that
    /// costs as much as the list is long.
    /// </summary>
    public static async ValueTask<IReadOnlyList<JsonObject>> CurrentAsync(WriteSession session, LockedList list)
    {
        var members = (await GroupMember.ReadAsync(session, list.IntegrationId, [list.Id]))[list.Id];
        return [.. members.Select(member => new JsonObject
        {
            ["value"] = member.ScimId,
            ["type"] = member.Kind == MemberKind.User ? "User" : "Group",
            ["display"] = member.Display,
        })];
    }
}
