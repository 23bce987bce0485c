using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Web.Api;

/// <summary>Revisions as entity tags of the admin API: <c>W/"7"</c>. <c>"7"</c> and <c>7</c> are read as the same.</summary>
public static class ApiETag
{
    /// <summary>A revision as a tag.</summary>
    public static string Of(long revision) => string.Create(CultureInfo.InvariantCulture, $"W/\"{revision}\"");

    /// <summary>
    /// Refuses the request with 412 unless <c>If-Match</c> is absent or names the current revision. Call it where the row
    /// is locked, so that nothing comes between check and change.
    /// </summary>
    /// <exception cref="ApiException">412: another revision, or a tag that can't be read.</exception>
    public static void CheckIfMatch(HttpRequest request, long current) => IfMatch.Of(request)?.Check(current);
}

/// <summary>The <c>If-Match</c> header of a request, to be carried to where the row is locked.</summary>
public sealed class IfMatch
{
    private readonly string _text;

    private IfMatch(string text)
    {
        _text = text;
    }

    /// <summary>The header; null if there is none, which means no precondition.</summary>
    public static IfMatch? Of(HttpRequest request) =>
        request.Headers.IfMatch.ToString() is { Length: > 0 } text ? new IfMatch(text) : null;

    /// <summary>Whether a revision is among the tags. A tag that can't be read matches nothing.</summary>
    public bool Matches(long revision)
    {
        foreach (var part in _text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part == "*" || RevisionOf(part) == revision)
                return true;
        }
        return false;
    }

    /// <summary>Refuses with 412 if <paramref name="current"/> is not among the tags.</summary>
    /// <exception cref="ApiException">412, with the current <c>ETag</c>.</exception>
    public void Check(long current)
    {
        if (!Matches(current))
            throw ApiException.PreconditionFailed(current, _text);
    }

    private static long? RevisionOf(string tag)
    {
        var text = tag.AsSpan();
        if (text.StartsWith("W/", StringComparison.Ordinal))
            text = text[2..];
        if (text is ['"', .. var quoted, '"'])
            text = quoted;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : null;
    }
}
