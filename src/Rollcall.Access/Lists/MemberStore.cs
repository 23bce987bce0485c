using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Access.People;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Lists;

/// <summary>Members of a list one by one, as administrators see and change them.</summary>
internal static class MemberStore
{
    private const string Select =
        """
        select m.kind, coalesce(u.user_name, p.name, l.name), u.scim_id, m.joined, m.expires, m.reason, m.added_by, m.member_id
        from members m
        left join users u on m.kind = 0 and u.id = m.member_id
        left join lists l on m.kind = 1 and l.id = m.member_id
        left join people p on m.kind = 2 and p.id = m.member_id
        where m.integration_id = $1 and m.list_id = $2
        """;

    /// <summary>Where a page of members ends.</summary>
    /// <param name="Kind">The last member's kind.</param>
    /// <param name="MemberId">The last member's internal id.</param>
    public readonly record struct Key(MemberKind Kind, long MemberId)
    {
        /// <summary>Reads what <see cref="ToString"/> wrote; null stands for before the first.</summary>
        /// <exception cref="ApiException">400: it was not made here.</exception>
        public static Key Parse(string? text)
        {
            if (text is null)
                return new Key(MemberKind.User, 0);
            var dot = text.IndexOf('.', StringComparison.Ordinal);
            return dot > 0
                && int.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var kind)
                && long.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? new Key((MemberKind)kind, id)
                : throw ApiException.Invalid("cursor", "The cursor was not made here. Start again without one.");
        }

        /// <summary>The key as text.</summary>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(int)Kind}.{MemberId}");
    }

    /// <summary>A page of direct members, in the order of kind and internal id.</summary>
    public static ValueTask<List<ListMember>> PageAsync(Session session, long integrationId, long listId, Key after, int count) =>
        session.ListAsync($"{Select} and (m.kind, m.member_id) > ($3, $4) order by m.kind, m.member_id limit $5", Map,
            integrationId, listId, (int)after.Kind, after.MemberId, count);

    /// <summary>Those of the given direct members who are there.</summary>
    public static ValueTask<List<ListMember>> NamedAsync(Session session, long integrationId, long listId, MemberKind kind, IReadOnlyCollection<long> ids) =>
        session.ListAsync($"{Select} and m.kind = $3 and m.member_id in ({session.Dialect.NumberSet("$4")})", Map,
            integrationId, listId, (int)kind, JsonSerializer.Serialize(ids));

    /// <summary>Makes somebody a member, or changes until when and why they are; equal values change nothing.</summary>
    /// <returns>The member, and whether it is new.</returns>
    /// <exception cref="ApiException">400: no such list, or a circle.</exception>
    public static async ValueTask<(ListMember Member, bool Added)> PutAsync(
        WriteSession session, ChangeContext context, LockedList list, MemberKind kind, string name, long? expires, string? reason)
    {
        var id = kind == MemberKind.Person ? await PeopleStore.GetOrAddAsync(session, name) : await ListIdAsync(session, name);
        var before = await FindAsync(session, list, kind, id);
        if (before is not null && before.Expires == expires && before.Reason == reason)
            return (before, false);
        if (before is null && kind == MemberKind.List)
            await Hierarchy.CheckEdgeAsync(session, list.Id, list.Name, id, name, asOwner: false, text => ApiException.Invalid("member", text));
        var write = new ListWrite(session, context, list);
        if (before is not null)
            await write.Members.RemoveAsync(kind, [id]);
        // The interval is a new one; the membership is not.
        await write.Members.AddAsync(kind, [id], new MembershipTerms(expires, reason, before?.Joined, before?.AddedBy));
        await write.CommitAsync("list.member.put", operations: writer => writer.WriteString("member", name));
        return ((await FindAsync(session, list, kind, id))!, before is null);
    }

    /// <summary>Ends a membership.</summary>
    /// <exception cref="ApiException">404: there is none.</exception>
    public static async ValueTask RemoveAsync(WriteSession session, ChangeContext context, LockedList list, MemberKind kind, string name)
    {
        var id = kind == MemberKind.Person
            ? await PeopleStore.FindAsync(session, name)
            : await session.FirstAsync<long?>("select id from lists where name = $1", row => row.GetInt64(0), name);
        var write = new ListWrite(session, context, list);
        if (id is null || (await write.Members.RemoveAsync(kind, [id.Value])).Count == 0)
            throw ApiException.NotFound($"'{name.Truncate()}' is not a member of '{list.Name}'.");
        await write.CommitAsync("list.member.remove", operations: writer => writer.WriteString("member", name));
    }

    private static async ValueTask<long> ListIdAsync(WriteSession session, string name) =>
        await session.FirstAsync<long?>("select id from lists where name = $1", row => row.GetInt64(0), name)
            ?? throw ApiException.Invalid("member", $"There is no access list named '{name.Truncate()}'.");

    private static ValueTask<ListMember?> FindAsync(Session session, LockedList list, MemberKind kind, long id) =>
        session.FirstAsync($"{Select} and m.kind = $3 and m.member_id = $4", Map, list.IntegrationId, list.Id, (int)kind, id);

    private static ListMember Map(DbDataReader row) => new(
        (MemberKind)row.GetInt32(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetInt64(3),
        row.IsDBNull(4) ? null : row.GetInt64(4), row.IsDBNull(5) ? null : row.GetString(5), row.GetString(6), row.GetInt64(7));
}
