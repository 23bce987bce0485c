namespace Rollcall.Testing.Stores;

/// <summary>
/// What must agree in the Access side's tables. Each query gives the rows that don't. <c>feed</c> is a copy of the change
/// feed, indexed by what the queries ask for.
/// </summary>
internal static class AccessRules
{
    /// <summary>What is run before the queries.</summary>
    public const string Prepare =
        """
        create temp table feed as select * from changes where resource_kind in (0, 1);
        create index temp.feed_resource on feed (resource_kind, resource_id, revision);
        create temp table spans as
          select list_id, kind, member_id, from_revision, to_revision from member_history union all select list_id, kind, member_id, from_revision, null from members;
        create index temp.spans_member on spans (member_id, list_id, kind, from_revision);
        """;

    /// <summary>The rules with their queries.</summary>
    public static IReadOnlyList<(string Rule, string Query)> All { get; } =
    [
        ("a list counts its members",
            "select id, name, member_count, (select count(*) from members m where m.list_id = l.id) as members from lists l where member_count <> members"),
        ("the counters count what an integration sees",
            """
            select i.id as integration, 'User' as type, (select count(*) from users u where u.integration_id = i.id) as rows,
              (select coalesce(sum(total), 0) from counters c where c.integration_id = i.id and c.resource_type = 'User') as counted
            from integrations i where rows <> counted
            union all
            select i.id, 'Group', (select count(*) from lists l where l.integration_id = i.id and l.scim_id is not null),
              (select coalesce(sum(total), 0) from counters c where c.integration_id = i.id and c.resource_type = 'Group')
            from integrations i where
              (select count(*) from lists l where l.integration_id = i.id and l.scim_id is not null)
              <> (select coalesce(sum(total), 0) from counters c where c.integration_id = i.id and c.resource_type = 'Group')
            """),
        ("the feed has each revision of a resource once, from the first on",
            """
            select resource_kind, resource_id, count(*) as rows, count(distinct revision) as revisions, min(revision) as first, max(revision) as last
            from feed where resource_kind in (0, 1) group by resource_kind, resource_id
            having first <> 1 or last <> rows or last <> revisions
            """),
        ("the feed is in the order of each resource's revisions",
            """
            select * from (
              select seq, resource_kind, resource_id, revision, lag(revision) over (partition by resource_kind, resource_id order by seq) as before
              from feed where resource_kind in (0, 1))
            where before is not null and revision <> before + 1
            """),
        ("a list is at the last revision of the feed",
            "select l.id, l.name, l.revision, (select max(revision) from feed c where c.resource_kind = 1 and c.resource_id = l.id) as fed from lists l where fed is null or l.revision <> fed"),
        ("a User is at the last revision of the feed",
            """
            select u.id, s.revision, (select max(revision) from feed c where c.resource_kind = 0 and c.resource_id = u.id) as fed
            from users u left join user_state s on s.integration_id = u.integration_id and s.user_id = u.id where s.revision is null or fed is null or s.revision <> fed
            """),
        ("what was deleted ends with its deletion",
            """
            select c.resource_kind, c.resource_id from feed c where c.action = 2 and (
              (c.resource_kind = 0 and exists (select 1 from users u where u.id = c.resource_id))
              or (c.resource_kind = 1 and exists (select 1 from lists l where l.id = c.resource_id))
              or exists (select 1 from feed n where n.resource_kind = c.resource_kind and n.resource_id = c.resource_id and n.revision > c.revision))
            """),
        ("state belongs to a User", "select user_id from user_state s where not exists (select 1 from users u where u.id = s.user_id and u.integration_id = s.integration_id)"),
        ("a member is there, and of the list's integration",
            """
            select m.list_id, m.kind, m.member_id from members m
            where not exists (select 1 from lists l where l.id = m.list_id and l.integration_id = m.integration_id)
              or (m.kind = 0 and not exists (select 1 from users u where u.id = m.member_id and u.integration_id = m.integration_id))
              or (m.kind = 1 and not exists (select 1 from lists l where l.id = m.member_id))
              or (m.kind = 2 and not exists (select 1 from people p where p.id = m.member_id))
            """),
        ("an address belongs to a User", "select user_id, value_key from user_emails e where not exists (select 1 from users u where u.id = e.user_id and u.integration_id = e.integration_id)"),
        ("a membership began at a revision of its list", "select m.list_id, m.member_id, m.from_revision from members m join lists l on l.id = m.list_id where m.from_revision > l.revision"),
        ("an ended membership ended after it began",
            "select list_id, member_id, from_revision, to_revision from member_history where to_revision <= from_revision or to_at <= from_at or joined > from_at"),
        ("a member's times follow on each other",
            """
            select a.list_id, a.kind, a.member_id, a.to_revision from spans a
            join spans b on b.list_id = a.list_id and b.kind = a.kind and b.member_id = a.member_id and b.from_revision > a.from_revision
            where a.to_revision is null or b.from_revision < a.to_revision
            """),
        ("owners are those of the definition",
            "select l.id, l.name from lists l where (select count(*) from owners o where o.list_id = l.id) <> json_array_length(l.definition, '$.owners')"),
        ("an ownership begins and ends with a revision of its list, and at its time",
            """
            select e.* from (
              select list_id, kind, owner_id, from_revision as revision, from_at as at from owners
              union all select list_id, kind, owner_id, from_revision, from_at from owner_history
              union all select list_id, kind, owner_id, to_revision, to_at from owner_history) e
            left join feed c on c.resource_kind = 1 and c.resource_id = e.list_id and c.revision = e.revision where c.at is not e.at
            """),
        ("blocks of a person follow on each other",
            """
            select person_id, from_at, to_at from block_history where to_at <= from_at
            union all
            select a.person_id, a.from_at, a.to_at from block_history a join block_history b on b.person_id = a.person_id and b.to_at > a.to_at and b.from_at < a.to_at
            union all
            select p.id, p.blocked, null from people p join block_history b on b.person_id = p.id and b.to_at > p.blocked
            """),
        ("times of a resource grow with its revisions",
            """
            select * from (
              select resource_kind, resource_id, revision, at, lag(at) over (partition by resource_kind, resource_id order by revision) as before
              from feed where resource_kind in (0, 1))
            where before is not null and at <= before
            """),
        ("a list was last changed when the feed says", "select l.id, l.modified, c.at from lists l join feed c on c.resource_kind = 1 and c.resource_id = l.id and c.revision = l.revision where l.modified <> c.at"),
        ("a User was last changed when the feed says",
            "select s.user_id, s.modified, c.at from user_state s join feed c on c.resource_kind = 0 and c.resource_id = s.user_id and c.revision = s.revision where s.modified <> c.at"),
        ("each revision of the feed has its request in the audit log",
            "select c.request_id, c.resource_kind, c.resource_id, c.revision from feed c where not exists (select 1 from audit a where a.request_id = c.request_id)"),
        ("no two lists contain each other",
            "select a.list_id, a.member_id from members a join members b on a.kind = 1 and b.kind = 1 and b.list_id = a.member_id and b.member_id = a.list_id"),
    ];
}
