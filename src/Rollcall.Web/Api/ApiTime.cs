using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Rollcall.Web.Api;

/// <summary>Times in queries.</summary>
public static class ApiTime
{
    private static readonly string[] Formats =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>A query parameter that is a time: UTC where it has no offset, midnight where it has no time of day.</summary>
    /// <param name="request">The request.</param>
    /// <param name="name">The parameter.</param>
    /// <returns>Null where it is not given.</returns>
    /// <exception cref="ApiException">400: it is no time.</exception>
    public static DateTimeOffset? Read(HttpRequest request, string name)
    {
        if (request.Query[name] is not { Count: > 0 } given)
            return null;
        // In a query "+" means a blank, so that "+02:00" arrives as " 02:00" where it was not escaped.
        var text = given.ToString().Replace(' ', '+');
        return DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw ApiException.Invalid(name, $"{name} must be a time such as 2027-06-30T18:00:00Z or 2027-06-30.");
    }
}
