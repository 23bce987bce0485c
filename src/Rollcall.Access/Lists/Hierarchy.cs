using System.Text.Json;
using Rollcall.Data;

namespace Rollcall.Access.Lists;

/// <summary>
/// Lists that are members or owners of lists: never in a circle, over members and owners alike, and at most
/// <see cref="MaxDepth"/> deep: so many steps from whoever is on a list to the list that counts them as members or owners. Edges are added, and lists deleted or given up, under the lock of the one row of
/// <c>hierarchy</c>, which comes before the locks of lists: two edges that are each fine may close a circle together.
/// Edges are taken away without it, since that breaks neither rule.
/// </summary>
internal static class Hierarchy
{
    /// <summary>The most memberships of lists in lists on any way, an ownership at its end included.</summary>
    public const int MaxDepth = 10;

    private const string Nested = "select member_id from members where kind = 1 and list_id in ({0})";
    private const string Nesting = "select list_id from members where kind = 1 and member_id in ({0})";
    private const string Owning = "select owner_id from owners where kind = 1 and list_id in ({0})";

    /// <summary>Takes the lock under which edges are added and lists deleted. First in a transaction it costs nothing more; later it starts the write over.</summary>
    public static ValueTask LockAsync(WriteSession session) => session.LockFirstAsync("update hierarchy set edges = edges + 1 where only_row = 1");

    /// <summary>Refuses, under the lock, an edge that would close a circle or pass the depth.</summary>
    /// <param name="session">Where to look.</param>
    /// <param name="parent">The list that is to have a list as member or owner.</param>
    /// <param name="parentName">Its name, for the message.</param>
    /// <param name="child">The list that is to be member or owner.</param>
    /// <param name="childName">Its name, for the message.</param>
    /// <param name="asOwner">Whether it is to be an owner. Ownership is not handed on from there, so what is above the parent does not count.</param>
    /// <param name="fault">Makes the exception from what is wrong.</param>
    public static async ValueTask CheckEdgeAsync(
        WriteSession session, long parent, string parentName, long child, string childName, bool asOwner, Func<string, Exception> fault)
    {
        await LockAsync(session);
        if (await IsWithinAsync(session, parent, child))
            throw fault(CircleText(parentName, childName));
        var below = await DepthAsync(session, Nested, child);
        if ((asOwner ? 0 : await DepthAsync(session, Nesting, parent)) + 1 + below > MaxDepth)
            throw fault(DepthText(parentName, childName));
    }

    /// <summary>A number that grows whenever edges are added.</summary>
    public static ValueTask<long> EdgesAsync(Session session) => session.FirstAsync("select edges from hierarchy where only_row = 1", row => row.GetInt64(0));

    /// <summary>What is wrong with an edge that closes a circle.</summary>
    public static string CircleText(string parentName, string childName) =>
        $"'{childName}' can't be a member or owner of '{parentName}': '{parentName}' is itself within '{childName}'.";

    /// <summary>What is wrong with an edge that makes the nesting too deep.</summary>
    public static string DepthText(string parentName, string childName) =>
        $"'{childName}' can't be a member or owner of '{parentName}': lists may be nested at most {MaxDepth} deep.";

    /// <summary>The names of lists that have the given one as member or owner, up to a few.</summary>
    public static ValueTask<List<string>> ParentsAsync(Session session, long listId, int most) => session.ListAsync(
        """
        select l.name from lists l where l.id in (
          select list_id from members where kind = 1 and member_id = $1
          union all
          select list_id from owners where kind = 1 and owner_id = $1)
        order by l.name limit $2
        """,
        row => row.GetString(0), listId, most);

    // Level by level, by the indexes of edges: one statement for the whole walk would go through all edges there are.
    private static async ValueTask<bool> IsWithinAsync(Session session, long list, long outer)
    {
        var seen = new HashSet<long> { outer };
        for (IReadOnlyCollection<long> level = seen; level.Count > 0 && !seen.Contains(list);)
        {
            var next = await StepAsync(session, Nested, level);
            next.AddRange(await StepAsync(session, Owning, level));
            level = [.. next.Where(seen.Add)];
        }
        return seen.Contains(list);
    }

    // The longest way, so a list counts again on each level that it is on.
    private static async ValueTask<int> DepthAsync(Session session, string step, long list)
    {
        var depth = -1;
        for (IReadOnlyCollection<long> level = [list]; level.Count > 0 && depth <= MaxDepth; depth++)
            level = [.. (await StepAsync(session, step, level)).Distinct()];
        return depth;
    }

    private static ValueTask<List<long>> StepAsync(Session session, string step, IReadOnlyCollection<long> level) => session.ListAsync(
        step.Replace("{0}", session.Dialect.NumberSet("$1"), StringComparison.Ordinal), row => row.GetInt64(0), JsonSerializer.Serialize(level));
}
