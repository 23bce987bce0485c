using Rollcall.Access.Lists;
using Rollcall.Data;

namespace Rollcall.Access.Checks;

/// <summary>What stands in the database now: totals, references, nesting.</summary>
internal static class ResourceChecks
{
    public static IReadOnlyList<StoreCheck> All { get; } =
    [
        StoreCheck.Of("counters", "A counter is the number of what an integration sees.", Remedies.Derived, ["users", "lists"],
            """
            select coalesce(c.integration_id, r.integration_id) as integration, coalesce(c.resource_type, r.resource_type) as type,
              coalesce(c.total, 0) as counted, coalesce(r.n, 0) as rows
            from (select integration_id, resource_type, sum(total) as total from counters group by integration_id, resource_type) c
            full join (
              select integration_id, 'User' as resource_type, count(*) as n from users group by integration_id
              union all
              select integration_id, 'Group', count(*) from lists where scim_id is not null group by integration_id) r
            on r.integration_id = c.integration_id and r.resource_type = c.resource_type
            where coalesce(c.total, 0) <> coalesce(r.n, 0)
            """),
        StoreCheck.Of("member-counts", "A list counts its members.", Remedies.Derived, ["lists"],
            """
            select l.id as list, l.member_count as counted, coalesce(m.n, 0) as members
            from lists l left join (select integration_id, list_id, count(*) as n from members group by integration_id, list_id) m
              on m.integration_id = l.integration_id and m.list_id = l.id
            where l.member_count <> coalesce(m.n, 0)
            """),
        StoreCheck.Of("references", "What a row refers to is there, and of the same integration.", Remedies.Foreign,
            ["users", "user_state", "user_emails", "lists", "members", "owners", "clients", "client_secrets", "static_tokens"],
            """
            select 'member of no list' as problem, m.list_id as list, m.member_id as id
            from members m left join lists l on l.id = m.list_id and l.integration_id = m.integration_id where l.id is null
            union all
            select 'member that is no User', m.list_id, m.member_id
            from members m left join users u on u.id = m.member_id and u.integration_id = m.integration_id where m.kind = 0 and u.id is null
            union all
            select 'member that is no list', m.list_id, m.member_id from members m left join lists l on l.id = m.member_id where m.kind = 1 and l.id is null
            union all
            select 'member that is no person', m.list_id, m.member_id from members m left join people p on p.id = m.member_id where m.kind = 2 and p.id is null
            union all
            select 'member of an unknown kind', list_id, member_id from members where kind not in (0, 1, 2)
            union all
            select 'Group within a Group, but not seen', m.list_id, m.member_id
            from members m join lists p on p.id = m.list_id join lists c on c.id = m.member_id where m.kind = 1 and p.type = 'scim' and c.scim_id is null
            union all
            select 'owner of no list', o.list_id, o.owner_id
            from owners o left join lists l on l.id = o.list_id and l.integration_id = o.integration_id where l.id is null
            union all
            select 'owner that is no list', o.list_id, o.owner_id from owners o left join lists l on l.id = o.owner_id where o.kind = 1 and l.id is null
            union all
            select 'owner that is no person', o.list_id, o.owner_id from owners o left join people p on p.id = o.owner_id where o.kind = 2 and p.id is null
            union all
            select 'User without state', null, u.id
            from users u left join user_state s on s.user_id = u.id and s.integration_id = u.integration_id where s.user_id is null
            union all
            select 'state of no User', null, s.user_id
            from user_state s left join users u on u.id = s.user_id and u.integration_id = s.integration_id where u.id is null
            union all
            select 'address of no User', null, e.user_id
            from user_emails e left join users u on u.id = e.user_id and u.integration_id = e.integration_id where u.id is null
            union all
            select 'User of no person of its name', null, u.id
            from users u left join people p on p.id = u.person_id and p.name_key = u.user_name_key where p.id is null
            union all
            select 'User of no integration', null, u.id from users u left join integrations i on i.id = u.integration_id where u.integration_id <> 0 and i.id is null
            union all
            select 'list of no integration', l.id, null from lists l left join integrations i on i.id = l.integration_id where l.integration_id <> 0 and i.id is null
            union all
            select 'list of type scim without integration, or the reverse', id, null from lists where (type = 'scim') = (integration_id = 0)
            union all
            select 'client of no integration', null, c.integration_id from clients c left join integrations i on i.id = c.integration_id where i.id is null
            union all
            select 'secret of no client', null, null from client_secrets s left join clients c on c.client_id = s.client_id where c.client_id is null
            union all
            select 'token of no integration', null, t.integration_id from static_tokens t left join integrations i on i.id = t.integration_id where i.id is null
            """),
        new StoreCheck("nesting", $"No list is within itself, and none nested more than {Hierarchy.MaxDepth} deep.", Remedies.Foreign,
            session => session.FirstAsync("select (select count(*) from members where kind = 1) + (select count(*) from owners where kind = 1)", row => row.GetInt64(0)),
            FindNestingAsync),
    ];

    // Kahn's order: whoever has nothing within it is done first; who is left at the end is in a circle, or holds one. Owners
    // close circles as members do, but only memberships make lists deep.
    private static async ValueTask FindNestingAsync(Session session, Action<string> tell)
    {
        var parents = new Dictionary<long, List<(long Parent, int Depth)>>();
        var open = new Dictionary<long, int>();
        await session.EachAsync(
            "select list_id, member_id, 1 from members where kind = 1 union all select list_id, owner_id, 0 from owners where kind = 1",
            row =>
            {
                var (parent, child) = (row.GetInt64(0), row.GetInt64(1));
                open[parent] = open.GetValueOrDefault(parent) + 1;
                open.TryAdd(child, 0);
                if (!parents.TryGetValue(child, out var above))
                    parents.Add(child, above = []);
                above.Add((parent, row.GetInt32(2)));
            });
        var depths = open.Keys.ToDictionary(list => list, _ => 0);
        var done = new Queue<long>(open.Where(list => list.Value == 0).Select(list => list.Key));
        while (done.TryDequeue(out var child))
        {
            open.Remove(child);
            foreach (var (parent, depth) in parents.GetValueOrDefault(child) ?? [])
            {
                depths[parent] = Math.Max(depths[parent], (depths[child] + 1) * depth);
                if (--open[parent] == 0)
                    done.Enqueue(parent);
            }
        }
        foreach (var list in open.Keys.Order())
            tell($"problem in a circle, or with one within, list {list}");
        foreach (var (list, depth) in depths.Where(list => list.Value > Hierarchy.MaxDepth && !open.ContainsKey(list.Key)).OrderBy(list => list.Key))
            tell($"problem nested too deep, list {list}, depth {depth}");
    }
}
