using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Patch;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Lists;

/// <summary>What a write over SCIM does to a list.</summary>
internal sealed record GroupChange
{
    /// <summary>The name of the write in the audit log.</summary>
    public required string Code { get; init; }

    /// <summary>The members that come and go.</summary>
    public required SetChange Members { get; init; }

    /// <summary>The new title; null to leave it.</summary>
    public string? Title { get; init; }

    /// <summary>The integration's own id for the Group after the write.</summary>
    public required string? ExternalId { get; init; }
}

/// <summary>Access lists of type <c>scim</c> as their integration changes them.</summary>
internal static class GroupStore
{
    // The audit row names so many of the members that came and went; member_history has them all.
    private const int MaxAuditedMembers = 100;

    /// <summary>
    /// Applies a write to a locked list: claims it where this is the first, changes what differs, and gives it a new
    /// revision if anything did.
    /// </summary>
    /// <returns>The revision afterwards; the one before where nothing changed.</returns>
    public static async ValueTask<long> ApplyAsync(WriteSession session, ChangeContext context, LockedList list, GroupChange change)
    {
        var membership = new MembershipStore(session, context, list);
        var audited = new MembershipAudit();
        if (!change.Members.IsNothing)
            await ApplyMembersAsync(session, membership, list, change.Members, audited);
        var redefined = (change.Title is not null && change.Title != list.Title) || change.ExternalId != list.ExternalId;
        if (!membership.HasChanged && !redefined)
        {
            if (!list.IsClaimed)
                await ClaimAsync(session, context, list);
            return list.Revision;
        }

        var now = list.CommitTime(session);
        var revision = list.Revision + 1;
        if (redefined)
            await RedefineAsync(session, list, change, revision, now);
        await session.ExecuteAsync(
            "update lists set revision = $2, modified = $3, member_count = member_count + $4, claimed = coalesce(claimed, $3) where id = $1",
            list.Id, revision, now, membership.Delta);
        await membership.BumpUsersAsync();
        await AuditLog.FeedAsync(session, context, now, list.IntegrationId, ResourceKind.List, list.Id, revision,
            redefined ? ChangeAction.Updated : ChangeAction.Membership);
        await AuditLog.AuditAsync(session, context, now,
            new AuditEntry(change.Code, list.IntegrationId, ResourceKind.List, list.ScimId!, list.Name, list.Revision, revision,
                AuditLog.Json(writer => audited.Write(writer, change, list))));
        return revision;
    }

    /// <summary>Lets the integration see a list that it gave up, under a new id, which is a new revision.</summary>
    public static async ValueTask<LockedList> OfferAsync(WriteSession session, ChangeContext context, LockedList list)
    {
        var offered = list with { ScimId = ListStore.NewScimId(), Revision = list.Revision + 1, Modified = list.CommitTime(session) };
        await ListStore.KeepHistoryAsync(session, list, offered.Revision, offered.Modified);
        await session.ExecuteAsync("update lists set scim_id = $2, revision = $3, modified = $4, defined_revision = $3, defined = $4 where id = $1",
            list.Id, offered.ScimId, offered.Revision, offered.Modified);
        await RebuildDocumentAsync(session, offered, null);
        await Counters.AddAsync(session, list.IntegrationId, Counters.Group, 1);
        await AuditLog.FeedAsync(session, context, offered.Modified, list.IntegrationId, ResourceKind.List, list.Id, offered.Revision, ChangeAction.Updated);
        await AuditLog.AuditAsync(session, context, offered.Modified,
            new AuditEntry("group.offer", list.IntegrationId, ResourceKind.List, offered.ScimId, list.Name, list.Revision, offered.Revision, null));
        return offered;
    }

    /// <summary>
    /// Gives a list up for the integration: members gone, claim released, no longer seen, itself a member of none of the
    /// integration's Groups. A list that SCIM made, and that nobody gave a meaning here, goes as a whole.
    /// </summary>
    public static async ValueTask ReleaseAsync(WriteSession session, ChangeContext context, LockedList list)
    {
        await Departure.LeaveListsAsync(session, context, list.IntegrationId, MemberKind.List, list.Id, list.CommitTime(session));
        if (list.MadeByScim && await IsUnusedHereAsync(session, list))
        {
            await ListStore.DeleteAsync(session, context, list, "group.delete");
            return;
        }
        var membership = new MembershipStore(session, context, list);
        await membership.RemoveOthersAsync(MemberKind.User, []);
        await membership.RemoveOthersAsync(MemberKind.List, []);
        var now = list.CommitTime(session);
        var revision = list.Revision + 1;
        await ListStore.KeepHistoryAsync(session, list, revision, now);
        await session.ExecuteAsync(
            """
            update lists set scim_id = null, external_id = null, claimed = null, member_count = member_count + $2, revision = $3, modified = $4,
              defined_revision = $3, defined = $4
            where id = $1
            """,
            list.Id, membership.Delta, revision, now);
        await membership.BumpUsersAsync();
        await Counters.AddAsync(session, list.IntegrationId, Counters.Group, -1);
        await AuditLog.FeedAsync(session, context, now, list.IntegrationId, ResourceKind.List, list.Id, revision, ChangeAction.Updated);
        await AuditLog.AuditAsync(session, context, now,
            new AuditEntry("group.delete", list.IntegrationId, ResourceKind.List, list.ScimId!, list.Name, list.Revision, revision, null));
    }

