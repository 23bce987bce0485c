using System.Data.Common;
using System.Text.Json;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Access.Evaluation;

/// <summary>
/// What was true at a moment: by the tables of what is, and for the past by those of what was. All by set statements,
/// each along an index of what is asked for, so that the cost does not depend on the size of the directory.
/// </summary>
internal sealed class Records(Session session, Moment moment)
{
    // The second column is a TieRole.
    private const string Tie = "list_id, 0, kind, member_id, joined, expires, reason, added_by, from_at";
    private const string Ownership = "list_id, 1, kind, owner_id, from_at, null, null, added_by, from_at";
    private const string User = "scim_id, person_id, user_name, active, case when integration_id = 0 then document end";
    private const string List = "integration_id, name, definition";
    private const string Then = "from_at <= $1 and to_at > $1";

    /// <summary>The moment.</summary>
    public Moment Moment => moment;

    /// <summary>Some people.</summary>
    public async ValueTask<Dictionary<long, RecordedPerson>> PeopleAsync(IReadOnlyCollection<long> ids)
    {
        var set = Json(ids);
        var people = await session.ListAsync(
            $"select id, name, blocked, blocked_by from people where id in ({session.Dialect.NumberSet("$1")})",
            row => new RecordedPerson(row.GetInt64(0), row.GetString(1), Number(row, 2), Text(row, 3)), set);
        if (!moment.IsPast)
            return people.ToDictionary(person => person.Id);
        var blocks = await session.ListAsync(
            $"""
             select person_id, from_at, blocked_by from block_history
             where person_id in ({session.Dialect.NumberSet("$2")}) and from_at <= $1 and to_at > $1
             """,
            row => (Person: row.GetInt64(0), From: row.GetInt64(1), By: Text(row, 2)), moment.At, set);
        var ended = blocks.ToDictionary(block => block.Person);
        return people.ToDictionary(person => person.Id, person =>
            person.BlockedSince <= moment.At ? person
            : ended.TryGetValue(person.Id, out var block) ? person with { BlockedSince = block.From, BlockedBy = block.By }
            : person with { BlockedSince = null, BlockedBy = null });
    }

    /// <summary>All Users of some people.</summary>
    public ValueTask<List<RecordedUser>> UsersOfAsync(IReadOnlyCollection<long> people) => ReadAsync(
        $"select id, integration_id, {User}, written, {long.MaxValue} from users where person_id in ({Set}) and written <= $1",
        $"select user_id, integration_id, {User}, from_at, to_at from user_history where person_id in ({Set}) and {Then}",
        MapUser, Json(people));

    /// <summary>Some Users of an integration.</summary>
    public ValueTask<List<RecordedUser>> UsersAsync(long integrationId, IReadOnlyCollection<long> ids) => ids.Count == 0 ? new([]) : ReadAsync(
        $"select id, integration_id, {User}, written, {long.MaxValue} from users where integration_id = $3 and id in ({Set}) and written <= $1",
        $"select user_id, integration_id, {User}, from_at, to_at from user_history where integration_id = $3 and user_id in ({Set}) and {Then}",
        MapUser, Json(ids), [integrationId]);

    /// <summary>The memberships of a User in the lists of its integration, or of a person in those managed here (0).</summary>
    public ValueTask<List<RecordedTie>> MembershipsAsync(long integrationId, MemberKind kind, long memberId) => ReadAsync(
        // The index that finds the rows does not hold all of them, and without statistics SQLite would rather walk every
        // member of the integration than look up each: so it is told in two steps.
        $"""
         select m.list_id, 0, m.kind, m.member_id, m.joined, m.expires, m.reason, m.added_by, m.from_at, {long.MaxValue}
         from members k
         join members m on m.integration_id = k.integration_id and m.list_id = k.list_id and m.kind = k.kind and m.member_id = k.member_id
         where k.integration_id = $3 and k.kind = $4 and k.member_id = $2 and m.from_at <= $1
         """,
        $"select {Tie}, to_at from member_history where integration_id = $3 and kind = $4 and member_id = $2 and {Then}",
        MapTie, memberId, [integrationId, (int)kind]);

    /// <summary>The memberships of some lists in other lists.</summary>
    public ValueTask<List<RecordedTie>> NestingsAsync(IReadOnlyCollection<long> children) => ReadAsync(
        $"select {Tie}, {long.MaxValue} from members where kind = {(int)MemberKind.List} and member_id in ({Set}) and from_at <= $1",
        $"select {Tie}, to_at from member_history where kind = {(int)MemberKind.List} and member_id in ({Set}) and {Then}",
        MapTie, Json(children));

    /// <summary>The lists that are members of some lists.</summary>
    public ValueTask<List<RecordedTie>> NestedAsync(IReadOnlyCollection<long> parents) => ReadAsync(
        $"select {Tie}, {long.MaxValue} from members where kind = {(int)MemberKind.List} and list_id in ({Set}) and from_at <= $1",
        $"select {Tie}, to_at from member_history where kind = {(int)MemberKind.List} and list_id in ({Set}) and {Then}",
        MapTie, Json(parents));

