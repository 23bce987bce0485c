using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Access.People;
using Rollcall.Access.Scim;
using Rollcall.Access.Users;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary><c>/api/v1/users</c> and <c>/api/v1/people</c>: all Users, whoever made them, and those made here.</summary>
internal sealed class UsersApi(Database database, IntegrationDirectory directory)
{
    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/users", (RequestDelegate)ListAsync)
            .Describe("listUsers", "The Users of all integrations, and local ones.")
            .AnswersPage<UserView>()
            .TakesQuery("integration", "Only those of an integration.")
            .TakesQuery("userName", "Only those of a name; case does not matter.");
        api.MapGet("/users/{id}", (RequestDelegate)ShowAsync)
            .Describe("showUser", "A User.")
            .Answers<UserView>();
        api.MapPost("/users", (RequestDelegate)CreateAsync)
            .Describe("createUser", "Makes a local User.")
            .Takes<NewUser>().Answers<UserView>(StatusCodes.Status201Created);
        api.MapDelete("/users/{id}", (RequestDelegate)DeleteAsync)
            .Describe("deleteUser", "Deletes a local User and its memberships.")
            .TakesIfMatch().AnswersNothing();
        api.MapPut("/people/{userName}/block", (RequestDelegate)(http => BlockAsync(http, blocked: true)))
            .Describe("blockPerson", "Ends all effect of a person's lists at once; memberships stay.")
            .AnswersNothing();
        api.MapDelete("/people/{userName}/block", (RequestDelegate)(http => BlockAsync(http, blocked: false)))
            .Describe("unblockPerson", "Lets the lists of a blocked person count again.")
            .AnswersNothing();
    }

    private sealed record NewUser(
        string UserName, string? DisplayName = null, IReadOnlyList<string>? Roles = null, IReadOnlyDictionary<string, IReadOnlyList<string>>? Traits = null);

    private sealed record UserView(
        string Id, string UserName, string? DisplayName, string? Integration, string? ExternalId, bool Active, bool Blocked,
        IReadOnlyList<string>? Roles, JsonNode? Traits, JsonObject? Attributes, long Revision, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt);

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var query = http.Request.Query;
        long? integrationId = query.TryGetValue("integration", out var name)
            ? directory.Current.ByName.TryGetValue(name.ToString(), out var integration) ? integration.Id
                : throw ApiException.Invalid("integration", $"There is no integration named '{name.ToString().Truncate()}'.")
            : null;
        var userName = query.TryGetValue("userName", out var given) ? given.ToString() : null;
        var users = await database.ReadAsync(session => UserDirectory.PageAsync(session, integrationId, userName, page.After, page.CountToRead));
        await ApiJson.WriteAsync(http, page.PageOf([.. users.Select(View)], view => view.Id));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var user = await database.ReadAsync(session => UserDirectory.FindAsync(session, http.Route("id"))) ?? throw NotFound(http);
        await ApiJson.WriteAsync(http, View(user), revision: user.User.Revision);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<NewUser>(http, http.RequestAborted);
        ListRules.Person("userName", given.UserName);
        var own = new RolesAndTraits { Roles = given.Roles ?? [], Traits = given.Traits ?? new Dictionary<string, IReadOnlyList<string>>() };
        ListRules.CheckRoles("roles", own.Roles);
        ListRules.CheckTraits("traits", own.Traits);
        var scimId = ListStore.NewScimId();
        var document = UserDocument.From(scimId, LocalUser.Resource(given.UserName.Trim(), given.DisplayName, own));
        var change = AdminRequest.Change(http);
        var user = await database.WriteAsync(async session =>
        {
            await UserStore.CreateAsync(session, change, 0, scimId, document);
            return (await UserDirectory.FindAsync(session, scimId))!;
        }, change.Key);
        await ApiJson.WriteAsync(http, View(user), StatusCodes.Status201Created, user.User.Revision);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var change = AdminRequest.Change(http);
        await database.WriteAsync(async session =>
        {
            var found = await UserDirectory.FindAsync(session, http.Route("id")) ?? throw NotFound(http);
            ApiETag.CheckIfMatch(http.Request, found.User.Revision);
            if (found.User.IntegrationId != 0)
                throw ApiException.Conflict("This User belongs to an integration and is deleted by it. To end all its effect at once, block the person.");
            await UserStore.DeleteAsync(session, change, (await UserStore.LockAsync(session, 0, found.User.ScimId))!);
            return true;
        }, change.Key);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task BlockAsync(HttpContext http, bool blocked)
    {
        var name = http.RouteOfPerson("userName");
        var change = AdminRequest.Change(http);
        await database.WriteAsync(async session =>
        {
            if (!await PeopleStore.BlockAsync(session, change, name, blocked))
                throw ApiException.NotFound($"Nobody is named '{name.Truncate()}' here.");
            return true;
        }, change.Key);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private UserView View(UserDirectory.Entry entry)
    {
        var user = entry.User;
        var document = user.Parse();
        return new UserView(
            user.ScimId, user.UserName, (string?)Take(document, "displayName"),
            directory.Current.NameOf(user.IntegrationId),
            (string?)Take(document, "externalId"), entry.Active, entry.Blocked,
            Take(document, "roles")?.AsArray().Select(role => (string?)role?["value"]).OfType<string>().ToList(), Take(document, LocalUser.TraitsUrn), Rest(document),
            user.Revision, ScimTime.ToTime(user.Created), ScimTime.ToTime(user.Modified));
    }

    private static JsonNode? Take(JsonObject document, string name)
    {
        var value = document[name];
        document.Remove(name);
        return value;
    }

    /// <summary>What has no member of its own in the answer.</summary>
    private static JsonObject? Rest(JsonObject document)
    {
        foreach (var name in (string[])["schemas", "id", "userName", "active"])
            document.Remove(name);
        return document.Count == 0 ? null : document;
    }

    private static ApiException NotFound(HttpContext http) => ApiException.NotFound($"There is no User with the id '{http.Route("id").Truncate()}'.");
}
