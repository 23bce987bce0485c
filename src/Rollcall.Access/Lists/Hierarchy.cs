using Rollcall.Data;

namespace Rollcall.Access.Lists;

/// <summary>
/// Lists that are members or owners of lists: at most <see cref="MaxDepth"/> deep, never in a circle. Checked after the
/// hierarchy row is locked, since two edges that are each fine may close a circle together.
/// </summary>
internal static class Hierarchy
{
    /// <summary>The most edges on a way from a list to one nested in it.</summary>
    public const int MaxDepth = 10;

    // One more step than allowed tells "too deep" without walking a whole tangle.
    private static readonly string Walk =
        $$"""
          with recursive walk (list_id, depth) as (
            select $1, 0
            union
            select e.{1}, w.depth + 1 from walk w
            join (select list_id as parent, member_id as child from members where kind = {{(int)MemberKind.List}}
                  union all
                  select list_id, owner_id from owners where kind = {{(int)MemberKind.List}}) e on e.{0} = w.list_id
            where w.depth <= {{MaxDepth}}
          )
          """;

    private static readonly string WalkDown = Walk.Replace("{0}", "parent", StringComparison.Ordinal).Replace("{1}", "child", StringComparison.Ordinal);
    private static readonly string WalkUp = Walk.Replace("{0}", "child", StringComparison.Ordinal).Replace("{1}", "parent", StringComparison.Ordinal);

    /// <summary>Locks the hierarchy, then refuses an edge that would close a circle or pass the depth.</summary>
    /// <param name="session">Where to look.</param>
    /// <param name="parent">The list that is to have a list as member or owner.</param>
    /// <param name="parentName">Its name, for the message.</param>
    /// <param name="child">The list that is to be member or owner.</param>
    /// <param name="childName">Its name, for the message.</param>
    /// <param name="fault">Makes the exception from what is wrong.</param>
    public static async ValueTask CheckEdgeAsync(
        WriteSession session, long parent, string parentName, long child, string childName, Func<string, Exception> fault)
    {
        await LockAsync(session);
        var circle = parent == child || await session.FirstAsync($"{WalkDown} select 1 from walk where list_id = $2", _ => true, child, parent);
        if (circle)
            throw fault(CircleText(parentName, childName));
        var above = await DepthAsync(session, parent);
        var below = await session.FirstAsync($"{WalkDown} select max(depth) from walk", row => row.GetInt64(0), child);
        if (above + below + 1 > MaxDepth)
            throw fault(DepthText(parentName, childName));
    }

    /// <summary>Locks the hierarchy until the transaction ends, and notes that edges are added.</summary>
    public static async ValueTask LockAsync(WriteSession session) => await session.ExecuteAsync("update hierarchy set edges = edges + 1 where only_row = 1");

    /// <summary>A number that grows whenever edges are added.</summary>
    public static ValueTask<long> EdgesAsync(Session session) => session.FirstAsync("select edges from hierarchy where only_row = 1", row => row.GetInt64(0));

    /// <summary>What is wrong with an edge that closes a circle.</summary>
    public static string CircleText(string parentName, string childName) =>
        $"'{childName}' can't be a member or owner of '{parentName}': '{parentName}' is itself within '{childName}'.";

    /// <summary>What is wrong with an edge that makes the nesting too deep.</summary>
    public static string DepthText(string parentName, string childName) =>
        $"'{childName}' can't be a member or owner of '{parentName}': lists may be nested at most {MaxDepth} deep.";

    /// <summary>The most edges on a way from any list down to the given one.</summary>
    public static ValueTask<long> DepthAsync(Session session, long listId) =>
        session.FirstAsync($"{WalkUp} select max(depth) from walk", row => row.GetInt64(0), listId);

    /// <summary>The name of a list that has the given one as member or owner, or null.</summary>
    public static ValueTask<string?> FindParentAsync(Session session, long listId) =>
        session.FirstAsync<string>(
            $"""
             select l.name from lists l where l.id in (
               select list_id from members where kind = {(int)MemberKind.List} and member_id = $1
               union all
               select list_id from owners where kind = {(int)MemberKind.List} and owner_id = $1)
             limit 1
             """,
            row => row.GetString(0), listId);
}
