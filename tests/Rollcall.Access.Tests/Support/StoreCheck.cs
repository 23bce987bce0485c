using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Rollcall.Scim;

namespace Rollcall.Access.Tests.Support;

/// <summary>
/// What must hold in the database whatever was done: counters, histories, the feed and the rows say the same. Each check
/// is a query for rows that contradict it.
/// </summary>
internal static class StoreCheck
{
    private static readonly (string Rule, string Contradictions)[] Rules =
    [
        ("a counter is the number of what the integration sees",
            """
            select coalesce(c.integration_id, r.integration_id) as integration, coalesce(c.resource_type, r.resource_type) as type, c.total, r.n from
              (select integration_id, resource_type, sum(total) as total from counters group by 1, 2) c
              full join
              (select integration_id, 'User' as resource_type, count(*) as n from users group by 1
               union all
               select integration_id, 'Group', count(*) from lists where scim_id is not null group by 1) r
              on r.integration_id = c.integration_id and r.resource_type = c.resource_type
            where coalesce(c.total, 0) <> coalesce(r.n, 0)
            """),
        ("member_count is the number of members",
            "select id, member_count, (select count(*) from members m where m.list_id = l.id) as n from lists l where member_count <> n"),
        ("a member stands in the partition of its list",
            "select m.* from members m left join lists l on l.id = m.list_id and l.integration_id = m.integration_id where l.id is null"),
        ("a member exists",
            """
            select m.* from members m where not exists (
              select 1 from users u where m.kind = 0 and u.id = m.member_id and u.integration_id = m.integration_id
              union all select 1 from lists l where m.kind = 1 and l.id = m.member_id
              union all select 1 from people p where m.kind = 2 and p.id = m.member_id)
            """),
        ("a Group that is a member of a Group is seen",
            "select m.* from members m join lists p on p.id = m.list_id join lists c on c.id = m.member_id where m.kind = 1 and p.type = 'scim' and c.scim_id is null"),
        ("an owner and its list exist",
            """
            select o.* from owners o where not exists (select 1 from lists l where l.id = o.list_id and l.integration_id = o.integration_id) or not exists (
              select 1 from lists l where o.kind = 1 and l.id = o.owner_id union all select 1 from people p where o.kind = 2 and p.id = o.owner_id)
            """),
        ("a User has one state, a state its User",
            """
            select u.id, s.user_id from users u full join user_state s on s.user_id = u.id and s.integration_id = u.integration_id
            where u.id is null or s.user_id is null or s.modified < u.created or u.writable_revision > s.revision
            """),
        ("an indexed address belongs to a User",
            "select e.* from user_emails e left join users u on u.id = e.user_id and u.integration_id = e.integration_id where u.id is null"),
        ("the feed has each revision of each resource once, from 1 on",
            "select resource_kind, resource_id, count(*) as n, min(revision) as least, max(revision) as most from changes group by 1, 2 having n <> most or least <> 1 or count(distinct revision) <> n"),
        ("times of a resource's revisions grow",
            "select a.resource_kind, a.resource_id, a.revision from changes a join changes b on b.resource_kind = a.resource_kind and b.resource_id = a.resource_id and b.revision = a.revision + 1 where b.at <= a.at"),
        ("a resource is at the feed's last revision",
            """
            select 0 as kind, s.user_id as id, s.revision, s.modified, c.revision, c.at from user_state s left join changes c on c.resource_kind = 0 and c.resource_id = s.user_id and c.revision = s.revision
            where c.at is not s.modified or s.revision <> (select max(revision) from changes where resource_kind = 0 and resource_id = s.user_id)
            union all
            select 1, l.id, l.revision, l.modified, c.revision, c.at from lists l left join changes c on c.resource_kind = 1 and c.resource_id = l.id and c.revision = l.revision
            where c.at is not l.modified or l.revision <> (select max(revision) from changes where resource_kind = 1 and resource_id = l.id)
            """),
        ("what is deleted is gone, what is gone was deleted, at its last revision",
            """
            select c.resource_kind, c.resource_id, c.revision, c.action from changes c
            where c.revision = (select max(d.revision) from changes d where d.resource_kind = c.resource_kind and d.resource_id = c.resource_id)
              and (c.action = 2) = exists (
                select 1 from users u where c.resource_kind = 0 and u.id = c.resource_id union all select 1 from lists l where c.resource_kind = 1 and l.id = c.resource_id)
            union all
            select c.resource_kind, c.resource_id, c.revision, c.action from changes c where c.action = 2 and exists (
              select 1 from changes d where d.resource_kind = c.resource_kind and d.resource_id = c.resource_id and d.revision > c.revision)
            """),
        ("each change is in the audit log", "select c.* from changes c where not exists (select 1 from audit a where a.request_id = c.request_id)"),
        ("intervals of a membership follow each other",
            """
            select h.* from member_history h where h.from_revision >= h.to_revision or h.from_at >= h.to_at
            union all
            select a.* from member_history a join member_history b on b.list_id = a.list_id and b.kind = a.kind and b.member_id = a.member_id
              and b.to_revision > a.to_revision and b.from_revision < a.to_revision
            union all
            select h.* from member_history h join members m on m.list_id = h.list_id and m.kind = h.kind and m.member_id = h.member_id where m.from_revision < h.to_revision
            """),
        ("a membership begins and ends with a revision of its list, and at its time",
            """
            with edges as (
              select list_id, from_revision as revision, from_at as at from members
              union select list_id, from_revision, from_at from member_history
              union select list_id, to_revision, to_at from member_history)
            select e.* from edges e left join changes c on c.resource_kind = 1 and c.resource_id = e.list_id and c.revision = e.revision where c.at is not e.at
            """),
        ("an ownership begins and ends with a revision of its list, and at its time",
            """
            with edges as (
              select list_id, from_revision as revision, from_at as at from owners
              union select list_id, from_revision, from_at from owner_history
              union select list_id, to_revision, to_at from owner_history)
            select e.* from edges e left join changes c on c.resource_kind = 1 and c.resource_id = e.list_id and c.revision = e.revision where c.at is not e.at
            """),
        ("owners are those of the definition",
            "select l.id from lists l where (select count(*) from owners o where o.list_id = l.id) <> json_array_length(l.definition, '$.owners')"),
        ("a change of a User's membership is a revision of the User, in the same request",
            """
            with edges as (
              select list_id, member_id, from_revision as revision from members where kind = 0
              union select list_id, member_id, from_revision from member_history where kind = 0
              union select list_id, member_id, to_revision from member_history where kind = 0)
            select e.* from edges e join changes c on c.resource_kind = 1 and c.resource_id = e.list_id and c.revision = e.revision
            where not exists (select 1 from changes u where u.resource_kind = 0 and u.resource_id = e.member_id and u.request_id = c.request_id)
            """),
        ("intervals of a list's definition follow each other without a gap",
            """
            select h.list_id, h.from_revision, h.to_revision from list_history h where h.from_revision >= h.to_revision
              or (h.from_revision <> 1 and not exists (select 1 from list_history p where p.list_id = h.list_id and p.to_revision = h.from_revision))
            union all
            select l.id, l.defined_revision, l.revision from lists l
            where l.defined_revision > l.revision or l.defined_revision <> coalesce((select max(to_revision) from list_history h where h.list_id = l.id), 1)
            """),
        ("intervals of a User's attributes follow each other without a gap",
            """
            select h.user_id, h.from_revision, h.to_revision from user_history h where h.from_revision >= h.to_revision
              or (h.from_revision <> 1 and not exists (select 1 from user_history p where p.user_id = h.user_id and p.to_revision = h.from_revision))
            union all
            select u.id, u.writable_revision, 0 from users u
            where u.writable_revision <> coalesce((select max(to_revision) from user_history h where h.user_id = u.id), 1)
            """),
    ];

