using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Web.Api;

namespace Rollcall.Access.Lists;

/// <summary>Access lists as administrators make, change and delete them.</summary>
internal static class ListStore
{
    private const int MostNamedParents = 5;

    private const string Columns =
        "select id, name, type, integration_id, scim_id, external_id, claimed, made_by_scim, definition, member_count, revision, created, modified from lists";

    /// <summary>The list of that name, or null.</summary>
    public static ValueTask<AccessList?> FindAsync(Session session, string name) =>
        session.FirstAsync($"{Columns} where name = $1", Map, name);

    /// <summary>As <see cref="FindAsync"/>, with the row locked.</summary>
    public static ValueTask<AccessList?> LockAsync(WriteSession session, string name) =>
        session.FirstAsync($"{Columns} where name = $1 {session.Dialect.ForUpdate}", Map, name);

    /// <summary>Which lists are asked for.</summary>
    /// <param name="IntegrationId">Only those of an integration; null for all.</param>
    /// <param name="Type">Only those of a type; null for all.</param>
    /// <param name="Overdue">Only those whose review is overdue, or is not; null for all.</param>
    public readonly record struct Selection(long? IntegrationId = null, string? Type = null, bool? Overdue = null);

    /// <summary>The lists of those names that there are.</summary>
    public static ValueTask<List<AccessList>> NamedAsync(Session session, IEnumerable<string> names) =>
        session.ListAsync($"{Columns} where name in ({session.Dialect.TextSet("$1")})", Map, JsonSerializer.Serialize(names));

    /// <summary>A page of lists in the order of their names.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="selection">Which.</param>
    /// <param name="afterName">The last name of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<AccessList>> PageAsync(Session session, Selection selection, string? afterName, int count) =>
        session.ListAsync(
            // Review dates are kept in UTC, so as texts they are in the order of time.
            $"""
             {Columns} where ($1 is null or integration_id = $1) and ($2 is null or type = $2) and name > $3
               and ($5 is null or coalesce({session.Dialect.JsonValue("definition", ["audit", "nextAuditDate"])} < $6, false) = $5)
             order by name limit $4
             """,
            Map, selection.IntegrationId, selection.Type, afterName ?? "", count, selection.Overdue,
            ScimTime.ToTime(session.Now).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture));

    /// <summary>Makes a list at revision 1.</summary>
    /// <param name="session">Where to write.</param>
    /// <param name="context">Who makes it.</param>
    /// <param name="name">A checked name.</param>
    /// <param name="type">A checked type.</param>
    /// <param name="integrationId">The integration of a list of type <c>scim</c>; 0 for others.</param>
    /// <param name="definition">A checked definition.</param>
    /// <param name="madeByScim">Whether SCIM makes it, by <c>POST /Groups</c>; then it is claimed as well.</param>
    /// <param name="edgesAreChecked">Whether the caller has locked the hierarchy and checked it with the owners that are lists.</param>
    public static async ValueTask<LockedList> CreateAsync(
        WriteSession session, ChangeContext context, string name, string type, long integrationId, ListDefinition definition, bool madeByScim = false,
        bool edgesAreChecked = false)
    {
        var now = session.Now;
        var scimId = type == ListTypes.Scim ? NewScimId() : null;
        var document = GroupDocument.Build(scimId ?? "", null, name, definition);
        var id = await session.FirstAsync(
            """
            insert into lists (integration_id, scim_id, name, type, title, title_key, claimed, made_by_scim, definition, document, search,
              member_count, revision, created, modified, defined_revision, defined)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 1, $12, $12, 1, $12)
            returning id
            """,
            row => row.GetInt64(0),
            integrationId, scimId, name, type, definition.Title, ScimText.Fold(definition.Title), madeByScim ? now : null, madeByScim,
            JsonSerializer.Serialize(definition, ApiJson.Options), document, GroupDocument.Search(document), now);
        var list = new LockedList(id, integrationId, scimId, name, type, definition.Title, null, madeByScim, madeByScim, 1, now);
        await new OwnerStore(session, context, list, 1, now).SetAsync(definition.Owners, edgesAreChecked);
        if (scimId is not null)
            await Counters.AddAsync(session, integrationId, Counters.Group, 1);
        await AuditLog.FeedAsync(session, context, now, integrationId, ResourceKind.List, id, 1, ChangeAction.Created);
        await AuditLog.AuditAsync(session, context, now,
            new AuditEntry(madeByScim ? "group.create" : "list.create", integrationId, ResourceKind.List, scimId ?? name, name, null, 1, null));
        return list;
    }

    /// <summary>Replaces a locked list's definition; a definition equal to the present one changes nothing.</summary>
    /// <param name="session">Where to write.</param>
    /// <param name="context">Who makes the change.</param>
    /// <param name="list">The list.</param>
    /// <param name="definition">A checked definition.</param>
    /// <param name="code">What is done, for the audit log.</param>
    /// <param name="current">The present definition, where it has been read already.</param>
    /// <returns>The revision afterwards.</returns>
    public static async ValueTask<long> DefineAsync(
        WriteSession session, ChangeContext context, LockedList list, ListDefinition definition, string code = "list.update", ListDefinition? current = null)
    {
        var write = new ListWrite(session, context, list);
        // Compared as JSON, since a record's lists compare by reference.
        var changed = ChangedNames.Between(
            JsonSerializer.SerializeToUtf8Bytes(current ?? await write.DefinitionAsync(), ApiJson.Options), JsonSerializer.SerializeToUtf8Bytes(definition, ApiJson.Options));
        if (changed.Count == 0)
            return list.Revision;
        await write.DefineAsync(definition, list.ScimId, list.ExternalId);
        await write.Owners.SetAsync(definition.Owners);
        await write.CommitAsync(code, operations: writer => AuditJson.WriteChanged(writer, changed));
        return write.Revision;
    }

    /// <summary>Deletes a locked list with its members. Refused while it is a member or owner of another.</summary>
    /// <exception cref="ApiException">409.</exception>
    public static async ValueTask DeleteAsync(WriteSession session, ChangeContext context, LockedList list)
    {
        await Hierarchy.LockAsync(session);
        var parents = await Hierarchy.ParentsAsync(session, list.Id, MostNamedParents + 1);
        if (parents.Count > 0)
        {
            var names = string.Join(", ", parents.Take(MostNamedParents).Select(parent => $"'{parent}'"));
            throw ApiException.Conflict($"The access list '{list.Name}' is a member or an owner of {names}{(parents.Count > MostNamedParents ? " and others" : "")}. Remove it there first.");
        }
        await new ListWrite(session, context, list).DeleteAsync("list.delete");
    }

    /// <summary>A new id for a User or Group: random, unique over all resources, without meaning.</summary>
    public static string NewScimId() => Guid.CreateVersion7().ToString();

    private static AccessList Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.IsDBNull(4) ? null : row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5),
        !row.IsDBNull(6), row.GetBoolean(7), new StoredDefinition(row.GetString(8)), row.GetInt64(9), row.GetInt64(10),
        row.GetInt64(11), row.GetInt64(12));
}
