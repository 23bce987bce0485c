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
    /// The members of a locked list, for the rare PATCH whose filter asks for more than their ids. Where it names no ids
    /// at all, this is the one write that costs as much as the list is long.
    /// </summary>
    /// <param name="session">Where to read.</param>
    /// <param name="list">The list.</param>
    /// <param name="values">The ids that are asked for; null for all.</param>
    /// <param name="baseUrl">The SCIM base URL, for <c>$ref</c>.</param>
    public static async ValueTask<IEnumerable<JsonObject>> CurrentAsync(Session session, LockedList list, IReadOnlyList<string>? values, string baseUrl)
    {
        var members = await GroupMember.ReadAsync(session, list.IntegrationId, [list.Id], values);
        return members[list.Id].Select(member => new JsonObject
        {
            ["value"] = member.ScimId,
            ["$ref"] = $"{baseUrl}/{(member.Kind == MemberKind.User ? "Users" : "Groups")}/{member.ScimId}",
            ["type"] = member.Kind == MemberKind.User ? "User" : "Group",
            ["display"] = member.Display,
        });
    }
}
