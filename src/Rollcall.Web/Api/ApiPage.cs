using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Web.Api;

/// <summary>A page of a list of the admin API.</summary>
/// <param name="Items">The items of this page, possibly none.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> for the next page; absent on the last one.</param>
public sealed record ApiPage<T>(IReadOnlyList<T> Items, string? NextCursor = null);

/// <summary>Which page of a list a request asks for: <c>count</c> and <c>cursor</c>.</summary>
/// <param name="Count">How many items at most, 1 to 1,000, by default 100.</param>
/// <param name="After">The key of the last item of the page before; null for the first page.</param>
public sealed record ApiPageRequest(int Count, string? After)
{
    /// <summary>Items on a page unless the request says otherwise.</summary>
    public const int DefaultCount = 100;

    /// <summary>Items on a page at most.</summary>
    public const int LargestCount = 1000;

    /// <summary>How many items to read, so as to learn whether there is a page after this one.</summary>
    public int CountToRead => Count + 1;

    /// <summary>Reads <c>count</c> and <c>cursor</c>.</summary>
    /// <exception cref="ApiException">400: a count out of bounds, a cursor that was not made here.</exception>
    public static ApiPageRequest Read(HttpRequest request)
    {
        var count = DefaultCount;
        if (request.Query["count"] is { Count: > 0 } given
            && (!int.TryParse(given.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > LargestCount))
        {
            throw ApiException.Invalid("count", $"count must be a whole number from 1 to {LargestCount}.");
        }
        return new ApiPageRequest(count, request.Query["cursor"] is { Count: > 0 } cursor ? ApiCursor.Decode(cursor.ToString()) : null);
    }

    /// <summary>Makes the page.</summary>
    /// <param name="read">The items after <see cref="After"/> in order, up to <see cref="CountToRead"/>.</param>
    /// <param name="key">An item's key, by which the list is ordered.</param>
    public ApiPage<T> PageOf<T>(IReadOnlyList<T> read, Func<T, string> key) =>
        read.Count <= Count ? new ApiPage<T>(read) : new ApiPage<T>([.. read.Take(Count)], ApiCursor.Encode(key(read[Count - 1])));
}

/// <summary>Cursors of the admin API: the last key as base64url, opaque to callers, who are administrators and may see it.</summary>
public static class ApiCursor
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Makes the cursor of a key.</summary>
    public static string Encode(string key) => Base64Url.EncodeToString(Strict.GetBytes(key));

    /// <summary>The key of a cursor.</summary>
    /// <exception cref="ApiException">400: it was not made here.</exception>
    public static string Decode(string cursor)
    {
        try
        {
            return cursor.Length > 0 ? Strict.GetString(Base64Url.DecodeFromChars(cursor)) : throw new FormatException();
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw ApiException.Invalid("cursor", "The cursor was not made here. Leave it out to begin with the first page, then send each page's nextCursor as it is.");
        }
    }
}