    /// <summary>Checks a database that nobody has open any more.</summary>
    public static void Run(string path)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        var faults = Rules.SelectMany(rule => Query(connection, rule.Contradictions).Select(row => $"{rule.Rule}: {row}"))
            .Concat(Query(connection, "select id, scim_id, user_name, user_name_key, document from users", UserFault))
            .Concat(Query(connection, "select id, scim_id, title, title_key, definition, document from lists", ListFault))
            .ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults.Prepend("The database contradicts itself:")));
    }

    private static string? UserFault(SqliteDataReader row)
    {
        var document = ScimJson.ParseObject(row.GetFieldValue<byte[]>(4));
        return (string?)document["id"] == row.GetString(1) && (string?)document["userName"] == row.GetString(2) && ScimText.Fold(row.GetString(2)) == row.GetString(3)
            ? null
            : $"the document of User {row.GetInt64(0)} is not that of its row";
    }

    private static string? ListFault(SqliteDataReader row)
    {
        var title = row.GetString(2);
        var document = ScimJson.ParseObject([.. row.GetFieldValue<byte[]>(5), .. ",\"memberCount\":0}}"u8]);
        return (row.IsDBNull(1) || (string?)document["id"] == row.GetString(1)) && (string?)document["displayName"] == title
            && (string?)JsonNode.Parse(row.GetString(4))!["title"] == title && ScimText.Fold(title) == row.GetString(3)
            ? null
            : $"the document of list {row.GetInt64(0)} is not that of its row";
    }

    private static List<string> Query(SqliteConnection connection, string sql, Func<SqliteDataReader, string?>? fault = null)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the texts stand above
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            if ((fault is null ? Text(reader) : fault(reader)) is { } text)
                rows.Add(text);
        }
        return rows;
    }

    private static string Text(SqliteDataReader row)
    {
        var text = new StringBuilder();
        for (var i = 0; i < row.FieldCount; i++)
            text.Append(row.GetName(i)).Append('=').Append(row.GetValue(i)).Append(' ');
        return text.ToString();
    }
}
