using Microsoft.AspNetCore.Http;
using Rollcall.Access.Audit;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.Api;

/// <summary>What handlers of the admin API need of a request.</summary>
internal static class AdminRequest
{
    /// <summary>Who changes what: the admin token stands for an administrator.</summary>
    public static ChangeContext Change(HttpContext http) => new(
        RequestId.Of(http), 1, new Actor(null, null, "administrator", http.Connection.RemoteIpAddress?.ToString()), http.Request.Method, http.Request.Path.Value ?? "");

    /// <summary>A part of the path, decoded once.</summary>
    public static string Route(this HttpContext http, string name) => (string)http.Request.RouteValues[name]!;
}
