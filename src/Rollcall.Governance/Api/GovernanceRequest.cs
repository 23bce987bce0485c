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

    /// <summary>The application in the path.</summary>
    /// <exception cref="ApiException">404.</exception>
    public static async ValueTask<Application> FindApplicationAsync(Session session, HttpContext http) =>
        await ApplicationStore.FindAsync(session, http.Route("name")) ?? throw NoSuchApplication(http.Route("name"));

    /// <summary>404 for an application.</summary>
    public static ApiException NoSuchApplication(string name) => ApiException.NotFound($"There is no application named '{name.Truncate()}'.");
}
