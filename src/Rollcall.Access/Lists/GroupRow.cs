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
    /// <summary>The columns of lists as <c>l</c> that <see cref="Map"/> reads.</summary>
    public const string Columns = "l.id, l.scim_id, l.document, l.member_count, l.revision, l.created, l.modified";

    /// <summary>The columns with their table, to be followed by a condition.</summary>
    public const string Select = $"select {Columns} from lists l";

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
    /// <summary>The members of some lists, by list, in a fixed order: all of them held in memory.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="integrationId">The lists' integration.</param>
    /// <param name="listIds">The internal ids of the lists.</param>
    /// <param name="only">Only members of these ids in SCIM; null for all.</param>
    public static async ValueTask<ILookup<long, GroupMember>> ReadAsync(
        Session session, long integrationId, IReadOnlyCollection<long> listIds, IReadOnlyList<string>? only = null)
    {
        var members = new List<(long List, GroupMember Member)>();
        await EachAsync(session, integrationId, listIds, withDisplay: true,
            row => members.Add((row.GetInt64(0), new GroupMember((MemberKind)row.GetInt32(1), row.GetString(2), row.GetString(3)))), only);
        return members.ToLookup(row => row.List, row => row.Member);
    }

    /// <summary>
    /// Shows the members of some lists one after the other: list by list as their ids are, Users before nested lists, each
    /// as the ids are.
    /// </summary>
    /// <param name="session">Where to read.</param>
    /// <param name="integrationId">The lists' integration.</param>
    /// <param name="listIds">The internal ids of the lists.</param>
    /// <param name="withDisplay">Whether names are wanted.</param>
    /// <param name="read">Is given rows of the list's id, the kind of the member, its id in SCIM, and its name or NULL.</param>
    /// <param name="only">Only members of these ids in SCIM; null for all.</param>
    public static async ValueTask EachAsync(
        Session session, long integrationId, IReadOnlyCollection<long> listIds, bool withDisplay, Action<DbDataReader> read, IReadOnlyList<string>? only = null)
    {
        var display = withDisplay ? "coalesce(u.user_name, l.title)" : "null";
        var ids = listIds.Count == 1 ? "= $2" : $"in ({session.Dialect.NumberSet("$2")})";
        var among = only is null ? "" : $" and coalesce(u.scim_id, l.scim_id) in ({session.Dialect.TextSet("$3")})";
        object?[] arguments = [integrationId, listIds.Count == 1 ? listIds.First() : JsonSerializer.Serialize(listIds)];
        await session.EachAsync(
            $"""
             select m.list_id, m.kind, coalesce(u.scim_id, l.scim_id), {display}
             from members m
             left join users u on m.kind = {(int)MemberKind.User} and u.id = m.member_id
             left join lists l on m.kind = {(int)MemberKind.List} and l.id = m.member_id
             where m.integration_id = $1 and m.list_id {ids} and coalesce(u.scim_id, l.scim_id) is not null{among}
             order by m.list_id, m.kind, m.member_id
             """,
            read, only is null ? arguments : [.. arguments, JsonSerializer.Serialize(only)]);
    }
}
