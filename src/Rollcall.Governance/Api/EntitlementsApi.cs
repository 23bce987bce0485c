using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Data;
using Rollcall.Governance.Catalog;
using Rollcall.Governance.Identities;
using Rollcall.Scim;
using Rollcall.Web;
using Rollcall.Web.Api;
using Rollcall.Web.Hosting;

namespace Rollcall.Governance.Api;

/// <summary><c>/api/v1/entitlements</c>: the catalog of what can be asked for.</summary>
internal sealed class EntitlementsApi(Database database)
{
    private const string OnlyAdministrators = "Only the administrator changes the catalog.";

    private readonly CatalogImport _import = new(database);
    private readonly CatalogExport _export = new(database);

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/entitlements", (RequestDelegate)ListAsync)
            .Describe("listEntitlements", "The catalog, by id.")
            .AnswersPage<EntitlementView>()
            .TakesQuery("application", "Only entitlements of this application.")
            .TakesQuery("search", "Only those whose title, name, description, roles or traits contain this; case does not matter.")
            .TakesQuery("title", "Only those of this title; case does not matter.")
            .TakesQuery("owner", "Only those that an identity owns, by its id or e-mail address.")
            .TakesQuery("requestable", "Only those that can be asked for (true), or can't (false).", typeof(bool))
            .TakesQuery("gone", "true: those that are no longer on the server, instead of those that are.", typeof(bool));
        api.MapGet("/entitlements/export", (RequestDelegate)ExportAsync)
            .Describe("exportEntitlements", "The catalog as a file that import takes: an array of JSON objects, or CSV with a header.")
            .Answers<IReadOnlyList<JsonObject>>(StatusCodes.Status200OK, "text/csv")
            .TakesQuery("application", "Only entitlements of this application.")
            .TakesQuery("format", "json, the default, or csv.");
        api.MapPost("/entitlements/import", (RequestDelegate)ImportAsync).WithBodyLimit(BodyLimit.Large)
            .Describe("importEntitlements", "Sets entries of the catalog by a CSV file with a header, or an array of JSON objects. Good rows go in, bad ones are listed.")
            .Takes<IReadOnlyList<JsonObject>>(isOptional: false, "text/csv").Answers<CatalogImportResult>()
            .TakesQuery("application", "The application of rows that name none.");
        api.MapGet("/entitlements/{id}", (RequestDelegate)ShowAsync)
            .Describe("showEntitlement", "An entry of the catalog, with its attributes on the server.")
            .Answers<EntitlementDetails>();
        api.MapPatch("/entitlements/{id}", (RequestDelegate)UpdateAsync)
            .Describe("updateEntitlement", "Sets what is given of an entry; null takes it away, so that what the server says counts again (RFC 7396).")
            .Takes<EntitlementChange>().TakesIfMatch().Answers<EntitlementView>();
        api.MapGet("/entitlements/{id}/members", (RequestDelegate)MembersAsync)
            .Describe("listEntitlementMembers", "The accounts that hold an entitlement, by id, each with whether that was decided here.")
            .AnswersPage<MemberView>();
    }

    /// <param name="DisplayName">Its name for people; its title where null.</param>
    /// <param name="Description">What it is; what its server says where null.</param>
    /// <param name="Owner">The identity that owns it, by its id or e-mail address.</param>
    /// <param name="Requestable">Whether it can be asked for.</param>
    private sealed record EntitlementChange(string? DisplayName = null, string? Description = null, string? Owner = null, bool? Requestable = null);

    /// <summary>An entry of the catalog.</summary>
    private record EntitlementView
    {
        public EntitlementView(Entitlement entitlement)
        {
            var told = EntitlementResource.Told(JsonElement.Parse(entitlement.Attributes));
            (Id, Application, ScimId, Title) = (entitlement.Id, entitlement.ApplicationName, entitlement.ScimId, entitlement.Title);
            DisplayName = entitlement.DisplayName ?? entitlement.Title;
            Description = entitlement.Description ?? told.Description;
            (Owner, Requestable, MemberCount) = (entitlement.OwnerPublicId, entitlement.Requestable, entitlement.MemberCount);
            (Roles, Traits) = (told.Roles, told.Traits);
            RefreshedAt = DatabaseTime.ToTime(entitlement.Gone is null && entitlement.Aggregated > entitlement.Refreshed ? entitlement.Aggregated.Value : entitlement.Refreshed);
            GoneAt = DatabaseTime.ToTime(entitlement.Gone);
        }

        /// <summary>The id.</summary>
        public long Id { get; }

        /// <summary>The application's name.</summary>
        public string Application { get; }

        /// <summary>The id that its server gave it.</summary>
        public string ScimId { get; }

        /// <summary>The title on the server.</summary>
        public string Title { get; }

        /// <summary>The name for people.</summary>
        public string DisplayName { get; }

        /// <summary>What it is.</summary>
        public string? Description { get; }

        /// <summary>The id of the identity that owns it.</summary>
        public string? Owner { get; }

        /// <summary>Whether it can be asked for.</summary>
        public bool Requestable { get; }

        /// <summary>The roles that it grants, where its server tells.</summary>
        public IReadOnlyList<string> Roles { get; }

        /// <summary>The traits that it grants, as key=value.</summary>
        public IReadOnlyList<string> Traits { get; }

        /// <summary>How many members its server tells.</summary>
        public long? MemberCount { get; }

        /// <summary>When it was last found to be so.</summary>
        public DateTimeOffset RefreshedAt { get; }

        /// <summary>When it was found missing on its server.</summary>
        public DateTimeOffset? GoneAt { get; }
    }

    /// <summary>An entry with what belongs to it.</summary>
    private sealed record EntitlementDetails : EntitlementView
    {
        public EntitlementDetails(Entitlement entitlement, long held, long assigned) : base(entitlement)
        {
            (HeldBy, AssignedTo) = (held, assigned);
            Attributes = JsonElement.Parse(entitlement.Attributes);
        }

        /// <summary>How many accounts hold it.</summary>
        public long HeldBy { get; }

        /// <summary>To how many identities it was given here.</summary>
        public long AssignedTo { get; }

        /// <summary>The SCIM resource, without members.</summary>
        public JsonElement Attributes { get; }
    }

    /// <param name="Account">The account's id.</param>
    /// <param name="UserName">Its user name.</param>
    /// <param name="Active">Whether it is in service.</param>
    /// <param name="Identity">Whose it is.</param>
    /// <param name="Assigned">Whether it was decided here that the identity is to have the entitlement.</param>
    /// <param name="EndsAt">Until when.</param>
    private sealed record MemberView(long Account, string UserName, bool Active, string? Identity, bool Assigned, DateTimeOffset? EndsAt);

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = new QueryParameters(http.Request.Query);
        var (application, search, title, owner) = (query.Text("application"), query.Text("search"), query.Text("title"), query.Text("owner"));
        var filter = new EntitlementFilter
        {
            SearchKey = search is null ? null : ScimText.Fold(search),
            TitleKey = title is null ? null : ScimText.Fold(title),
            Requestable = GovernanceRequest.Truth(query, "requestable"),
            IsGone = GovernanceRequest.Truth(query, "gone") ?? false,
        };
        query.RefuseOthers("count", "cursor");
        var entitlements = await database.ReadAsync(async session => await EntitlementStore.PageAsync(session, filter with
        {
            ApplicationId = await GovernanceRequest.ApplicationIdAsync(session, application),
            OwnerId = owner is null ? null
                : (await IdentityStore.FindAsync(session, owner))?.Id ?? throw ApiException.Invalid("owner", $"There is no identity '{owner.Truncate()}'. Name one by its id or its e-mail address."),
        }, GovernanceRequest.NumberAfter(page) ?? 0, page.CountToRead));
        await ApiJson.WriteAsync(http, page.PageOf([.. entitlements.Select(entitlement => new EntitlementView(entitlement))], view => view.Id.ToString(CultureInfo.InvariantCulture)));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var (entitlement, held, assigned) = await database.ReadAsync(async session =>
        {
            var found = await FindAsync(session, http);
            return (found, await EntitlementStore.CountHoldersAsync(session, found), await EntitlementStore.CountAssignedAsync(session, found));
        });
        await ApiJson.WriteAsync(http, new EntitlementDetails(entitlement, held, assigned), revision: entitlement.Revision);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        GovernanceRequest.RefuseActing(http, OnlyAdministrators);
        var given = await ApiRequest.ReadJsonAsync<JsonObject>(http, http.RequestAborted);
        var change = GovernanceRequest.Change(http);
        var entitlement = await database.WriteAsync(async session =>
        {
            var current = await FindAsync(session, http);
            ApiETag.CheckIfMatch(http.Request, current.Revision);
            return await EntitlementStore.SetAsync(session, change, current, await EntitlementRules.MergeAsync(session, current, given));
        }, change.Key);
        await ApiJson.WriteAsync(http, new EntitlementView(entitlement), revision: entitlement.Revision);
    }

    private async Task MembersAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        new QueryParameters(http.Request.Query).RefuseOthers("count", "cursor");
        var members = await database.ReadAsync(async session =>
        {
            var entitlement = await FindAsync(session, http);
            return await session.ListAsync(
                """
                select a.id, a.user_name, a.active, i.public_id, s.identity_id is not null, s.ends
                  from account_entitlements h join accounts a on a.id = h.account_id left join identities i on i.id = a.identity_id
                  left join assignments s on s.identity_id = a.identity_id and s.entitlement_id = h.entitlement_id
                 where h.application_id = $1 and h.entitlement_id = $2 and h.account_id > $3 and a.gone is null order by h.account_id limit $4
                """,
                row => new MemberView(row.GetInt64(0), row.GetString(1), row.GetBoolean(2), row.Text(3), row.GetBoolean(4), DatabaseTime.ToTime(row.Number(5))),
                entitlement.ApplicationId, entitlement.Id, GovernanceRequest.NumberAfter(page) ?? 0, page.CountToRead);
        });
        await ApiJson.WriteAsync(http, page.PageOf(members, member => member.Account.ToString(CultureInfo.InvariantCulture)));
    }

    private async Task ExportAsync(HttpContext http)
    {
        var query = new QueryParameters(http.Request.Query);
        var (application, format) = (query.Text("application"), query.Choice("format", "json", "csv"));
        query.RefuseOthers();
        var applicationId = await database.ReadAsync(session => GovernanceRequest.ApplicationIdAsync(session, application));
        http.Response.ContentType = format == "csv" ? "text/csv; charset=utf-8" : ApiJson.MediaType;
        if (format == "csv")
            await _export.WriteCsvAsync(http.Response.Body, applicationId, http.RequestAborted);
        else
            await _export.WriteJsonAsync(http.Response.Body, applicationId, http.RequestAborted);
    }

    private async Task ImportAsync(HttpContext http)
    {
        GovernanceRequest.RefuseActing(http, OnlyAdministrators);
        var query = new QueryParameters(http.Request.Query);
        var application = query.Text("application");
        query.RefuseOthers();
        await database.ReadAsync(session => GovernanceRequest.ApplicationIdAsync(session, application));
        var type = http.Request.ContentType?.Split(';')[0].Trim();
        var rows = http.Request.HasJsonContentType() ? new CatalogRows().OfJson(http.Request.Body, http.RequestAborted)
            : string.Equals(type, "text/csv", StringComparison.OrdinalIgnoreCase) ? new CatalogRows().OfCsv(http.Request.Body, http.RequestAborted)
            : throw ApiException.UnsupportedMediaType("The body is CSV with a header, sent with Content-Type: text/csv, or an array of JSON objects, sent with application/json.");
        await ApiJson.WriteAsync(http, await _import.RunAsync(rows, application, GovernanceRequest.Change(http), http.RequestAborted));
    }

    private static async ValueTask<Entitlement> FindAsync(Session session, HttpContext http) =>
        await EntitlementStore.FindAsync(session, GovernanceRequest.RouteNumber(http, "entitlement")) ?? throw ApiException.NotFound($"There is no entitlement {http.Route("id").Truncate()}.");
}
