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

    private static async Task CreateAsync(ScimRequest request) =>
        await request.WriteAsync(UserWrites.Create(request.Integration, await request.ReadBodyAsync()), ResourceTypes.User, request.Projection(ResourceTypes.User));

    private static Task ReplaceAsync(ScimRequest request) =>
        ChangeAsync(request, body => UserWrites.Replace(request.Integration, request.Id, body, request.IfMatch));

    private static Task PatchAsync(ScimRequest request) =>
        ChangeAsync(request, body => UserWrites.Patch(request.Integration, request.Id, body, request.IfMatch));

    private static Task DeleteAsync(ScimRequest request) =>
        request.WriteAsync(UserWrites.Delete(request.Integration, request.Id, request.IfMatch), ResourceTypes.User, shown: null);

    private static async Task ChangeAsync(ScimRequest request, Func<JsonObject, ResourceWrite> parse)
    {
        var (write, projection) = await request.ReadBodyAsync(ResourceTypes.User, body => (parse(body), request.Projection(ResourceTypes.User)));
        await request.WriteAsync(write, ResourceTypes.User, projection);
    }
}
