using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rollcall.Access.Users;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>The endpoints of Users (RFC 7644 §3.3 to §3.6).</summary>
internal static class UserEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(ScimRoutes routes)
    {
        routes.Map(HttpMethods.Get, "/Users", ListAsync);
        routes.Map(HttpMethods.Post, "/Users", CreateAsync);
        routes.Map(HttpMethods.Get, "/Users/{id}", ReadAsync);
        routes.Map(HttpMethods.Put, "/Users/{id}", ReplaceAsync);
        routes.Map(HttpMethods.Patch, "/Users/{id}", PatchAsync);
        routes.Map(HttpMethods.Delete, "/Users/{id}", DeleteAsync);
    }

    private static async Task ReadAsync(ScimRequest request)
    {
        var projection = request.Projection(ResourceTypes.User);
        var integrationId = request.Integration.Id;
        var id = request.Id;
        var found = await request.Database.ReadOneAsync(session => UserStore.FindWithGroupsAsync(session, integrationId, id));
        if (found is not { } row)
            throw request.NotFound();
        if (request.IfNoneMatch?.Matches(row.User.Version) == true)
        {
            await request.AnswerAsync(304, row.User.Version);
            return;
        }
        await request.AnswerAsync(200, new FoundUser(row.User, row.Groups), projection);
    }

    private static async Task ListAsync(ScimRequest request)
    {
        var projection = request.Projection(ResourceTypes.User);
        var query = new ResourceQuery(
            request.Database.Dialect, request.Query, ResourceTypes.User, FilterColumns.OfUsers(request.BaseUrl),
            "u.integration_id = $1", "u.id", request.Integration.Id, request.Integration.Rules.Strict);
        var withGroups = projection.Includes("groups");
        var integrationId = request.Integration.Id;
        var (users, groups, total) = await request.Database.ReadAsync(async session =>
        {
            var page = query.Count == 0 ? [] : await query.PageAsync(session, UserRow.Select, UserRow.Map);
            var references = withGroups && page.Count > 0 ? await UserStore.GroupsAsync(session, integrationId, [.. page.Select(user => user.Id)]) : null;
            // A first page that is not full holds all there is.
            var all = query is { StartIndex: 1, Count: > 0 } && page.Count < query.Count ? page.Count
                : query.IsUnfiltered ? await Counters.ReadAsync(session, integrationId, Counters.User)
                : await query.CountAsync(session, "from users u join user_state s on s.integration_id = u.integration_id and s.user_id = u.id");
            return (page, references, all);
        }, query.Limit);

        using var resources = new ResourcePage(projection);
        var representations = new Representations(request.BaseUrl);
        foreach (var user in users)
            resources.Add(output => representations.Write(output, user, groups?[user.Id] ?? []));
        using var body = new PooledBuffer();
        resources.Write(body, total, query.StartIndex);
        await request.AnswerAsync(200, body.Written);
    }

    private static async Task CreateAsync(ScimRequest request) =>
        await request.WriteAsync(UserWrites.Create(request.Integration, await request.ReadBodyAsync()), request.Projection(ResourceTypes.User));

    private static Task ReplaceAsync(ScimRequest request) =>
        ChangeAsync(request, body => UserWrites.Replace(request.Integration, request.Id, body, request.IfMatch));

    private static Task PatchAsync(ScimRequest request) =>
        ChangeAsync(request, body => UserWrites.Patch(request.Integration, request.Id, body, request.IfMatch));

    private static Task DeleteAsync(ScimRequest request) =>
        request.WriteAsync(UserWrites.Delete(request.Integration, request.Id, request.IfMatch), shown: null);

    private static async Task ChangeAsync(ScimRequest request, Func<JsonObject, ResourceWrite> parse)
    {
        var (write, projection) = await request.ReadBodyAsync(ResourceTypes.User, body => (parse(body), request.Projection(ResourceTypes.User)));
        await request.WriteAsync(write, projection);
    }
}
