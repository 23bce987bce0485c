using System.Data.Common;
using Rollcall.Access.Scim.Paging;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Sorting;

namespace Rollcall.Access.Scim;

/// <summary>
/// A query over one resource type, compiled to SQL: which rows, in which order. Rows are read from a place on, never by
/// counting past those before it, so that a page costs the same wherever it is, given an index for the order.
/// </summary>
internal sealed class ResourceQuery
{
    private readonly ListedType _type;
    private readonly int _number;
    private readonly string _condition;
    private readonly SortSql? _sort;
    private readonly object?[] _arguments;
    private readonly bool _isUnfiltered;
    private readonly bool _isEmpty;
    private readonly bool _isLookup;

    /// <summary>Compiles a query.</summary>
    /// <param name="dialect">The database's words.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="type">The type of the resources.</param>
    /// <param name="number">The type's number among those of the query.</param>
    /// <param name="unknown">What becomes of attributes that the type does not have.</param>
    /// <param name="integration">Whose resources.</param>
    /// <param name="baseUrl">The SCIM base URL.</param>
    /// <exception cref="ScimException">The filter or the order can't be read.</exception>
    public ResourceQuery(
        Dialect dialect, ListQuery query, ListedType type, int number, UnknownAttribute unknown, Integrations.Integration integration, string baseUrl)
    {
        var columns = type.FilterColumns(baseUrl);
        List<object?> arguments = [integration.Id];
        _type = type;
        _number = number;
        _condition = type.Visible;
        if (query.Filter is { } text)
        {
            var filter = FilterParser.Parse(text, type.Type, new FilterOptions { Strict = integration.Rules.Strict, UnknownAttribute = unknown });
            _isEmpty = filter is Filter.Constant { Value: false };
            _isUnfiltered = filter is Filter.Constant { Value: true };
            var sql = new FilterSql(dialect, columns, arguments);
            _condition += " and " + sql.Compile(filter);
            _isLookup = sql.IsLookup(filter);
        }
        else
        {
            _isUnfiltered = true;
        }
        _arguments = [.. arguments];
        if (query.SortBy is { } sortBy)
            _sort = SortSql.Compile(dialect, columns, ResourceSort.Parse(sortBy, query.Descending ? "descending" : null, type.Type, unknown));
    }

    /// <summary>The resource of that id, written to a page; null where the integration sees none.</summary>
    public static ValueTask<ListedRow?> FindAsync(Session session, ListedType type, long integrationId, string scimId, ListPage page) => session.FirstAsync(
        $"select {type.Columns} from {type.From} where {type.Visible} and {type.ScimId} = $2", row => page.Read(type, new PagePlace(0, row.GetInt64(0)), row), integrationId, scimId);

    /// <summary>The resources after a place.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="after">The place, in the order of all types of the query; null for the beginning.</param>
    /// <param name="count">The most to read.</param>
    /// <param name="page">Where they are written.</param>
    public ValueTask<List<ListedRow>> AfterAsync(Session session, PagePlace? after, int count, ListPage page) =>
        ReadAsync(session, _type.Columns, after, count, row => page.Read(_type, PlaceOf(row), row));

    /// <summary>The places of resources from the first on, without the resources.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="count">The most to read.</param>
    public ValueTask<List<PagePlace>> PlacesAsync(Session session, int count) =>
        ReadAsync(session, $"{_type.RowId}, {_type.ScimId}", null, count, PlaceOf);

    /// <summary>The place of the resource that follows so many others, or null where there are not so many.</summary>
    public ValueTask<PagePlace?> PlaceAtAsync(Session session, long offset)
    {
        if (_isEmpty)
            return new((PagePlace?)null);
        // Which rows there are, one index says; what they hold is needed only to choose or to sort.
        var (from, order) = _sort is null
            ? (_isUnfiltered ? _type.Narrow : _type.From, _type.RowId)
            : (_type.From, _sort.HasNulls && !_sort.IsConstant ? $"({_sort.Key} is null) {(_sort.Descending ? "desc" : "asc")}, {_sort.Order}" : _sort.Order);
        return session.FirstAsync(
            $"select {_type.RowId}{(_sort is null ? "" : $", {_type.ScimId}")}{KeyColumn} from {from} where {_condition} order by {order} limit 1 offset ${_arguments.Length + 1}",
            PlaceOf, [.. _arguments, offset]);
    }