    private static async ValueTask ApplyMembersAsync(
        WriteSession session, MembershipStore membership, LockedList list, SetChange change, MembershipAudit audited)
    {
        // 1. Who is meant. Nothing is written before everybody to be added is known.
        var add = await ResolveAsync(session, list.IntegrationId, [.. change.Add.Select(element => element.Value)]);
        if (add.Unknown is { Count: > 0 } unknown)
        {
            throw ScimException.InvalidValue(
                $"{unknown.Count} of the members to add {(unknown.Count == 1 ? "does" : "do")} not exist here: {string.Join(", ", unknown.Take(5).Select(id => $"'{id.Truncate()}'"))}. Create the User first, or correct the id. Nothing was changed.");
        }

        // 2. Lists in lists: no circles, not too deep.
        foreach (var (childId, childName) in add.Lists)
            await Hierarchy.CheckEdgeAsync(session, list.Id, list.Name, childId, childName, ScimException.InvalidValue);

        // 3. Who goes, then who comes.
        if (change.ReplaceAll)
        {
            audited.Removed += (await membership.RemoveOthersAsync(MemberKind.List, add.Lists.Keys)).Count;
            var removed = await membership.RemoveOthersAsync(MemberKind.User, add.Users);
            audited.Removed += removed.Count;
            // The request does not name them, so the audit row must.
            if (removed.Count is > 0 and <= MaxAuditedMembers)
                audited.RemovedIds = await ScimIdsAsync(session, removed);
        }
        else if (change.Remove.Count > 0)
        {
            var remove = await ResolveAsync(session, list.IntegrationId, change.Remove);
            audited.Removed += (await membership.RemoveAsync(MemberKind.User, remove.Users)).Count;
            audited.Removed += (await membership.RemoveAsync(MemberKind.List, remove.Lists.Keys)).Count;
        }
        audited.Added += (await membership.AddAsync(MemberKind.User, add.Users)).Count;
        audited.Added += (await membership.AddAsync(MemberKind.List, add.Lists.Keys)).Count;
    }

    private sealed record Resolved(List<long> Users, Dictionary<long, string> Lists, List<string> Unknown);

    /// <summary>Finds, and locks, the Users that are meant; ids that are no User's may be those of Groups.</summary>
    private static async ValueTask<Resolved> ResolveAsync(WriteSession session, long integrationId, IReadOnlyList<string> scimIds)
    {
        if (scimIds.Count == 0)
            return new Resolved([], [], []);
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

    private static async ValueTask<List<string>> ScimIdsAsync(WriteSession session, IReadOnlyList<long> users) =>
        await session.ListAsync($"select scim_id from users where id in ({session.Dialect.NumberSet("$1")}) order by id", row => row.GetString(0), JsonSerializer.Serialize(users));

    private static async ValueTask ClaimAsync(WriteSession session, ChangeContext context, LockedList list)
    {
        var now = list.CommitTime(session);
        // One conditional statement, so that of two claims one wins.
        if (await session.ExecuteAsync("update lists set claimed = $2 where id = $1 and claimed is null", list.Id, now) == 1)
        {
            await AuditLog.AuditAsync(session, context, now,
                new AuditEntry("group.claim", list.IntegrationId, ResourceKind.List, list.ScimId!, list.Name, list.Revision, list.Revision, null));
        }
    }

    private static async ValueTask RedefineAsync(WriteSession session, LockedList list, GroupChange change, long revision, long now)
    {
        await ListStore.KeepHistoryAsync(session, list, revision, now);
        var title = change.Title ?? list.Title;
        await session.ExecuteAsync(
            "update lists set title = $2, title_key = $3, external_id = $4, defined_revision = $5, defined = $6 where id = $1",
            list.Id, title, ScimText.Fold(title), change.ExternalId, revision, now);
        await RebuildDocumentAsync(session, list with { ExternalId = change.ExternalId }, title);
    }

    private static async ValueTask RebuildDocumentAsync(WriteSession session, LockedList list, string? title)
    {
        var definition = await DefinitionAsync(session, list);
        definition = definition with { Title = title ?? definition.Title };
        var document = GroupDocument.Build(list.ScimId!, list.ExternalId, list.Name, definition);
        await session.ExecuteAsync("update lists set definition = $2, document = $3, search = $4 where id = $1",
            list.Id, JsonSerializer.Serialize(definition, ApiJson.Options), document, GroupDocument.Search(document));
    }

    /// <summary>Whether nobody here gave the list a meaning: no owner, nothing that it gives, in no other list.</summary>
    private static async ValueTask<bool> IsUnusedHereAsync(WriteSession session, LockedList list)
    {
        var definition = await DefinitionAsync(session, list);
        return definition.Owners.Count == 0 && definition.Grants.IsEmpty && definition.OwnerGrants.IsEmpty
            && await Hierarchy.FindParentAsync(session, list.Id) is null;
    }

    private static async ValueTask<ListDefinition> DefinitionAsync(WriteSession session, LockedList list) =>
        JsonSerializer.Deserialize<ListDefinition>(
            (await session.FirstAsync("select definition from lists where id = $1", row => row.GetString(0), list.Id))!, ApiJson.Options)!;

    /// <summary>What the audit row says of members: how many, and who where they are few.</summary>
    private sealed class MembershipAudit
    {
        public int Added { get; set; }

        public int Removed { get; set; }

        public IReadOnlyList<string>? RemovedIds { get; set; }

        public void Write(Utf8JsonWriter writer, GroupChange change, LockedList list)
        {
            writer.WriteNumber("added", Added);
            writer.WriteNumber("removed", Removed);
            var members = change.Members;
            WriteIds(writer, "add", members.Add.Select(element => element.Value), members.Add.Count);
            var remove = RemovedIds ?? members.Remove;
            WriteIds(writer, "remove", remove, remove.Count);
            if (members.ReplaceAll)
                writer.WriteBoolean("replaceAll", true);
            if (change.Title is { } title && title != list.Title)
                writer.WriteString("renamedFrom", list.Title);
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
    }
}
