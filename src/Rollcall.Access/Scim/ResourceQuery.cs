using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Schemas;
using Rollcall.Scim.Sorting;

namespace Rollcall.Access.Scim;

/// <summary>
/// One list request over the rows of a resource type, compiled to SQL: which rows, in which order, from where on.
/// </summary>
internal sealed class ResourceQuery
{
    /// <summary>Resources on a page where the client does not say.</summary>
    public const int DefaultPageSize = 1000;

    /// <summary>The most resources on a page.</summary>
    public const int MaxPageSize = 10_000;

    /// <summary>How long a filter or an order may keep the database busy.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    private readonly string _condition;
    private readonly string _order;
    private readonly List<object?> _arguments = [];
    private readonly int _filterArguments;

    /// <summary>Compiles a request.</summary>
    /// <param name="dialect">The database's words.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="type">The type of the resources.</param>
    /// <param name="columns">Where their attributes stand.</param>
    /// <param name="visible">The condition that the integration <c>$1</c> sees a row.</param>
    /// <param name="key">The internal key's column, which is the order where none is asked for.</param>
    /// <param name="integrationId">The integration.</param>
    /// <param name="strict">Whether clients' quirks in filters are refused.</param>
    /// <exception cref="ScimException">The filter or the order can't be read.</exception>
    public ResourceQuery(
        Dialect dialect, ListQuery query, ResourceType type, FilterColumns columns, string visible, string key, long integrationId, bool strict)
    {
        _arguments.Add(integrationId);
        _condition = visible;
        if (query.Filter is { } text)
        {
            var filter = FilterParser.Parse(text, type, new FilterOptions { Strict = strict });
            _condition += " and " + new FilterSql(dialect, columns, _arguments).Compile(filter);
        }
        _filterArguments = _arguments.Count;
        _order = query.SortBy is { } sortBy
            ? SortSql.Compile(dialect, columns, ResourceSort.Parse(sortBy, query.Descending ? "descending" : null, type))
            : key;
        StartIndex = query.StartIndex ?? 1;
        Count = Math.Min(query.Count ?? DefaultPageSize, MaxPageSize);
        Limit = query.Filter is null && query.SortBy is null ? null : TimeLimit;
        IsUnfiltered = query.Filter is null;
    }

    /// <summary>The place of the first resource, from 1.</summary>
    public long StartIndex { get; }

    /// <summary>The most resources to return; 0 asks for the total only.</summary>
    public int Count { get; }

    /// <summary>How long the reads may take; null where they can't take long.</summary>
    public TimeSpan? Limit { get; }

    /// <summary>Whether all visible resources match.</summary>
    public bool IsUnfiltered { get; }

    /// <summary>The page's rows.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="select">The columns and tables.</param>
    /// <param name="map">Reads a row.</param>
    public ValueTask<List<T>> PageAsync<T>(Session session, string select, Func<System.Data.Common.DbDataReader, T> map) =>
        session.ListAsync(
            $"{select} where {_condition} order by {_order} limit ${_filterArguments + 1} offset ${_filterArguments + 2}", map,
            [.. _arguments, Count, StartIndex - 1]);

    /// <summary>How many resources match in all, by counting.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="from">The tables.</param>
    public ValueTask<long> CountAsync(Session session, string from) =>
        session.FirstAsync($"select count(*) {from} where {_condition}", row => row.GetInt64(0), [.. _arguments]);
}
