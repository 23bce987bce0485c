using System.Text.Json;
using Rollcall.Scim;
using Rollcall.Scim.Patch;
using Rollcall.Web;

namespace Rollcall.Access.Lists;

/// <summary>
/// Applies a net change of members, given by the ids that SCIM knows them by, and tells the audit log of it: how many, and
/// who where they are few.
/// </summary>
internal sealed class GroupMembership(ListWrite write, SetChange change)
{
    // The audit row names so many of the members that came and went; member_history has them all.
    private const int MaxAuditedMembers = 100;

    private int _added;
    private int _removed;
    private IReadOnlyList<string> _removedIds = change.Remove;

    /// <summary>Applies the change.</summary>
    /// <exception cref="ScimException">400 <c>invalidValue</c>: a member to add does not exist, or lists would form a circle or be nested too deep. Nothing was written.</exception>
    public async ValueTask ApplyAsync()
    {
        var (session, list, members) = (write.Session, write.List, write.Members);

        // 1. Who is meant. Nothing is written before everybody to be added is known.
        var add = await ResolveAsync([.. change.Add.Select(element => element.Value)]);
        if (add.Unknown is { Count: > 0 } unknown)
        {
            throw ScimException.InvalidValue(
                $"{unknown.Count} of the members to add {(unknown.Count == 1 ? "does" : "do")} not exist here: {string.Join(", ", unknown.Take(5).Select(id => $"'{id.Truncate()}'"))}. Create the User first, or correct the id. Nothing was changed.");
        }

        // 2. Lists in lists: no circles, not too deep.
        foreach (var childId in add.Lists.Keys.Except(await NestedAsync(add.Lists.Keys)))
            await Hierarchy.CheckEdgeAsync(session, list.Id, list.Name, childId, add.Lists[childId], asOwner: false, ScimException.InvalidValue);

        // 3. Who goes, then who comes.
        if (change.ReplaceAll)
        {
            _removed += (await members.RemoveOthersAsync(MemberKind.List, add.Lists.Keys)).Count;
            var removed = await members.RemoveOthersAsync(MemberKind.User, add.Users);
            _removed += removed.Count;
            // The request does not name them, so the audit row must.
            if (removed.Count is > 0 and <= MaxAuditedMembers)
                _removedIds = await ScimIdsAsync(removed);
        }
        else if (change.Remove.Count > 0)
        {
            var remove = await ResolveAsync(change.Remove);
            _removed += (await members.RemoveAsync(MemberKind.User, remove.Users)).Count;
            _removed += (await members.RemoveAsync(MemberKind.List, remove.Lists.Keys)).Count;
        }
        _added += (await members.AddAsync(MemberKind.User, add.Users)).Count;
        _added += (await members.AddAsync(MemberKind.List, add.Lists.Keys)).Count;
    }

    /// <summary>Writes what happened to the members, as keys of an object of the audit log.</summary>
    public void WriteAudit(Utf8JsonWriter writer)
    {
        writer.WriteNumber("added", _added);
        writer.WriteNumber("removed", _removed);
        WriteIds(writer, "add", change.Add.Select(element => element.Value), change.Add.Count);
        WriteIds(writer, "remove", _removedIds, _removedIds.Count);
        if (change.ReplaceAll)
            writer.WriteBoolean("replaceAll", true);
    }

    private static void WriteIds(Utf8JsonWriter writer, string name, IEnumerable<string> ids, int count)
    {
        if (count is 0 or > MaxAuditedMembers)
            return;
        writer.WriteStartArray(name);
        foreach (var id in ids)
            writer.WriteStringValue(id);
        writer.WriteEndArray();
    }

    private sealed record Resolved(List<long> Users, Dictionary<long, string> Lists, List<string> Unknown);

    /// <summary>Finds, and locks, the Users that are meant; ids that are no User's may be those of Groups.</summary>
    private async ValueTask<Resolved> ResolveAsync(IReadOnlyList<string> scimIds)
    {
        if (scimIds.Count == 0)
            return new Resolved([], [], []);
        var (session, integrationId) = (write.Session, write.List.IntegrationId);
        // "+ 0" keeps the planner from walking all Users in the order of their ids instead of looking these few up.
        var users = await session.ListAsync(
            $"""
             select u.id, u.scim_id from users u join user_state s on s.integration_id = u.integration_id and s.user_id = u.id
             where u.integration_id = $1 and u.scim_id in ({session.Dialect.TextSet("$2")})
             order by u.id + 0 {session.Dialect.ForUpdate}
             """,
            row => (Id: row.GetInt64(0), ScimId: row.GetString(1)), integrationId, JsonSerializer.Serialize(scimIds));
        var resolved = new Resolved([.. users.Select(user => user.Id)], [], []);
        if (users.Count == scimIds.Count)
            return resolved;

        var rest = scimIds.Except(users.Select(user => user.ScimId), StringComparer.Ordinal).ToList();
        var lists = await session.ListAsync(
            $"select id, name, scim_id from lists where integration_id = $1 and scim_id in ({session.Dialect.TextSet("$2")}) order by id + 0",
            row => (Id: row.GetInt64(0), Name: row.GetString(1), ScimId: row.GetString(2)), integrationId, JsonSerializer.Serialize(rest));
        foreach (var (id, name, _) in lists)
            resolved.Lists.Add(id, name);
        resolved.Unknown.AddRange(rest.Except(lists.Select(found => found.ScimId), StringComparer.Ordinal));
        return resolved;
    }

    /// <summary>Those of some lists that are members already.</summary>
    private async ValueTask<List<long>> NestedAsync(IReadOnlyCollection<long> lists) =>
        lists.Count == 0 ? [] : await write.Session.ListAsync(
            $"select member_id from members where kind = {(int)MemberKind.List} and list_id = $1 and member_id in ({write.Session.Dialect.NumberSet("$2")})",
            row => row.GetInt64(0), write.List.Id, JsonSerializer.Serialize(lists));

    private async ValueTask<List<string>> ScimIdsAsync(IReadOnlyList<long> users) =>
        await write.Session.ListAsync($"select scim_id from users where id in ({write.Session.Dialect.NumberSet("$1")}) order by id",
            row => row.GetString(0), JsonSerializer.Serialize(users));
}
