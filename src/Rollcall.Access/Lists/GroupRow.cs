using System.Data.Common;
using System.Text.Json;
using Rollcall.Data;
using Rollcall.Scim;

namespace Rollcall.Access.Lists;

/// <summary>A Group as a read shows it.</summary>
/// <param name="Id">The internal id of the list.</param>
/// <param name="ScimId">The id that the integration knows.</param>
/// <param name="Document">The stored bytes of <see cref="GroupDocument"/>.</param>
/// <param name="MemberCount">How many direct members it has.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Modified">When it last changed.</param>
internal sealed record GroupRow(long Id, string ScimId, byte[] Document, long MemberCount, long Revision, long Created, long Modified)
{
    /// <summary>The columns, to be followed by a condition on <c>l</c>.</summary>
    public const string Select = "select l.id, l.scim_id, l.document, l.member_count, l.revision, l.created, l.modified from lists l";

    /// <summary>The version that clients see.</summary>
    public ScimVersion Version => new(Revision);

    /// <summary>The Group of that id, or null where this integration sees none.</summary>
    public static ValueTask<GroupRow?> FindAsync(Session session, long integrationId, string scimId) =>
        session.FirstAsync($"{Select} where l.integration_id = $1 and l.scim_id = $2", Map, integrationId, scimId);

    /// <summary>Reads a row of <see cref="Select"/>.</summary>
    public static GroupRow Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6));
}

/// <summary>A member of a Group as a read shows it.</summary>
/// <param name="Kind">A User or a nested list.</param>
/// <param name="ScimId">Its id in SCIM.</param>
/// <param name="Display">Its name, a label derived on read.</param>
internal sealed record GroupMember(MemberKind Kind, string ScimId, string Display)
{
    /// <summary>The members of some lists, by list, in a fixed order.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="integrationId">The lists' integration.</param>
    /// <param name="listIds">The internal ids of the lists.</param>
    /// <param name="only">Only members of these ids in SCIM; null for all.</param>
    public static async ValueTask<ILookup<long, GroupMember>> ReadAsync(
        Session session, long integrationId, IReadOnlyCollection<long> listIds, IReadOnlyList<string>? only = null)
    {
        var ids = JsonSerializer.Serialize(listIds);
        var among = only is null ? null : JsonSerializer.Serialize(only);
        var users = await session.ListAsync(
            $"""
             select m.list_id, u.scim_id, u.user_name from members m join users u on u.id = m.member_id
             where m.integration_id = $1 and m.list_id in ({session.Dialect.NumberSet("$2")}) and m.kind = {(int)MemberKind.User}
               and ($3 is null or u.scim_id in ({session.Dialect.TextSet("$3")}))
             order by m.list_id, m.member_id
             """,
            row => (List: row.GetInt64(0), Member: new GroupMember(MemberKind.User, row.GetString(1), row.GetString(2))), integrationId, ids, among);
        var lists = await session.ListAsync(
            $"""
             select m.list_id, l.scim_id, l.title from members m join lists l on l.id = m.member_id
             where m.integration_id = $1 and m.list_id in ({session.Dialect.NumberSet("$2")}) and m.kind = {(int)MemberKind.List} and l.scim_id is not null
               and ($3 is null or l.scim_id in ({session.Dialect.TextSet("$3")}))
             order by m.list_id, m.member_id
             """,
            row => (List: row.GetInt64(0), Member: new GroupMember(MemberKind.List, row.GetString(1), row.GetString(2))), integrationId, ids, among);
        return users.Concat(lists).ToLookup(row => row.List, row => row.Member);
    }
}
