using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Governance.Identities;
using Rollcall.Governance.Provisioning;
using Rollcall.Web;
using Rollcall.Web.Api;
using Rollcall.Web.Hosting;

namespace Rollcall.Governance.Api;

/// <summary><c>/api/v1/identities</c>: the organisation's people. Only the administrator changes them.</summary>
internal sealed class IdentitiesApi(Database database, Provisioner provisioner)
{
    private readonly IdentityImport _import = new(database, provisioner);

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/identities", (RequestDelegate)ListAsync)
            .Describe("listIdentities", "The identities, by id.")
            .AnswersPage<IdentityView>()
            .TakesQuery("search", "Only those whose id, e-mail address or name contains this; case does not matter.")
            .TakesQuery("active", "Only those in service (true), or not (false).", typeof(bool))
            .TakesQuery("manager", "Only those of a manager, by id.");
        api.MapGet("/identities/{id}", (RequestDelegate)ShowAsync)
            .Describe("showIdentity", "An identity, by its id or e-mail address, with its accounts and its entitlements, held and assigned.")
            .Answers<IdentityDetails>();
        api.MapPut("/identities/{id}", (RequestDelegate)PutAsync)
            .Describe("putIdentity", "Makes an identity, or replaces it. What changes is planned on its accounts.")
            .Takes<IdentityDefinition>().TakesIfMatch().Answers<IdentityView>().Answers<IdentityView>(StatusCodes.Status201Created);
        api.MapPatch("/identities/{id}", (RequestDelegate)PatchAsync)
            .Describe("changeIdentity", "Changes an identity: what is given replaces what was there, null takes it away (RFC 7396). What changes is planned on its accounts.")
            .Takes<IdentityDefinition>().TakesIfMatch().Answers<IdentityView>();
        api.MapDelete("/identities/{id}", (RequestDelegate)DeleteAsync)
            .Describe("deleteIdentity", "Deletes an identity that nothing refers to. Who has left is made inactive instead.")
            .TakesIfMatch().AnswersNothing();
        api.MapPost("/identities/import", (RequestDelegate)ImportAsync).WithBodyLimit(BodyLimit.Large)
            .Describe("importIdentities", "Makes and changes identities by a CSV file with a header, or an array of JSON objects. Good rows go in, bad ones are listed.")
            .Takes<IReadOnlyList<JsonObject>>(isOptional: false, "text/csv").Answers<ImportResult>()
            .TakesQuery("dryRun", "Whether only to tell what would be done.", typeof(bool));
    }

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = new QueryParameters(http.Request.Query);
        var filter = new IdentityFilter(query.Text("search"), query.Choice("active", "true", "false") is { } active ? active == "true" : null, query.Text("manager"));
        query.RefuseOthers("count", "cursor");
        var identities = await database.ReadAsync(session => IdentityStore.PageAsync(session, filter, page.After, page.CountToRead));
        await ApiJson.WriteAsync(http, page.PageOf([.. identities.Select(IdentityView.Of)], view => view.Id));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var details = await database.ReadAsync(async session =>
            await IdentityDetails.ReadAsync(session, await IdentityStore.FindAsync(session, RouteId(http)) ?? throw NotFound(http)));
        await ApiJson.WriteAsync(http, details, revision: details.Revision);
    }

    private async Task PutAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<IdentityDefinition>(http, http.RequestAborted);
        var id = IdentityRules.Id("id", RouteId(http));
        IdentityRules.Check(id, given);
        var (saved, isNew) = await SaveAsync(http, id, _ => given);
        await ApiJson.WriteAsync(http, IdentityView.Of(saved), isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK, saved.Revision);
    }

    private async Task PatchAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<JsonObject>(http, http.RequestAborted);
        var (saved, _) = await SaveAsync(http, RouteId(http), current => IdentityRules.Merge(RouteId(http), current ?? throw NotFound(http), given));
        await ApiJson.WriteAsync(http, IdentityView.Of(saved), revision: saved.Revision);
    }

    private async Task<(Identity Saved, bool IsNew)> SaveAsync(HttpContext http, string id, Func<IdentityDefinition?, IdentityDefinition> change)
    {
        GovernanceRequest.RefuseActing(http, "Only the administrator changes identities.");
        var by = GovernanceRequest.Change(http);
        for (var tries = 1; ; tries++)
        {
            var (before, applications) = await database.ReadAsync(async session =>
                ((await IdentityStore.FindAllAsync(session, [id])).FirstOrDefault(), await IdentityWriter.WithUpdatePolicyAsync(session)));
            if (before is not null)
                ApiETag.CheckIfMatch(http.Request, before.Revision);
            else if (IfMatch.Of(http.Request) is not null)
                throw NotFound(http);
            var after = change(before is null ? null : IdentityDefinition.Of(before));
            await CheckManagerAsync(id, after);
            var prepared = await IdentityWriter.PrepareAsync(id, before, after, applications);
            try
            {
                var saved = await database.WriteAsync(session => IdentityWriter.ApplyAsync(session, new ChangeSeries(by), prepared), by.Key);
                provisioner.Wake();
                return (saved, before is null);
            }
            catch (StaleIdentityException) when (tries < IdentityWriter.Tries)
            {
                // Somebody else was faster: worked out anew from what there is now.
            }
            catch (StaleIdentityException)
            {
                throw ApiException.Conflict($"The identity '{id.Truncate()}' is changed by others all the time. Try again.");
            }
        }
    }

    private async Task CheckManagerAsync(string id, IdentityDefinition after)
    {
        if (after.Manager is not { } manager)
            return;
        var circle = await database.ReadAsync(session => new ManagerLine().ClosesCircleAsync(session, id, manager));
        if (circle)
            throw ApiException.Invalid("manager", $"'{manager.Truncate()}' can't be the manager: the line of managers would lead back to this identity.");
    }

    private async Task DeleteAsync(HttpContext http)
    {
        GovernanceRequest.RefuseActing(http, "Only the administrator changes identities.");
        var change = GovernanceRequest.Change(http);
        await database.WriteAsync(async session =>
        {
            var identity = await IdentityStore.LockAsync(session, RouteId(http)) ?? throw NotFound(http);
            ApiETag.CheckIfMatch(http.Request, identity.Revision);
            if (await IdentityStore.ReferenceAsync(session, identity) is { } reference)
                throw ApiException.Conflict($"'{identity.PublicId.Truncate()}' can't be deleted: {reference}. Make it inactive instead.");
            await IdentityStore.DeleteAsync(session, change, identity);
            return true;
        }, change.Key);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ImportAsync(HttpContext http)
    {
        GovernanceRequest.RefuseActing(http, "Only the administrator changes identities.");
        var query = new QueryParameters(http.Request.Query);
        var dryRun = query.Choice("dryRun", "true", "false") == "true";
        query.RefuseOthers();
        var type = http.Request.ContentType?.Split(';')[0].Trim();
        var rows = http.Request.HasJsonContentType() ? new IdentityRows().OfJson(http.Request.Body, http.RequestAborted)
            : string.Equals(type, "text/csv", StringComparison.OrdinalIgnoreCase) ? new IdentityRows().OfCsv(http.Request.Body, http.RequestAborted)
            : throw ApiException.UnsupportedMediaType("The body is CSV with a header, sent with Content-Type: text/csv, or an array of JSON objects, sent with application/json.");
        await ApiJson.WriteAsync(http, await _import.RunAsync(rows, GovernanceRequest.Change(http), dryRun, http.RequestAborted));
    }

    // The server leaves %2F in a path as it is, since it is no separator; an address may have it.
    private static string RouteId(HttpContext http) => http.Route("id").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static ApiException NotFound(HttpContext http) => ApiException.NotFound($"There is no identity '{RouteId(http).Truncate()}'.");
}
