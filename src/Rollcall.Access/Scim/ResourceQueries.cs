using Rollcall.Access.Integrations;
using Rollcall.Access.Scim.Paging;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Messages;

namespace Rollcall.Access.Scim;

/// <summary>
/// A query over one resource type, or over all of them at the server root (RFC 7644 §3.4.2.1), as one list in one fixed
/// order: that of <c>sortBy</c> across types, else one type after the other.
/// </summary>
internal sealed class ResourceQueries
{
    /// <summary>How long a filter or an order may keep the database busy.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    private readonly ResourceQuery[] _queries;
    private readonly bool _isSorted;
    private readonly bool _descending;

    /// <summary>Compiles a query.</summary>
    /// <param name="dialect">The database's words.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="types">The types of the resources. Of several, an attribute that one lacks has no value there.</param>
    /// <param name="integration">Whose resources.</param>
    /// <param name="baseUrl">The SCIM base URL.</param>
    /// <exception cref="ScimException">The filter or the order can't be read.</exception>
    public ResourceQueries(Dialect dialect, ListQuery query, IReadOnlyList<ListedType> types, Integration integration, string baseUrl)
    {
        var unknown = types.Count == 1 ? UnknownAttribute.Refuse : UnknownAttribute.NoValue;
        _queries = [.. types.Select((type, number) => new ResourceQuery(dialect, query, type, number, unknown, integration, baseUrl))];
        _isSorted = query.SortBy is not null;
        _descending = query.Descending;
        IsUnfiltered = query.Filter is null;
        Limit = IsUnfiltered && !_isSorted ? null : TimeLimit;
    }

    /// <summary>Whether all visible resources match.</summary>
    public bool IsUnfiltered { get; }

    /// <summary>How long the reads may take; null where they can't take long.</summary>
    public TimeSpan? Limit { get; }

    /// <summary>The resources after a place.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="after">The place; null for the beginning.</param>
    /// <param name="count">The most to read.</param>
    /// <param name="page">Where they are written.</param>
    public async ValueTask<List<ListedRow>> AfterAsync(Session session, PagePlace? after, int count, ListPage page)
    {
        if (_queries is [var only])
            return await only.AfterAsync(session, after, count, page);
        var rows = new List<ListedRow>();
        foreach (var query in _queries)
        {
            if (_isSorted || rows.Count < count)
                rows.AddRange(await query.AfterAsync(session, after, _isSorted ? count : count - rows.Count, page));
        }
        if (!_isSorted)
            return rows;
        rows.Sort((left, right) => left.Place.CompareTo(right.Place, _descending));
        return rows.Count <= count ? rows : rows[..count];
    }

    /// <summary>The place of the resource that follows so many others, or null where there are not so many. Costs as much as there are others.</summary>
    public async ValueTask<PagePlace?> PlaceAtAsync(Session session, long offset)
    {
        if (_queries is [var only])
            return await only.PlaceAtAsync(session, offset);
        if (_isSorted)
            return await SortedPlaceAtAsync(session, offset);
        foreach (var query in _queries)
        {
            var total = await query.CountAsync(session);
            if (offset < total)
                return await query.PlaceAtAsync(session, offset);
            offset -= total;
        }
        return null;
    }

    /// <summary>How many resources match in all.</summary>
    public async ValueTask<long> CountAsync(Session session)
    {
        long total = 0;
        foreach (var query in _queries)
            total += await query.CountAsync(session);
        return total;
    }

    /// <summary>A place whose key was too long for a cursor, with the key.</summary>
    /// <exception cref="ScimException">400 <c>expiredCursor</c>: the resource is gone, or sorts elsewhere now.</exception>
    public async ValueTask<PagePlace?> WithKeyAsync(Session session, PagePlace? place) => place?.KeyHash is null
        ? place
        : await _queries[place.Type].WithLongKeyAsync(session, place) ?? throw Cursors.Expired("The resource that the cursor continues from was changed or deleted.");

    private async ValueTask<PagePlace?> SortedPlaceAtAsync(Session session, long offset)
    {
        if (offset >= await CountAsync(session))
            return null;
        var places = new List<PagePlace>();
        foreach (var query in _queries)
            places.AddRange(await query.PlacesAsync(session, checked((int)offset + 1)));
        places.Sort((left, right) => left.CompareTo(right, _descending));
        return places[(int)offset];
    }
}
