using Microsoft.AspNetCore.Http;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.Api;

/// <summary>What handlers of the admin API need of a request.</summary>
internal static class AdminRequest
{
    /// <summary>Who changes what: the admin token stands for an administrator.</summary>
    public static ChangeContext Change(HttpContext http) => new(
        RequestId.Of(http), 1, new Actor(null, null, Actor.Administrator, http.Connection.RemoteIpAddress?.ToString()), http.Request.Method, http.Request.Path.Value ?? "")
    {
        VersionGiven = http.Request.Headers.IfMatch is { Count: > 0 } given ? given.ToString() : null,
        At = ObservedCall.Of(http)?.At ?? 0,
        Elapsed = ObservedCall.Of(http) is { } call ? () => call.Elapsed : null,
    };

    /// <summary>Locks the list in the path, at the revision of <c>If-Match</c> where there is one.</summary>
    /// <exception cref="ApiException">404 or 412.</exception>
    public static async ValueTask<LockedList> LockListAsync(WriteSession session, HttpContext http)
    {
        var list = await LockedList.FindAsync(session, http.Route("name")) ?? throw NoSuchList(http);
        ApiETag.CheckIfMatch(http.Request, list.Revision);
        return list;
    }

    /// <summary>The integration in the path.</summary>
    /// <exception cref="ApiException">404.</exception>
    public static async ValueTask<Integration> FindIntegrationAsync(Session session, HttpContext http) =>
        await IntegrationStore.FindAsync(session, http.Route("name"))
            ?? throw ApiException.NotFound($"There is no integration named '{http.Route("name").Truncate()}'.");

    /// <summary>404 for the list in the path.</summary>
    public static ApiException NoSuchList(HttpContext http) => ApiException.NotFound($"There is no access list named '{http.Route("name").Truncate()}'.");

    /// <summary>The name of a person, or of a list, in the path. The server leaves %2F in a path as it is, since it is no separator.</summary>
    public static string RouteOfPerson(this HttpContext http, string name) => http.Route(name).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