    /// <summary>What people, or lists, own.</summary>
    public ValueTask<List<RecordedTie>> OwnershipsAsync(MemberKind kind, IReadOnlyCollection<long> owners) => ReadAsync(
        $"select {Ownership}, {long.MaxValue} from owners where kind = $3 and owner_id in ({Set}) and from_at <= $1",
        $"select {Ownership}, to_at from owner_history where kind = $3 and owner_id in ({Set}) and {Then}",
        MapTie, Json(owners), [(int)kind]);

    /// <summary>Some lists.</summary>
    public async ValueTask<Dictionary<long, RecordedList>> ListsAsync(IReadOnlyCollection<long> ids)
    {
        var lists = await ReadAsync(
            $"select id, {List}, defined, {long.MaxValue} from lists where id in ({Set}) and defined <= $1",
            $"select list_id, {List}, from_at, to_at from list_history where list_id in ({Set}) and {Then}",
            MapList, Json(ids));
        return lists.ToDictionary(list => list.Id);
    }

    /// <summary>The list of that name, or null.</summary>
    public async ValueTask<RecordedList?> ListNamedAsync(string name)
    {
        // Names are unique at any moment, over time they may come back.
        var lists = await ReadAsync(
            $"select id, {List}, defined, {long.MaxValue} from lists where name = $2 and defined <= $1",
            $"select list_id, {List}, from_at, to_at from list_history where name = $2 and {Then}",
            MapList, name);
        return lists.FirstOrDefault();
    }

    /// <summary>Members of a list that are Users or people, in the order of kind and internal id.</summary>
    /// <param name="list">The list.</param>
    /// <param name="kind">The kind of the last one before.</param>
    /// <param name="memberId">Its internal id.</param>
    /// <param name="count">The most to return.</param>
    public ValueTask<List<RecordedTie>> MembersAsync(RecordedList list, MemberKind kind, long memberId, int count)
    {
        const string Others = "integration_id = $3 and list_id = $2 and (kind, member_id) > ($4, $5) and kind <> 1";
        return ReadAsync(
            $"select {Tie}, {long.MaxValue} as to_at from members where {Others} and from_at <= $1",
            $"select {Tie}, to_at from member_history where {Others} and {Then}",
            MapTie, list.Id, [list.IntegrationId, (int)kind, memberId, count], "order by kind, member_id limit $6");
    }

    /// <summary>When the last block of a person ended, by the moment; 0 where none has.</summary>
    public ValueTask<long> LastUnblockAsync(long person) =>
        session.FirstAsync("select coalesce(max(to_at), 0) from block_history where person_id = $1 and to_at <= $2", row => row.GetInt64(0), person, moment.Bound);

    /// <summary>What a membership was before it became as it is, from when the member joined on, the latest first.</summary>
    /// <param name="integrationId">The list's integration.</param>
    /// <param name="tie">The membership.</param>
    public ValueTask<List<RecordedTie>> EarlierAsync(long integrationId, RecordedTie tie) => session.ListAsync(
        $"""
         select {Tie}, to_at from member_history
         where integration_id = $1 and list_id = $2 and kind = $3 and member_id = $4 and from_at >= $5 and to_at <= $6
         order by to_revision desc
         """,
        MapTie, integrationId, tie.ListId, (int)tie.Kind, tie.HolderId, tie.Joined, tie.From);

    /// <summary>What a person's Users were before the moment, as far back as after some time.</summary>
    public ValueTask<List<RecordedUser>> EarlierUsersAsync(long person, long after) => session.ListAsync(
        $"select user_id, integration_id, {User}, from_at, to_at from user_history where person_id = $1 and to_at >= $2 and to_at <= $3",
        MapUser, person, after, moment.Bound);

    /// <summary>What some lists were before the moment, as far back as after some time.</summary>
    public ValueTask<List<RecordedList>> EarlierListsAsync(IReadOnlyCollection<long> ids, long after) => session.ListAsync(
        $"select list_id, {List}, from_at, to_at from list_history where list_id in ({session.Dialect.NumberSet("$1")}) and to_at >= $2 and to_at <= $3",
        MapList, Json(ids), after, moment.Bound);

    private static RecordedList MapList(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), JsonSerializer.Deserialize<ListDefinition>(row.GetString(3), ApiJson.Options)!, row.GetInt64(4), row.GetInt64(5));

    private string Set => session.Dialect.NumberSet("$2");

    // $1 is the moment, or no bound for now.
    private ValueTask<List<T>> ReadAsync<T>(
        string current, string past, Func<DbDataReader, T> map, object second, ReadOnlySpan<object?> others = default, string order = "") =>
        session.ListAsync(moment.IsPast ? $"{current} union all {past} {order}" : $"{current} {order}", map, [moment.Bound, second, .. others]);

    private static RecordedUser MapUser(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetInt64(3), row.GetString(4), row.GetBoolean(5),
        row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6), row.GetInt64(7), row.GetInt64(8));

    private static RecordedTie MapTie(DbDataReader row) => new(
        row.GetInt64(0), (TieRole)row.GetInt32(1), (MemberKind)row.GetInt32(2), row.GetInt64(3), row.GetInt64(4), Number(row, 5), Text(row, 6),
        Text(row, 7), row.GetInt64(8), row.GetInt64(9));

    private static long? Number(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static string Json(IReadOnlyCollection<long> ids) => JsonSerializer.Serialize(ids);
}
