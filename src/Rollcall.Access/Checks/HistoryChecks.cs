namespace Rollcall.Access.Checks;

/// <summary>
/// What was, against what is: change feed, audit log, and the intervals of memberships, definitions and attributes.
/// Kinds in the feed: 0 a User, 1 a list.
/// </summary>
internal static class HistoryChecks
{
    public static IReadOnlyList<StoreCheck> All { get; } =
    [
        StoreCheck.Of("feed", "The feed has each revision of each resource once, in order, from the first on, and later ones at later times.", Remedies.Foreign, ["changes"],
            """
            select resource_kind as kind, resource_id as id, revision, revision_before, at, at_before from (
              select resource_kind, resource_id, seq, revision, at,
                lag(seq) over revisions as seq_before, lag(revision) over revisions as revision_before, lag(at) over revisions as at_before
              from changes
              window revisions as (partition by resource_kind, resource_id order by revision, seq)) f
            where revision <> coalesce(revision_before, 0) + 1 or seq <= seq_before or at <= at_before
            """),
        StoreCheck.Of("revisions", "A resource is at the last revision of the feed, and what was deleted ends with its deletion.", Remedies.Foreign, ["user_state", "lists", "changes"],
            $"""
             {Revisions("User", 0, "user_state", "user_id")}
             union all
             {Revisions("list", 1, "lists", "id")}
             """),
        StoreCheck.Of("audit", "Each revision of the feed has its request in the audit log.", Remedies.Foreign, ["changes", "audit"],
            """
            select c.resource_kind as kind, c.resource_id as id, c.revision, c.request_id as request
            from changes c left join (select distinct request_id from audit) a on a.request_id = c.request_id where a.request_id is null
            """),
        StoreCheck.Of("membership-history", "A membership begins and ends with a revision of its list, at its time, and the next begins after its end.", Remedies.Foreign, ["members", "member_history"],
            """
            with spans as (
              select list_id, kind, member_id, from_revision, from_at, joined, to_revision, to_at from member_history
              union all
              select list_id, kind, member_id, from_revision, from_at, joined, null, null from members)
            select 'interval' as problem, list_id as list, kind, member_id as member, from_revision, to_revision from (
              select spans.*, lag(coalesce(to_revision, 9223372036854775807)) over (partition by list_id, kind, member_id order by from_revision, to_revision) as ended from spans) s
            where from_revision >= to_revision or from_at >= to_at or joined > from_at or from_revision < ended
            union all
            select 'beginning', s.list_id, s.kind, s.member_id, s.from_revision, s.to_revision
            from spans s left join changes c on c.resource_kind = 1 and c.resource_id = s.list_id and c.revision = s.from_revision
            where c.at is distinct from s.from_at
            union all
            select 'end', s.list_id, s.kind, s.member_id, s.from_revision, s.to_revision
            from spans s left join changes c on c.resource_kind = 1 and c.resource_id = s.list_id and c.revision = s.to_revision
            where s.to_revision is not null and c.at is distinct from s.to_at
            """),
        StoreCheck.Of("owner-history", "An ownership begins and ends with a revision of its list, and at its time.", Remedies.Foreign, ["owners", "owner_history"],
            """
            with edges as (
              select list_id, kind, owner_id, from_revision as revision, from_at as at from owners
              union all
              select list_id, kind, owner_id, from_revision, from_at from owner_history
              union all
              select list_id, kind, owner_id, to_revision, to_at from owner_history)
            select e.list_id as list, e.kind, e.owner_id as owner, e.revision
            from edges e left join changes c on c.resource_kind = 1 and c.resource_id = e.list_id and c.revision = e.revision
            where c.at is distinct from e.at
            union all
            select list_id, kind, owner_id, from_revision from owner_history where from_revision >= to_revision
            """),
        StoreCheck.Of("block-history", "Blocks of a person follow on each other.", Remedies.Foreign, ["people", "block_history"],
            """
            select person_id as person, from_at as blocked, to_at as unblocked from (
              select person_id, from_at, to_at, lag(to_at) over (partition by person_id order by from_at, to_at) as before
              from (select person_id, from_at, to_at from block_history union all select id, blocked, null from people where blocked is not null) b) s
            where to_at <= from_at or from_at < before
            """),
        StoreCheck.Of("user-revisions", "A User gets a revision, in the same request, with each change of its memberships.", Remedies.Foreign, ["members", "member_history"],
            """
            with edges as (
              select list_id, member_id, from_revision as revision from members where kind = 0
              union
              select list_id, member_id, from_revision from member_history where kind = 0
              union
              select list_id, member_id, to_revision from member_history where kind = 0)
            select e.list_id as list, e.member_id as user, e.revision, c.request_id as request
            from edges e
            join changes c on c.resource_kind = 1 and c.resource_id = e.list_id and c.revision = e.revision
            left join changes u on u.resource_kind = 0 and u.resource_id = e.member_id and u.request_id = c.request_id
            where u.seq is null
            """),
        StoreCheck.Of("definition-history", "What a list was defined as follows without a gap up to what it is.", Remedies.Foreign, ["lists", "list_history"], Intervals(
            "select list_id as id, from_revision, to_revision, from_at, to_at from list_history",
            "select id, defined_revision, null, defined, null from lists")),
        StoreCheck.Of("user-history", "What a User's attributes were follows without a gap up to what they are.", Remedies.Foreign, ["users", "user_history"], Intervals(
            "select user_id as id, from_revision, to_revision, from_at, to_at from user_history",
            "select id, writable_revision, null, written, null from users")),
    ];

    private static string Revisions(string kind, int number, string table, string id) =>
        $"""
         select '{kind}' as kind, coalesce(s.{id}, f.id) as id, s.revision, f.revision as fed, s.modified, f.at, f.deleted as deleted_at
         from {table} s full join (
           select resource_id as id, max(revision) as revision, max(at) as at, max(case when action = 2 then revision end) as deleted
           from changes where resource_kind = {number} group by resource_id) f on f.id = s.{id}
         where case when s.{id} is null then f.deleted is distinct from f.revision
           else f.deleted is not null or s.revision is distinct from f.revision or s.modified is distinct from f.at end
         """;

    private static string Intervals(string ended, string present) =>
        $"""
         select id, from_revision, to_revision, before from (
           select s.*, lag(to_revision) over (partition by id order by from_revision) as before, lag(to_at) over (partition by id order by from_revision) as at_before
           from ({ended} union all {present}) s) i
         where from_revision <> coalesce(before, 1) or from_revision >= to_revision or from_at >= to_at or from_at <> at_before
         """;
}
