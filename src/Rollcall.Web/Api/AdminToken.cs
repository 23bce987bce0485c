using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Rollcall.Web.Faults;

namespace Rollcall.Web.Api;

/// <summary>
/// The bearer token of the admin API. It is asked for where an endpoint is marked, before anything of the body is read,
/// so mark the group: <c>app.MapAdminApi()</c>.
/// </summary>
public static class AdminToken
{
    private const string Scheme = "Bearer ";

    /// <summary>The group of the admin API, <c>/api/v1</c>: every endpoint in it needs the admin token.</summary>
    public static RouteGroupBuilder MapAdminApi(this IEndpointRouteBuilder app) => app.MapGroup("/api/v1").RequireAdminToken();

    /// <summary>Marks an endpoint or a group: without the admin token it answers 401.</summary>
    public static TBuilder RequireAdminToken<TBuilder>(this TBuilder endpoints) where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Add(endpoint => endpoint.Metadata.Add(Required.Instance));
        return endpoints;
    }

    /// <summary>Asks for the token; stands after routing.</summary>
    /// <param name="app">The pipeline.</param>
    /// <param name="hash">The token's <see cref="Secrets.Hash"/>.</param>
    /// <param name="failures">Counts wrong tokens.</param>
    internal static void Use(IApplicationBuilder app, byte[] hash, FailedAttempts failures) => app.Use((context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Required>() is not null)
        {
            Check(context, hash, failures);
            // Answers may hold secrets that are shown once.
            context.Response.Headers.CacheControl = "no-store";
        }
        return next(context);
    });

    private static void Check(HttpContext context, byte[] hash, FailedAttempts failures)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
            throw Refused("Bearer", "The admin API needs the admin token: send it as \"Authorization: Bearer TOKEN\". It lies in the file admin-token of the data folder, unless it was set.");
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && Secrets.Matches(header[Scheme.Length..].Trim(), hash))
            return;
        var wait = failures.OfAddress(context.Connection.RemoteIpAddress);
        if (wait > TimeSpan.Zero)
            throw ApiException.TooManyRequests("Too many requests with tokens that are not the admin token. Repeat the request with the right one, after the time in Retry-After.", wait);
        throw Refused("Bearer error=\"invalid_token\"", "This is not the admin token. It lies in the file admin-token of the data folder, unless it was set.");
    }

    private static ApiException Refused(string challenge, string detail) => new(new Fault(StatusCodes.Status401Unauthorized, detail)
    {
        Headers = new Dictionary<string, string> { [HeaderNames.WWWAuthenticate] = challenge },
    });

    private sealed class Required
    {
        public static readonly Required Instance = new();
    }
}
