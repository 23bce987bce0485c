using Microsoft.AspNetCore.Http;
using Rollcall.Access.Scim.Paging;
using Rollcall.Data;
using Rollcall.Scim.Messages;

namespace Rollcall.Access.Scim;

/// <summary>
/// Lists: of Users, of Groups, and at the server root of both, by GET and by POST <c>.search</c> (RFC 7644 §3.4.2, §3.4.3),
/// in pages by index or by cursor (RFC 9865).
/// </summary>
/// <param name="cursors">Hands out cursors.</param>
/// <param name="memory">Knows where index pages continue.</param>
internal sealed class ListEndpoints(Cursors cursors, PageMemory memory)
{
    /// <summary>Resources on a page where the client does not say.</summary>
    public const int DefaultPageSize = 1000;

    /// <summary>The most resources on a page; who asks for more gets these.</summary>
    public const int MaxPageSize = 10_000;

    /// <summary>Maps them.</summary>
    public void Map(ScimRoutes routes)
    {
        Map(routes, "/Users", ListedType.Users);
        Map(routes, "/Groups", ListedType.Groups);
        Map(routes, "/", ListedType.Users, ListedType.Groups);
    }

    private void Map(ScimRoutes routes, string endpoint, params IReadOnlyList<ListedType> types)
    {
        routes.Map(HttpMethods.Get, endpoint, request => AnswerAsync(request, request.Query, endpoint, types));
        routes.Map(HttpMethods.Post, $"{endpoint.TrimEnd('/')}/.search", async request =>
            await AnswerAsync(request, ListQuery.FromSearchRequest(await request.ReadBodyAsync()), endpoint, types));
    }

    private async Task AnswerAsync(ScimRequest request, ListQuery asked, string endpoint, IReadOnlyList<ListedType> types)
    {
        // 1. What is asked for.
        var queries = new ResourceQueries(request.Database.Dialect, asked, types, request.Integration, request.BaseUrl);
        var contents = ListContents.Of(request, asked);
        var count = Math.Min(asked.Count ?? DefaultPageSize, MaxPageSize);
        var walk = new Lazy<PageScope>(() => PageScope.Of(request.Integration.Id, endpoint, asked));

        // 2. Where the page begins: a cursor says so, or the page before it was remembered, or it must be counted.
        var start = await FindStartAsync(request, asked, walk, count);

        // 3. All of it is read at one moment.
        var read = await request.Database.ReadAsync(session => ReadAsync(session, queries, contents, start, count), queries.Limit);

        // 4. How it goes on.
        using var page = read.Page;
        await request.AnswerAsync(200, page.Parts(EnvelopeOf(request, asked, walk, count, read)));
    }

    /// <summary>Where a page begins.</summary>
    /// <param name="After">The last resource before it; null for the first page, and where that must be counted.</param>
    /// <param name="Total">How many matched when the page before was read.</param>
    /// <param name="Skip">How many resources to count past, or null.</param>
    private readonly record struct Start(PagePlace? After, KnownTotal? Total, long? Skip)
    {
        public bool IsFirst => After is null && Skip is null;
    }

    private async ValueTask<Start> FindStartAsync(ScimRequest request, ListQuery asked, Lazy<PageScope> walk, int count)
    {
        if (asked.Cursor is { Length: > 0 } text)
        {
            var cursor = await cursors.OpenAsync(text, walk.Value, count);
            return new Start(cursor.After, cursor.Total, null);
        }
        if (asked.StartIndex is not > 1)
            return default;
        return memory.Find(new FollowingPage(request.Client, walk.Value, count, asked.StartIndex.Value)) is { } known
            ? new Start(known.After, known.Total, null)
            : new Start(null, null, asked.StartIndex - 1);
    }

    /// <summary>A page as it was read.</summary>
    /// <param name="Page">Its resources.</param>
    /// <param name="Total">How many match in all.</param>
    /// <param name="HasMore">Whether another page follows.</param>
    private readonly record struct Result(ListPage Page, KnownTotal Total, bool HasMore);

    private static async ValueTask<Result> ReadAsync(Session session, ResourceQueries queries, ListContents contents, Start start, int count)
    {
        var page = contents.NewPage();
        try
        {
            var after = await queries.WithKeyAsync(session, start.After);
            var isPastEnd = false;
            if (start.Skip is { } skip && count > 0)
            {
                after = await queries.PlaceAtAsync(session, skip - 1);
                isPastEnd = after is null;
            }
            // One more than fits tells whether there is a next page.
            var rows = count == 0 || isPastEnd ? [] : await queries.AfterAsync(session, after, count + 1, page);
            var hasMore = rows.Count > count;
            if (hasMore)
                rows.RemoveAt(count);
            hasMore |= contents.Shorten(rows);
            page.Rows = rows;
            await contents.CompleteAsync(session, page);
            // A first page after which nothing comes holds all there is.
            var total = start.IsFirst && count > 0 && !hasMore ? new KnownTotal(rows.Count, 0) : await CountAsync(session, queries, start.Total);
            return new Result(page, total, hasMore);
        }
        catch
        {
            page.Dispose();
            throw;
        }
    }

    private static async ValueTask<KnownTotal> CountAsync(Session session, ResourceQueries queries, KnownTotal? known)
    {
        if (queries.IsUnfiltered)
            return new KnownTotal(await queries.CountAsync(session), 0);
        var state = await KnownTotal.StateAsync(session);
        return known is { } before && before.State == state ? before : new KnownTotal(await queries.CountAsync(session), state);
    }

    private ListResponse EnvelopeOf(ScimRequest request, ListQuery asked, Lazy<PageScope> walk, int count, Result read)
    {
        var total = read.Total.Total;
        var rows = read.Page.Rows;
        var last = rows.Count > 0 ? rows[^1].Place : null;
        if (asked.Cursor is not null)
            return new ListResponse { TotalResults = total, NextCursor = read.HasMore ? cursors.Seal(walk.Value, last!, count, read.Total) : null };
        var startIndex = asked.StartIndex ?? 1;
        var next = startIndex + rows.Count;
        // After the end of a walk, too: what was made before its place may lead the client to go on.
        if (last is not null && (read.HasMore || startIndex > 1))
            memory.Remember(new FollowingPage(request.Client, walk.Value, count, next), last, read.Total, asked is { SortBy: not null, Descending: true });
        // Of what the walk has passed something may be deleted by now: then the true total would end it before its last page.
        return new ListResponse { TotalResults = read.HasMore ? Math.Max(total, next) : total, StartIndex = startIndex };
    }
}
