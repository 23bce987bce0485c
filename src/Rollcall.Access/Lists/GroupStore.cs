using Rollcall.Access.Audit;
using Rollcall.Data;
using Rollcall.Scim.Patch;

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
    /// <summary>
    /// Applies a write to a locked list: claims it where this is the first, changes what differs, and gives it a new
    /// revision if anything did.
    /// </summary>
    /// <returns>The revision afterwards; the one before where nothing changed.</returns>
    public static async ValueTask<long> ApplyAsync(WriteSession session, ChangeContext context, LockedList list, GroupChange change)
    {
        var write = new ListWrite(session, context, list);
        var members = new GroupMembership(write, change.Members);
        if (!change.Members.IsNothing)
            await members.ApplyAsync();
        var isRenamed = change.Title is not null && change.Title != list.Title;
        if (isRenamed || change.ExternalId != list.ExternalId)
        {
            var definition = await write.DefinitionAsync();
            await write.DefineAsync(definition with { Title = change.Title ?? definition.Title }, list.ScimId, change.ExternalId);
        }
        if (!write.HasChanged)
        {
            if (!list.IsClaimed)
                await ClaimAsync(session, context, list);
            return list.Revision;
        }
        await write.CommitAsync(change.Code, ClaimChange.Take, writer =>
        {
            members.WriteAudit(writer);
            if (isRenamed)
                writer.WriteString("renamedFrom", list.Title);
        });
        return write.Revision;
    }

    /// <summary>Lets the integration see a list that it gave up, under a new id, which is a new revision.</summary>
    public static async ValueTask<LockedList> OfferAsync(WriteSession session, ChangeContext context, LockedList list)
    {
        var write = new ListWrite(session, context, list);
        var offered = list with { ScimId = ListStore.NewScimId(), Revision = write.Revision, Modified = write.Now };
        await write.DefineAsync(await write.DefinitionAsync(), offered.ScimId, list.ExternalId);
        await write.CommitAsync("group.offer");
        await Counters.AddAsync(session, list.IntegrationId, Counters.Group, 1);
        return offered;
    }

    /// <summary>
    /// Gives a list up for the integration: members gone, claim released, no longer seen, itself a member of none of the
    /// integration's Groups. A list that SCIM made, and that nobody gave a meaning here, goes as a whole.
    /// </summary>
    public static async ValueTask ReleaseAsync(WriteSession session, ChangeContext context, LockedList list)
    {
        // Whoever nests it at the same time must find it gone, or be found.
        await Hierarchy.LockAsync(session);
        var write = new ListWrite(session, context, list);
        await Departure.LeaveListsAsync(session, context, list.IntegrationId, MemberKind.List, list.Id, write.Now);
        var definition = await write.DefinitionAsync();
        if (list.MadeByScim && await IsUnusedHereAsync(session, list, definition))
        {
            await write.DeleteAsync("group.delete");
            return;
        }
        await write.Members.RemoveOthersAsync(MemberKind.User, []);
        await write.Members.RemoveOthersAsync(MemberKind.List, []);
        await write.DefineAsync(definition, scimId: null, externalId: null);
        await write.CommitAsync("group.delete", ClaimChange.Release);
        await Counters.AddAsync(session, list.IntegrationId, Counters.Group, -1);
    }

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

    /// <summary>Whether nobody here gave the list a meaning: no owner, nothing that it gives, in no other list.</summary>
    private static async ValueTask<bool> IsUnusedHereAsync(WriteSession session, LockedList list, ListDefinition definition) =>
        definition.Owners.Count == 0 && definition.Grants.IsEmpty && definition.OwnerGrants.IsEmpty
            && (await Hierarchy.ParentsAsync(session, list.Id, 1)).Count == 0;
}
