using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary><c>/api/v1/lists</c>: access lists as administrators define them.</summary>
internal sealed class ListsApi(Database database, IntegrationDirectory directory, TimeProvider clock)
{
    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/lists", (RequestDelegate)CreateAsync)
            .Describe("createList", "Makes an access list.")
            .Takes<NewList>().Answers<ListView>(StatusCodes.Status201Created);
        api.MapGet("/lists", (RequestDelegate)ListAsync)
            .Describe("listLists", "The access lists, by name.")
            .AnswersPage<ListView>()
            .TakesQuery("type", "Only those of a type: scim, static, or local for those managed here.")
            .TakesQuery("integration", "Only those of an integration.");
        api.MapGet("/lists/{name}", (RequestDelegate)ShowAsync)
            .Describe("showList", "An access list, without its members.")
            .Answers<ListView>();
        api.MapPatch("/lists/{name}", (RequestDelegate)UpdateAsync)
            .Describe("updateList", "Replaces the fields that are given.")
            .Takes<DefinitionChange>().TakesIfMatch().Answers<ListView>();
        api.MapDelete("/lists/{name}", (RequestDelegate)DeleteAsync)
            .Describe("deleteList", "Deletes an access list with its memberships.")
            .TakesIfMatch().AnswersNothing();
        api.MapPost("/lists/{name}/offer", (RequestDelegate)OfferAsync)
            .Describe("offerList", "Shows an access list of type scim to its integration again, which had given it up.")
            .TakesIfMatch().Answers<ListView>();
    }

    /// <summary>Fields of a definition as they are given: what is absent stays.</summary>
    private record DefinitionChange
    {
        public string? Title { get; init; }
        public string? Description { get; init; }
        public IReadOnlyList<OwnerView>? Owners { get; init; }
        public RolesAndTraits? Grants { get; init; }
        public RolesAndTraits? OwnerGrants { get; init; }
        public RolesAndTraits? MembershipRequires { get; init; }
        public RolesAndTraits? OwnershipRequires { get; init; }
        public ListAudit? Audit { get; init; }
        public IReadOnlyDictionary<string, string>? Labels { get; init; }

        public ListDefinition Apply(ListDefinition definition) => definition with
        {
            Title = Title ?? definition.Title,
            Description = Description is "" ? null : Description ?? definition.Description,
            // A null among them is refused with the other faults of owners.
            Owners = Owners?.Select(owner => owner?.ToOwner()!).ToList() ?? definition.Owners,
            Grants = Grants ?? definition.Grants,
            OwnerGrants = OwnerGrants ?? definition.OwnerGrants,
            MembershipRequires = MembershipRequires ?? definition.MembershipRequires,
            OwnershipRequires = OwnershipRequires ?? definition.OwnershipRequires,
            Audit = Audit ?? definition.Audit,
            Labels = Labels ?? definition.Labels,
        };
    }

    private sealed record NewList : DefinitionChange
    {
        public required string Name { get; init; }
        public string? Type { get; init; }
        public string? Integration { get; init; }
    }

    private async Task CreateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<NewList>(http, http.RequestAborted);
        var name = ListRules.Name(given.Name);
        var type = ListRules.Type(given.Type);
        var definition = ListRules.Check(given.Apply(new ListDefinition { Title = given.Title ?? "" }), mayLackOwner: false, clock.GetUtcNow());
        CheckIntegration(type, given.Integration);
        var change = AdminRequest.Change(http);
        var list = await database.WriteAsync(async session =>
        {
            // Asked of the rows, not of what is remembered: an integration that is being deleted must not get a list.
            var integration = given.Integration is null ? null : await IntegrationStore.LockAsync(session, given.Integration) ?? throw NoSuchIntegration(given.Integration);
            await ListStore.CreateAsync(session, change, name, type, integration?.Id ?? 0, definition);
            return await FindAsync(session, name);
        }, change.Key);
        await ApiJson.WriteAsync(http, list, StatusCodes.Status201Created, list.Revision);
    }

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = http.Request.Query;
        var type = query.ContainsKey("type") ? ListRules.Type(query["type"]) : null;
        long? integrationId = !query.TryGetValue("integration", out var given) ? null
            : directory.Current.ByName.TryGetValue(given.ToString(), out var integration) ? integration.Id
            : throw NoSuchIntegration(given.ToString());
        bool? overdue = !query.TryGetValue("overdue", out var wanted) ? null : wanted.ToString() switch
        {
            "true" => true,
            "false" => false,
            _ => throw ApiException.Invalid("overdue", "overdue is true or false."),
        };
        var lists = await database.ReadAsync(async session =>
        {
            var selection = new ListStore.Selection(integrationId, type, overdue);
            return await ListView.OfAsync(session, directory.Current, await ListStore.PageAsync(session, selection, page.After, page.CountToRead));
        });
        await ApiJson.WriteAsync(http, page.PageOf(lists, view => view.Name));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var list = await database.ReadAsync(async session =>
            await ListStore.FindAsync(session, http.Route("name")) is { } found ? await ListView.OfAsync(session, directory.Current, found) : throw AdminRequest.NoSuchList(http));
        await ApiJson.WriteAsync(http, list, revision: list.Revision);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<DefinitionChange>(http, http.RequestAborted);
        var change = AdminRequest.Change(http);
        var list = await database.WriteAsync(async session =>
        {
            var current = await LockAsync(session, http);
            var definition = ListRules.Check(
                given.Apply(current.Definition), mayLackOwner: current.MadeByScim && current.Definition.Owners.Count == 0, clock.GetUtcNow());
            await ListStore.DefineAsync(session, change, LockedList.Of(current), definition, current: current.Definition);
            return await FindAsync(session, current.Name);
        }, change.Key);
        await ApiJson.WriteAsync(http, list, revision: list.Revision);
    }

    /// <summary>Lets the integration see a list that it gave up; one that it sees already stays as it is.</summary>
    private async Task OfferAsync(HttpContext http)
    {
        var change = AdminRequest.Change(http);
        var list = await database.WriteAsync(async session =>
        {
            var current = await LockAsync(session, http);
            if (current.Type != ListTypes.Scim)
                throw ApiException.Conflict($"'{current.Name}' belongs to no integration: only lists of type \"scim\" are offered to one.");
            if (current.ScimId is null)
                await GroupStore.OfferAsync(session, change, LockedList.Of(current));
            return await FindAsync(session, current.Name);
        }, change.Key);
        await ApiJson.WriteAsync(http, list, revision: list.Revision);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var change = AdminRequest.Change(http);
        await database.WriteAsync(async session =>
        {
            await Hierarchy.LockAsync(session);
            await ListStore.DeleteAsync(session, change, await AdminRequest.LockListAsync(session, http));
            return true;
        }, change.Key);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static void CheckIntegration(string type, string? name)
    {
        if (type != ListTypes.Scim && name is not null)
            throw ApiException.Invalid("integration", "Only a list of type \"scim\" belongs to an integration. Leave it out, or choose that type.");
        if (type == ListTypes.Scim && name is null)
            throw ApiException.Invalid("integration", "A list of type \"scim\" belongs to an integration. Name it.");
    }

    private static ApiException NoSuchIntegration(string name) => ApiException.Invalid("integration", $"There is no integration named '{name.Truncate()}'.");

    private static async ValueTask<AccessList> LockAsync(WriteSession session, HttpContext http)
    {
        var list = await ListStore.LockAsync(session, http.Route("name")) ?? throw AdminRequest.NoSuchList(http);
        ApiETag.CheckIfMatch(http.Request, list.Revision);
        return list;
    }

    private async ValueTask<ListView> FindAsync(Session session, string name) =>
        await ListView.OfAsync(session, directory.Current, (await ListStore.FindAsync(session, name))!);
}
