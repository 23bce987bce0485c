using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Access.Scim;
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
    }

    /// <summary>Fields of a definition as they are given: what is absent stays.</summary>
    private record DefinitionChange
    {
        public string? Title { get; init; }
        public string? Description { get; init; }
        public IReadOnlyList<ListOwner>? Owners { get; init; }
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
            Owners = Owners ?? definition.Owners,
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

    private sealed record ListView(
        string Name, string Title, string? Description, string Type, string? Integration, string? ScimId, bool? Claimed,
        IReadOnlyList<ListOwner> Owners, RolesAndTraits Grants, RolesAndTraits OwnerGrants, RolesAndTraits MembershipRequires, RolesAndTraits OwnershipRequires,
        ListAudit? Audit, IReadOnlyDictionary<string, string> Labels, long MemberCount, long Revision, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt);

    private async Task CreateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<NewList>(http, http.RequestAborted);
        var name = ListRules.Name(given.Name);
        var type = ListRules.Type(given.Type);
        var definition = ListRules.Check(given.Apply(new ListDefinition { Title = given.Title ?? "" }), mayLackOwner: false, clock.GetUtcNow());
        var integrationId = IntegrationOf(type, given.Integration);
        var change = AdminRequest.Change(http);
        var list = await database.WriteAsync(async session =>
        {
            await ListStore.CreateAsync(session, change, name, type, integrationId, definition);
            return (await ListStore.FindAsync(session, name))!;
        }, change.Key);
        await ApiJson.WriteAsync(http, View(list), StatusCodes.Status201Created, list.Revision);
    }

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = http.Request.Query;
        var type = query.ContainsKey("type") ? ListRules.Type(query["type"]) : null;
        long? integrationId = query.TryGetValue("integration", out var integration) ? IntegrationNamed(integration.ToString()) : null;
        var lists = await database.ReadAsync(session => ListStore.PageAsync(session, integrationId, type, page.After, page.CountToRead));
        await ApiJson.WriteAsync(http, page.PageOf([.. lists.Select(View)], view => view.Name));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var list = await database.ReadAsync(session => ListStore.FindAsync(session, http.Route("name"))) ?? throw AdminRequest.NoSuchList(http);
        await ApiJson.WriteAsync(http, View(list), revision: list.Revision);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<DefinitionChange>(http, http.RequestAborted);
        var change = AdminRequest.Change(http);
        var list = await database.WriteAsync(async session =>
        {
            var locked = await AdminRequest.LockListAsync(session, http);
            var current = (await ListStore.FindAsync(session, locked.Name))!;
            var definition = ListRules.Check(
                given.Apply(current.Definition), mayLackOwner: current.MadeByScim && current.Definition.Owners.Count == 0, clock.GetUtcNow());
            await ListStore.DefineAsync(session, change, locked, definition);
            return (await ListStore.FindAsync(session, locked.Name))!;
        }, change.Key);
        await ApiJson.WriteAsync(http, View(list), revision: list.Revision);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var change = AdminRequest.Change(http);
        await database.WriteAsync(async session =>
        {
            await ListStore.DeleteAsync(session, change, await AdminRequest.LockListAsync(session, http));
            return true;
        }, change.Key);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private long IntegrationOf(string type, string? name)
    {
        if (type != ListTypes.Scim)
            return name is null ? 0 : throw ApiException.Invalid("integration", "Only a list of type \"scim\" belongs to an integration. Leave it out, or choose that type.");
        return name is null
            ? throw ApiException.Invalid("integration", "A list of type \"scim\" belongs to an integration. Name it.")
            : IntegrationNamed(name);
    }

    private long IntegrationNamed(string name) =>
        directory.Current.ByName.TryGetValue(name, out var integration)
            ? integration.Id
            : throw ApiException.Invalid("integration", $"There is no integration named '{name.Truncate()}'.");

    private ListView View(AccessList list)
    {
        var definition = list.Definition;
        return new ListView(
            list.Name, definition.Title, definition.Description, list.Type,
            directory.Current.ByName.Values.FirstOrDefault(integration => integration.Id == list.IntegrationId)?.Name,
            list.ScimId, list.Type == ListTypes.Scim ? list.IsClaimed : null, definition.Owners, definition.Grants, definition.OwnerGrants,
            definition.MembershipRequires, definition.OwnershipRequires, definition.Audit, definition.Labels, list.MemberCount, list.Revision,
            ScimTime.ToTime(list.Created), ScimTime.ToTime(list.Modified));
    }
}
