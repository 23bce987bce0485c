using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Sorting;

namespace Rollcall.Access.Scim;

/// <summary>
/// Compiles an order to SQL so that it equals <see cref="ResourceSort"/>: resources without the value last ascending and
/// first descending (RFC 7644 §3.4.2.3), ties by id.
/// </summary>
internal static class SortSql
{
    /// <summary>What stands behind ORDER BY.</summary>
    /// <exception cref="ScimException">400 <c>invalidPath</c>: there is no order by this attribute.</exception>
    public static string Compile(Dialect dialect, FilterColumns columns, ResourceSort sort)
    {
        var direction = sort.Descending ? "desc" : "asc";
        var id = columns.Id.SortExpression!;
        if (sort.Path is not { } path || columns.Find(path) is { IsConstant: true })
            return id;
        var value = Expression(dialect, columns, path);
        return $"({value} is null) {direction}, {value} {direction}, {id}";
    }

    private static string Expression(Dialect dialect, FilterColumns columns, AttributePath path)
    {
        if (columns.Find(path) is { SortExpression: { } column })
            return column;
        if (columns.FindElements(path) is not null)
            throw ScimException.InvalidPath($"sortBy: {path} can't be sorted by. Sort by an attribute with one value.");
        var names = FilterSql.Names(path with { Sub = null });
        if (!path.Attribute!.MultiValued)
            return dialect.JsonValue(columns.Search, FilterSql.Names(path));
        // The primary element, else the first.
        return path.Sub is { } sub
            ? $"(select {dialect.JsonValue("e.value", [sub.Name])} from {dialect.JsonElements(columns.Search, names)} e order by ({dialect.JsonValue("e.value", ["primary"])} = true) desc, e.key limit 1)"
            : $"(select e.value from {dialect.JsonElements(columns.Search, names)} e order by e.key limit 1)";
    }
}
