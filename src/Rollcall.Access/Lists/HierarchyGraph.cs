using Rollcall.Data;

namespace Rollcall.Access.Lists;

/// <summary>
/// All lists in lists, by their names, in memory: to check many changes at once, whose steps one by one might break the rules
/// that the outcome keeps. <see cref="Hierarchy"/> has the rules.
/// </summary>
internal sealed class HierarchyGraph
{
    private readonly Dictionary<string, HashSet<(string Child, bool IsOwner)>> _children = new(StringComparer.Ordinal);

    /// <summary>All edges, from a list to a member or owner of it.</summary>
    public IEnumerable<(string Parent, string Child)> Edges => _children.SelectMany(node => node.Value.Select(edge => (node.Key, edge.Child)));

    /// <summary>Reads what there is.</summary>
    public static async ValueTask<HierarchyGraph> ReadAsync(Session session)
    {
        var graph = new HierarchyGraph();
        await session.EachAsync(
            $"""
             select p.name, c.name, 0 from members m join lists p on p.id = m.list_id join lists c on c.id = m.member_id where m.kind = {(int)MemberKind.List}
             union all
             select p.name, c.name, 1 from owners o join lists p on p.id = o.list_id join lists c on c.id = o.owner_id where o.kind = {(int)MemberKind.List}
             """,
            row => graph.Add(row.GetString(0), row.GetString(1), isOwner: row.GetInt64(2) == 1));
        return graph;
    }

    /// <summary>Adds an edge.</summary>
    public void Add(string parent, string child, bool isOwner)
    {
        if (!_children.TryGetValue(parent, out var children))
            _children.Add(parent, children = []);
        children.Add((child, isOwner));
    }

    /// <summary>Removes a list that is a member.</summary>
    public void RemoveMember(string parent, string child) => _children.GetValueOrDefault(parent)?.Remove((child, false));

    /// <summary>Removes all owners of a list that are lists.</summary>
    public void RemoveOwners(string parent) => _children.GetValueOrDefault(parent)?.RemoveWhere(edge => edge.IsOwner);

    /// <summary>Removes all members and owners of a list that are lists.</summary>
    public void RemoveParent(string parent) => _children.Remove(parent);

    /// <summary>Tells which of some edges close a circle, at least one if there is a circle at all; where there is none, which make the nesting too deep.</summary>
    /// <param name="added">The edges that were added; before them nothing was wrong.</param>
    /// <param name="fault">Told the number of the edge among <paramref name="added"/> and what is wrong.</param>
    public void Check(IReadOnlyList<(string Parent, string Child, bool IsOwner)> added, Action<int, string> fault)
    {
        // Longest ways of members from the top, in the order from parents to children. What is left over is in a circle, or below one.
        var parents = Edges.GroupBy(edge => edge.Child, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var nodes = _children.Keys.Concat(parents.Keys).Distinct(StringComparer.Ordinal).ToList();
        var order = nodes.Where(node => !parents.ContainsKey(node)).ToList();
        var above = order.ToDictionary(node => node, _ => 0, StringComparer.Ordinal);
        for (var i = 0; i < order.Count; i++)
        {
            foreach (var (child, isOwner) in ChildrenOf(order[i]))
            {
                above[child] = Math.Max(above.GetValueOrDefault(child), isOwner ? 0 : above[order[i]] + 1);
                if (--parents[child] == 0)
                    order.Add(child);
            }
        }
        if (order.Count < nodes.Count)
        {
            for (var i = 0; i < added.Count; i++)
            {
                if (parents.GetValueOrDefault(added[i].Child) == 0 || !Reaches(added[i].Child, added[i].Parent))
                    continue;
                fault(i, Hierarchy.CircleText(added[i].Parent, added[i].Child));
                return;
            }
        }

        // Longest ways down, in the reverse order.
        var below = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in Enumerable.Reverse(order))
            below[node] = ChildrenOf(node).Where(edge => !edge.IsOwner).Select(edge => below[edge.Child] + 1).DefaultIfEmpty().Max();
        for (var i = 0; i < added.Count; i++)
        {
            var (parent, child, isOwner) = added[i];
            if ((isOwner ? 0 : above[parent]) + 1 + below[child] > Hierarchy.MaxDepth)
                fault(i, Hierarchy.DepthText(parent, child));
        }
    }

    private HashSet<(string Child, bool IsOwner)> ChildrenOf(string parent) => _children.GetValueOrDefault(parent) ?? [];

    private bool Reaches(string from, string to)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { from };
        var waiting = new Queue<string>(seen);
        while (waiting.TryDequeue(out var node))
        {
            if (node == to)
                return true;
            foreach (var (child, _) in ChildrenOf(node).Where(edge => seen.Add(edge.Child)))
                waiting.Enqueue(child);
        }
        return false;
    }
}
