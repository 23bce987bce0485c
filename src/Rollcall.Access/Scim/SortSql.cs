using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Sorting;

namespace Rollcall.Access.Scim;

/// <summary>
/// An order compiled to SQL so that it equals <see cref="ResourceSort"/>: resources without the value last ascending and
/// first descending (RFC 7644 §3.4.2.3), ties by id.
/// </summary>
/// <param name="Key">The expression of what is sorted by; <c>null</c> where no resource of the type has it.</param>
/// <param name="HasValues">Whether a resource may have a value.</param>
/// <param name="HasNulls">Whether a resource may be without one.</param>
/// <param name="IsConstant">Whether all resources have the same value: SQL refuses an order by a literal.</param>
/// <param name="Id">The column of the id, by which equal ones are ordered.</param>
/// <param name="Descending">Whether the order is turned around.</param>
internal sealed record SortSql(string Key, bool HasValues, bool HasNulls, bool IsConstant, string Id, bool Descending)
{
    /// <summary>Compiles an order.</summary>
    /// <exception cref="ScimException">400 <c>invalidPath</c>: there is no order by this attribute.</exception>
    public static SortSql Compile(Dialect dialect, FilterColumns columns, ResourceSort sort)
    {
        var id = columns.Id.SortExpression!;
        if (sort.Path is not { } path)
            return new SortSql("null", HasValues: false, HasNulls: true, IsConstant: true, id, sort.Descending);
        return columns.Find(path) is { SortExpression: { } expression } column
            ? new SortSql(expression, HasValues: true, column.IsNullable, column.IsConstant, id, sort.Descending)
            : new SortSql(InDocument(dialect, columns, path), HasValues: true, HasNulls: true, IsConstant: false, id, sort.Descending);
    }

    /// <summary>What stands behind ORDER BY among resources that have a value.</summary>
    public string Order => IsConstant ? Id : $"{Key} {(Descending ? "desc" : "asc")}, {Id}";

    private static string InDocument(Dialect dialect, FilterColumns columns, AttributePath path)
    {
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