    /// <summary>What the resource of a place is sorted by, where it is still there and has the key whose hash the place carries; else null.</summary>
    public async ValueTask<PagePlace?> WithLongKeyAsync(Session session, PagePlace place) =>
        await session.FirstAsync(
            $"select {_sort!.Key} from {_type.From} where {_type.RowId} = $2 and {_type.Visible}", row => row.IsDBNull(0) ? null : row.GetString(0), _arguments[0], place.RowId) is { } key
            && PagePlace.Hash(key).AsSpan().SequenceEqual(place.KeyHash)
                ? place with { Key = key, KeyHash = null }
                : null;

    /// <summary>How many resources match in all.</summary>
    public ValueTask<long> CountAsync(Session session)
    {
        if (_isEmpty)
            return new(0);
        return _isUnfiltered
            ? Counters.ReadAsync(session, (long)_arguments[0]!, _type.Counter)
            : session.FirstAsync($"select count(*) from {_type.From} where {_condition}", row => row.GetInt64(0), _arguments);
    }

    private string KeyColumn => _sort is null ? "" : $", {_sort.Key}";

    /// <summary>The place of a row whose first columns are the ids, and whose last is what is sorted by.</summary>
    private PagePlace PlaceOf(DbDataReader row)
    {
        if (_sort is null)
            return new PagePlace(_number, ColumnNumber.Of(row, 0));
        var key = row.GetValue(row.FieldCount - 1);
        return new PagePlace(_number, row.GetInt64(0), row.GetString(1), key is DBNull ? null : key);
    }

    private async ValueTask<List<T>> ReadAsync<T>(Session session, string columns, PagePlace? after, int count, Func<DbDataReader, T> map)
    {
        var rows = new List<T>();
        if (_isEmpty)
            return rows;
        foreach (var part in Parts(after))
        {
            var (sql, arguments) = Statement(columns, part, count - rows.Count);
            await session.EachAsync(sql, row => rows.Add(map(row)), arguments);
            if (rows.Count >= count)
                break;
        }
        return rows;
    }

    /// <summary>The statements that read a page, for a look at how they are run.</summary>
    internal IEnumerable<(string Sql, object?[] Arguments)> Statements(PagePlace? after, int count) => Parts(after).Select(part => Statement(_type.Columns, part, count));

    private (string Sql, object?[] Arguments) Statement(string columns, Part part, int count)
    {
        object?[] arguments = [.. _arguments, .. part.Arguments, count];
        return ($"select {columns}{KeyColumn} from {_type.From} where {_condition}{part.Condition} order by {part.Order} limit ${arguments.Length}", arguments);
    }

    private readonly record struct Part(string Condition, string Order, params object?[] Arguments);

    /// <summary>
    /// The rows after a place, in at most two parts, each of which an index can answer: those that have a value, in its
    /// order, and those that have none, in the order of their ids.
    /// </summary>
    private IEnumerable<Part> Parts(PagePlace? after)
    {
        string Parameter(int number) => $"${_arguments.Length + number}";
        if (_sort is null)
        {
            // As a sum it is no order of an index, which would be walked to find the few.
            var order = _isLookup ? $"{_type.RowId} + 0" : _type.RowId;
            if (after is null || after.Type < _number)
                yield return new Part("", order);
            else if (after.Type == _number)
                yield return new Part($" and {order} > {Parameter(1)}", order, after.RowId);
            yield break;
        }
        if (_sort.Descending && Nulls() is { } first)
            yield return first;
        if (Values() is { } values)
            yield return values;
        if (!_sort.Descending && Nulls() is { } last)
            yield return last;

        Part? Values()
        {
            var isPast = !_sort.Descending && after is { Key: null };
            if (!_sort.HasValues || isPast)
                return null;
            var condition = _sort.HasNulls ? $" and {_sort.Key} is not null" : "";
            if (after?.Key is null)
                return new Part(condition, _sort.Order);
            // Said twice, so that an index range begins at the key.
            var (from, beyond) = _sort.Descending ? ("<=", "<") : (">=", ">");
            return new Part(
                $"{condition} and {_sort.Key} {from} {Parameter(1)} and ({_sort.Key} {beyond} {Parameter(1)} or {_type.ScimId} > {Parameter(2)})", _sort.Order, after.Key, after.ScimId);
        }

        Part? Nulls()
        {
            var isPast = _sort.Descending && after is { Key: not null };
            if (!_sort.HasNulls || isPast)
                return null;
            var condition = _sort.HasValues ? $" and {_sort.Key} is null" : "";
            return after is { Key: null }
                ? new Part($"{condition} and {_type.ScimId} > {Parameter(1)}", _type.ScimId, after.ScimId)
                : new Part(condition, _type.ScimId);
        }
    }
}
