using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Rollcall.Web;

namespace Rollcall.Access.Audit;

/// <summary>
/// What may be kept of a request's texts. Filters and values are about people, and now and then somebody sends a secret
/// where it does not belong: of a query the names stay and the values that can't hold either, of an error the sentence
/// without what it quotes.
/// </summary>
internal static partial class PublicText
{
    private const int LongestPath = 300;
    private const int LongestDetail = 500;
    private const string Left = "…";

    /// <summary>A path with what may be kept of its query.</summary>
    /// <param name="path">The path.</param>
    /// <param name="query">The query with its question mark, or null.</param>
    public static string Path(string path, string? query)
    {
        path = path.Truncate(LongestPath);
        if (string.IsNullOrEmpty(query))
            return path;
        var kept = new StringBuilder(path);
        var mark = '?';
        foreach (var pair in new QueryStringEnumerable(query))
        {
            var name = pair.DecodeName().ToString();
            kept.Append(mark).Append(Name(name));
            if (pair.EncodedValue.Length > 0)
                kept.Append('=').Append(IsHarmless(name, pair.DecodeValue().ToString()) ? pair.DecodeValue() : Left);
            mark = '&';
            if (kept.Length > LongestPath)
                break;
        }
        return kept.ToString().Truncate(LongestPath);
    }

    /// <summary>The detail of an error without what it quotes, from the first mark to the last: what is quoted may have marks in it.</summary>
    public static string Detail(string detail) =>
        InSingleQuotes().Replace(InDoubleQuotes().Replace(detail, $"\"{Left}\""), $"'{Left}'").Truncate(LongestDetail);

    /// <summary>The value of <c>If-Match</c>, if it is one that could match.</summary>
    public static string? Version(string? given) => given is null || Versions().IsMatch(given) ? given : Left;

    private static string Name(string name) => name.ToLowerInvariant() switch
    {
        "filter" or "attributes" or "excludedattributes" or "sortby" or "sortorder" or "startindex" or "count" or "cursor" => name,
        _ => Left,
    };

    private static bool IsHarmless(string name, string value) => name.ToLowerInvariant() switch
    {
        "startindex" or "count" => value.Length <= 10 && value.All(char.IsAsciiDigit),
        "sortorder" => value is "ascending" or "descending",
        "attributes" or "excludedattributes" or "sortby" => AttributeNames().IsMatch(value),
        _ => false,
    };

    [GeneratedRegex("\".*\"", RegexOptions.Singleline)]
    private static partial Regex InDoubleQuotes();

    // An apostrophe within a word begins nothing.
    [GeneratedRegex(@"(?<!\w)'.*'(?!\w)", RegexOptions.Singleline)]
    private static partial Regex InSingleQuotes();

    [GeneratedRegex(@"\A[Ww/""\d,* ]{1,100}\z")]
    private static partial Regex Versions();

    // Names of attributes are made of letters; longer runs could be anything.
    [GeneratedRegex(@"\A[A-Za-z$]{1,20}([.,][A-Za-z$]{1,20}){0,9}\z")]
    private static partial Regex AttributeNames();
}
