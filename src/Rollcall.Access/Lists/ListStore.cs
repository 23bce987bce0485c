using System.Data.Common;
using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Access.People;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Web.Api;

namespace Rollcall.Access.Lists;

/// <summary>Access lists as administrators make, change and delete them.</summary>
internal static class ListStore
{
    private const string Columns =
        "select id, name, type, integration_id, scim_id, claimed, made_by_scim, definition, member_count, revision, created, modified from lists";

    /// <summary>The list of that name, or null.</summary>
    public static ValueTask<AccessList?> FindAsync(Session session, string name) =>
        session.FirstAsync($"{Columns} where name = $1", Map, name);

    /// <summary>The lists of those names that there are.</summary>
    public static ValueTask<List<AccessList>> NamedAsync(Session session, IEnumerable<string> names) =>
        session.ListAsync($"{Columns} where name in ({session.Dialect.TextSet("$1")})", Map, JsonSerializer.Serialize(names));

    /// <summary>A page of lists in the order of their names.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="integrationId">Only those of an integration; null for all.</param>
    /// <param name="type">Only those of a type; null for all.</param>
    /// <param name="afterName">The last name of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<AccessList>> PageAsync(Session session, long? integrationId, string? type, string? afterName, int count) =>
        session.ListAsync(
            $"""
             {Columns} where ($1 is null or integration_id = $1) and ($2 is null or type = $2) and name > $3
             order by name limit $4
             """,
            Map, integrationId, type, afterName ?? "", count);

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
        await WriteOwnersAsync(session, integrationId, id, name, definition.Owners, edgesAreChecked);
        if (scimId is not null)
            await Counters.AddAsync(session, integrationId, Counters.Group, 1);
        await AuditLog.FeedAsync(session, context, now, integrationId, ResourceKind.List, id, 1, ChangeAction.Created);
        await AuditLog.AuditAsync(session, context, now,
            new AuditEntry(madeByScim ? "group.create" : "list.create", integrationId, ResourceKind.List, scimId ?? name, name, null, 1, null));
        return new LockedList(id, integrationId, scimId, name, type, definition.Title, null, madeByScim, madeByScim, 1, now);
    }

    /// <summary>Replaces a locked list's definition; a definition equal to the present one changes nothing.</summary>
    /// <returns>The revision afterwards.</returns>
    public static async ValueTask<long> DefineAsync(WriteSession session, ChangeContext context, LockedList list, ListDefinition definition, string code = "list.update")
    {
        var write = new ListWrite(session, context, list);
        // Compared as text, since a record's lists compare by reference.
        if (JsonSerializer.Serialize(definition, ApiJson.Options) == JsonSerializer.Serialize(await write.DefinitionAsync(), ApiJson.Options))
            return list.Revision;
        await write.DefineAsync(definition, list.ScimId, list.ExternalId);
        await WriteOwnersAsync(session, list.IntegrationId, list.Id, list.Name, definition.Owners, edgesAreChecked: false);
        await write.CommitAsync(code);
        return write.Revision;
    }

    /// <summary>Deletes a locked list with its members. Refused while it is a member or owner of another.</summary>
    /// <exception cref="ApiException">409.</exception>
    public static async ValueTask DeleteAsync(WriteSession session, ChangeContext context, LockedList list)
    {
        var user = await Hierarchy.FindParentAsync(session, list.Id);
        if (user is not null)
            throw ApiException.Conflict($"The access list '{list.Name}' is a member or an owner of '{user}'. Remove it there first.");
        await new ListWrite(session, context, list).DeleteAsync("list.delete");
    }

    /// <summary>A new id for a User or Group: random, unique over all resources, without meaning.</summary>
    public static string NewScimId() => Guid.CreateVersion7().ToString();

    /// <summary>Replaces a list's owners.</summary>
    /// <exception cref="ApiException">400: there is no such list, or it can't be an owner.</exception>
    public static async ValueTask WriteOwnersAsync(
        WriteSession session, long integrationId, long listId, string listName, IReadOnlyList<ListOwner> owners, bool edgesAreChecked)
    {
        await session.ExecuteAsync("delete from owners where integration_id = $1 and list_id = $2", integrationId, listId);
        for (var position = 0; position < owners.Count; position++)
        {
            var owner = owners[position];
            var ownerId = owner.Kind == MemberKind.Person
                ? await PeopleStore.GetOrAddAsync(session, owner.Name)
                : await OwnerListAsync(session, listId, listName, owner.Name, edgesAreChecked);
            await session.ExecuteAsync(
                "insert into owners (integration_id, list_id, kind, owner_id, position, description) values ($1, $2, $3, $4, $5, $6)",
                integrationId, listId, (int)owner.Kind, ownerId, position, owner.Description);
        }
    }

    private static async ValueTask<long> OwnerListAsync(WriteSession session, long listId, string listName, string ownerName, bool edgesAreChecked)
    {
        var owner = await session.FirstAsync<long?>("select id from lists where name = $1", row => row.GetInt64(0), ownerName)
            ?? throw ApiException.Invalid("owners", $"There is no access list named '{ownerName}' that could be an owner.");
        if (!edgesAreChecked)
            await Hierarchy.CheckEdgeAsync(session, parent: listId, listName, child: owner, ownerName, fault: text => ApiException.Invalid("owners", text));
        return owner;
    }

    private static AccessList Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.IsDBNull(4) ? null : row.GetString(4), !row.IsDBNull(5),
        row.GetBoolean(6), JsonSerializer.Deserialize<ListDefinition>(row.GetString(7), ApiJson.Options)!, row.GetInt64(8), row.GetInt64(9),
        row.GetInt64(10), row.GetInt64(11));
}
