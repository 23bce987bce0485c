using Microsoft.AspNetCore.Http;
using Rollcall.Data;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Api;

/// <summary>
/// The query parameters of a search. Each is given once at most, and none that is not known: a filter that is misspelt
/// would find everything.
/// </summary>
/// <param name="query">The query.</param>
public sealed class QueryParameters(IQueryCollection query)
{
    private readonly List<string> _known = [];

    /// <summary>A text; null where it is not given.</summary>
    /// <exception cref="ApiException">400: it is empty or given twice.</exception>
    public string? Text(string name)
    {
        _known.Add(name);
        if (!query.TryGetValue(name, out var values))
            return null;
        return values is [{ Length: > 0 } value] ? value : throw ApiException.Invalid(name, $"Give {name} once and with a value, or leave it out.");
    }

    /// <summary>One of a few words; null where it is not given.</summary>
    /// <exception cref="ApiException">400: it is none of them.</exception>
    public string? Choice(string name, params IReadOnlyList<string> words) => Text(name) switch
    {
        null => null,
        var word when words.Contains(word) => word,
        var word => throw ApiException.Invalid(name, $"{name} is one of {string.Join(", ", words)}, not '{word.Truncate()}'."),
    };

    /// <summary>A time in microseconds since 1970 in UTC; null where it is not given.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="now">What a time that is given as how long ago is counted back from.</param>
    /// <exception cref="ApiException">400: it is no time.</exception>
    public long? Time(string name, DateTimeOffset now) => Text(name) switch
    {
        null => null,
        var text when Times.TryParsePast(text, now, out var time) => DatabaseTime.Of(time),
        var text => throw ApiException.Invalid(name, $"'{text.Truncate()}' is no time. {Times.PastHelp}."),
    };

    /// <summary>Refuses parameters that nobody asked for.</summary>
    /// <param name="others">Those that are read elsewhere.</param>
    /// <exception cref="ApiException">400.</exception>
    public void RefuseOthers(params ReadOnlySpan<string> others)
    {
        _known.AddRange(others);
        foreach (var name in query.Keys)
        {
            if (!_known.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw ApiException.Invalid(name, $"There is no parameter '{name.Truncate()}' here. Those there are: {string.Join(", ", _known)}.");
        }
    }
}
