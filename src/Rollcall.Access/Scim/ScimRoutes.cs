using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Messages;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.Scim;

/// <summary>
/// The one way into the SCIM endpoints: finds the integration, authenticates, limits, negotiates; then the handler runs.
/// Whatever any of them throws is answered by <see cref="ScimFaults"/>.
/// </summary>
internal sealed class ScimRoutes(
    IEndpointRouteBuilder app, Database database, IntegrationDirectory directory, BearerTokens tokens, RateLimits limits, string publicUrl)
{
    /// <summary>Maps an endpoint that needs a token.</summary>
    public IEndpointConventionBuilder Map(string method, string path, Func<ScimRequest, Task> handler, long bodyLimit = BodyLimit.Default) =>
        Add(method, path, handler, isOpen: false).WithBodyLimit(bodyLimit);

    /// <summary>Maps an endpoint of discovery: it answers without a token, but not to a wrong one.</summary>
    public IEndpointConventionBuilder MapOpen(string path, Func<ScimRequest, Task> handler) => Add(HttpMethods.Get, path, handler, isOpen: true);

    private RouteHandlerBuilder Add(string method, string path, Func<ScimRequest, Task> handler, bool isOpen) =>
        // Where GET answers, HEAD answers the same without the body (RFC 9110 §9.3.2). The cast chooses the overload without parameter binding: the handler reads what it needs.
        (RouteHandlerBuilder)(object)app.MapMethods("/scim/{integration}/v2" + path, HttpMethods.IsGet(method) ? [method, HttpMethods.Head] : [method], (RequestDelegate)(http => RunAsync(http, handler, isOpen)));

    private async Task RunAsync(HttpContext http, Func<ScimRequest, Task> handler, bool isOpen)
    {
        // 1. Whose endpoint is it? That there is none is not told, lest names be found out by trying: who has no token that
        // opens it gets the same answer as at an integration of others.
        var name = (string)http.Request.RouteValues["integration"]!;
        directory.Current.ByName.TryGetValue(name, out var integration);
        var call = ObservedCall.Of(http);
        call?.Integration = integration;
        var resource = integration is null ? ProtectedResource.Of(publicUrl, name) : ProtectedResource.Of(publicUrl, integration);

        // 2. Who calls? Discovery may be read without credentials, never with wrong ones.
        var caller = isOpen && integration is not null && http.Request.Headers.Authorization.Count == 0 ? null : await tokens.AuthenticateAsync(http, integration, resource);
        call?.Client = caller?.Client;

        // 3. Not too often, and in a form that both sides understand. Who is not known can't use up what the platform may send.
        if (caller is not null)
            limits.Take(integration!);
        if (!MediaTypes.IsAcceptable(http.Request.Headers.Accept))
            throw new ScimException(406, null, $"The answer is {MediaTypes.Scim}; the Accept header does not allow it.");

        await handler(new ScimRequest(http, database, integration!, resource, caller, tokens));
    }
}
