using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Web.Api;

namespace Rollcall.Access.Lists;

/// <summary>What a change to a list does to its claim, that is whether an integration has written to it.</summary>
internal enum ClaimChange
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>The integration claims it, if it has not yet.</summary>
    Take,
    /// <summary>The integration gives it up.</summary>
    Release,
}

/// <summary>
/// One change to a list whose row is locked. What it changes is told to it; at the end <see cref="CommitAsync"/> gives the
/// list its next revision, with history, change feed and audit row, or <see cref="DeleteAsync"/> ends it. No other code
/// moves a list's revision, but for <see cref="Departure"/>, which changes many lists by one statement.
/// </summary>
/// <param name="session">The transaction.</param>
/// <param name="context">Who makes the change.</param>
/// <param name="list">The list as it was found.</param>
internal sealed class ListWrite(WriteSession session, ChangeContext context, LockedList list)
{
    private MembershipStore? _members;

    /// <summary>The transaction.</summary>
    public WriteSession Session => session;

    /// <summary>Who makes the change.</summary>
    public ChangeContext Context => context;

    /// <summary>The list as it was found.</summary>
    public LockedList List => list;

    /// <summary>The revision that the change makes.</summary>
    public long Revision { get; } = list.Revision + 1;

    /// <summary>When it is made, in microseconds since 1970; after the list's last change.</summary>
    public long Now { get; } = list.CommitTime(session);

    /// <summary>Whether title, definition or ids change.</summary>
    public bool IsRedefined { get; private set; }

    /// <summary>The members, to change.</summary>
    public MembershipStore Members => _members ??= new MembershipStore(this);

    /// <summary>The owners, to change.</summary>
    public OwnerStore Owners => new(session, context, list, Revision, Now);

    /// <summary>Whether anything was changed so far.</summary>
    public bool HasChanged => IsRedefined || _members is { HasChanged: true };

    /// <summary>The list's definition as stored.</summary>
    public async ValueTask<ListDefinition> DefinitionAsync() =>
        JsonSerializer.Deserialize<ListDefinition>(
            (await session.FirstAsync("select definition from lists where id = $1", row => row.GetString(0), list.Id))!, ApiJson.Options)!;

    /// <summary>Replaces what the list is: definition with title, and the ids under which its integration knows it. What it was is kept.</summary>
    /// <param name="definition">A checked definition.</param>
    /// <param name="scimId">The Group's id; null while the integration does not see the list.</param>
    /// <param name="externalId">The integration's own id, or null.</param>
    /// <exception cref="UniqueViolationException">Another list of the integration has the title (index <c>lists_title</c>).</exception>
    public async ValueTask DefineAsync(ListDefinition definition, string? scimId, string? externalId)
    {
        await KeepDefinitionAsync();
        var document = GroupDocument.Build(scimId ?? "", externalId, list.Name, definition);
        await session.ExecuteAsync(
            """
            update lists set scim_id = $2, external_id = $3, title = $4, title_key = $5, definition = $6, document = $7, search = $8,
              defined_revision = $9, defined = $10
            where id = $1
            """,
            list.Id, scimId, externalId, definition.Title, ScimText.Fold(definition.Title), JsonSerializer.Serialize(definition, ApiJson.Options),
            document, GroupDocument.Search(document), Revision, Now);
        IsRedefined = true;
    }

    /// <summary>Gives the list, and the Users whose memberships changed, their next revision. To be called once, where something changed.</summary>
    /// <param name="code">What was done, for the audit log.</param>
    /// <param name="claim">What happens to the claim.</param>
    /// <param name="operations">Writes what changed, for the audit log, or null.</param>
    public async ValueTask CommitAsync(string code, ClaimChange claim = ClaimChange.None, Action<Utf8JsonWriter>? operations = null)
    {
        var claimed = claim switch
        {
            ClaimChange.Take => ", claimed = coalesce(claimed, $3)",
            ClaimChange.Release => ", claimed = null",
            _ => "",
        };
        await session.ExecuteAsync($"update lists set revision = $2, modified = $3, member_count = member_count + $4{claimed} where id = $1",
            list.Id, Revision, Now, _members?.Delta ?? 0);
        await EndAsync(code, IsRedefined ? ChangeAction.Updated : ChangeAction.Membership, Revision, operations);
    }

    /// <summary>Deletes the list with its members and owners.</summary>
    /// <param name="code">What was done, for the audit log.</param>
    public async ValueTask DeleteAsync(string code)
    {
        foreach (var kind in Enum.GetValues<MemberKind>())
            await Members.RemoveOthersAsync(kind, []);
        await KeepDefinitionAsync();
        await Owners.SetAsync([]);
        await session.ExecuteAsync("delete from lists where id = $1", list.Id);
        if (list.ScimId is not null)
            await Counters.AddAsync(session, list.IntegrationId, Counters.Group, -1);
        await EndAsync(code, ChangeAction.Deleted, null, null);
    }

    private async ValueTask EndAsync(string code, ChangeAction action, long? revisionAfter, Action<Utf8JsonWriter>? operations)
    {
        if (_members is not null)
            await _members.BumpUsersAsync();
        await AuditLog.FeedAsync(session, context, Now, list.IntegrationId, ResourceKind.List, list.Id, Revision, action);
        await AuditLog.AuditAsync(session, context, Now,
            new AuditEntry(code, list.IntegrationId, ResourceKind.List, list.ScimId ?? list.Name, list.Name, list.Revision, revisionAfter,
                operations is null ? null : AuditLog.Json(operations)));
    }

    private async ValueTask KeepDefinitionAsync() =>
        await session.ExecuteAsync(
            """
            insert into list_history (integration_id, list_id, name, type, title, scim_id, definition, from_revision, from_at, to_revision, to_at)
            select integration_id, id, name, type, title, scim_id, definition, defined_revision, defined, $2, $3 from lists where id = $1
            """,
            list.Id, Revision, Now);
}
