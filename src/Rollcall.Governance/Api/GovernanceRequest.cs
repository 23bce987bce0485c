using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;
using Rollcall.Web;
using Rollcall.Web.Api;
using Rollcall.Web.Hosting;

namespace Rollcall.Governance.Api;

/// <summary>
/// What handlers of the Governance API need of a request. With the admin token, the header <c>X-Rollcall-As</c> names the
/// identity that is acted for; both names are audited. Without it the administrator acts.
/// </summary>
internal static class GovernanceRequest
{
    /// <summary>The header that names the acting identity by its id or its e-mail address.</summary>
    public const string ActingHeader = "X-Rollcall-As";

    /// <summary>Who makes a change.</summary>
    /// <param name="http">The request.</param>
    /// <param name="acting">The identity that is acted for, or null.</param>
    public static Change Change(HttpContext http, Identity? acting = null) =>
        new(RequestId.Of(http), 1, new Actor(Actor.Administrator, acting?.PublicId, http.Connection.RemoteIpAddress?.ToString()));

    /// <summary>The identity that is acted for; null for the administrator.</summary>
    /// <exception cref="ApiException">400: there is none of that id or address; 403: it is inactive.</exception>
    public static async ValueTask<Identity?> ActingAsync(Session session, HttpContext http)
    {
        if (http.Request.Headers[ActingHeader].ToString() is not { Length: > 0 } name)
            return null;
        var identity = await IdentityStore.FindAsync(session, name)
            ?? throw ApiException.Invalid(ActingHeader, $"There is no identity '{name.Truncate()}' to act as. Name one by its id or its e-mail address.");
        return identity.Active ? identity : throw ApiException.Forbidden($"'{identity.PublicId.Truncate()}' is inactive and can't act.");
    }

    /// <summary>Refuses a call that acts for an identity.</summary>
    /// <param name="http">The request.</param>
    /// <param name="why">What only the administrator does, as a sentence.</param>
    /// <exception cref="ApiException">403.</exception>
    public static void RefuseActing(HttpContext http, string why)
    {
        if (http.Request.Headers[ActingHeader].ToString().Length > 0)
            throw ApiException.Forbidden($"{why} Leave {ActingHeader} (--as) out.");
    }

    /// <summary>The number in the path.</summary>
    /// <param name="http">The request.</param>
    /// <param name="what">What it numbers, such as <c>request</c>.</param>
    /// <exception cref="ApiException">404: it is no number, so nothing has it.</exception>
    public static long RouteNumber(HttpContext http, string what) =>
        long.TryParse(http.Route("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw ApiException.NotFound($"There is no {what} {http.Route("id").Truncate()}.");

    /// <summary>The number that a page of a list ordered by id begins after; null for the first page.</summary>
    /// <exception cref="ApiException">400: the cursor was not made here.</exception>
    public static long? NumberOf(ApiPageRequest page) => page.After is null ? null
        : long.TryParse(page.After, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw ApiException.Invalid("cursor", "The cursor was not made here. Start again without one.");

    /// <summary>The application in the path.</summary>
    /// <exception cref="ApiException">404.</exception>
    public static async ValueTask<Application> FindApplicationAsync(Session session, HttpContext http) =>
        await ApplicationStore.FindAsync(session, http.Route("name")) ?? throw NoSuchApplication(http.Route("name"));

    /// <summary>The id of an application that a query parameter, or a member of a body, names; null where it is not given.</summary>
    /// <exception cref="ApiException">400: there is none of that name.</exception>
    public static async ValueTask<long?> ApplicationIdAsync(Session session, string? name) =>
        name is null ? null
        : (await ApplicationStore.FindAsync(session, name))?.Id ?? throw ApiException.Invalid("application", $"There is no application named '{name.Truncate()}'.");

    /// <summary>A query parameter that is one of the words of an enumeration; null where it is not given.</summary>
    /// <exception cref="ApiException">400: it is none of them.</exception>
    public static T? Word<T>(QueryParameters query, string name) where T : struct, Enum =>
        query.Choice(name, [.. Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName)]) is { } word ? Enum.Parse<T>(word, ignoreCase: true) : null;

    /// <summary>A query parameter that is true or false; null where it is not given.</summary>
    /// <exception cref="ApiException">400: it is neither.</exception>
    public static bool? Truth(QueryParameters query, string name) => query.Choice(name, "true", "false") is { } word ? word == "true" : null;

    /// <summary>404 for an application.</summary>
    public static ApiException NoSuchApplication(string name) => ApiException.NotFound($"There is no application named '{name.Truncate()}'.");
}
