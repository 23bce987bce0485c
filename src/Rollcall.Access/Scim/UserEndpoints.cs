using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rollcall.Access.Lists;
using Rollcall.Access.Users;
using Rollcall.Scim;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Resources;
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
        await AnswerAsync(request, 200, row.User, row.Groups, projection);
    }

    private static async Task CreateAsync(ScimRequest request)
    {
        var resource = ResourceReader.Read(await request.ReadBodyAsync(), ResourceTypes.User, request.ReaderOptions);
        var projection = request.Projection(ResourceTypes.User);
        var scimId = ListStore.NewScimId();
        var document = UserDocument.From(scimId, resource);
        var change = request.Change;
        var user = await request.Database.WriteAsync(session => UserStore.CreateAsync(session, change, request.Integration.Id, scimId, document), change.Key);
        request.TellChanged(true);
        await AnswerAsync(request, 201, user, [], projection, isWrite: true);
    }

    private static Task ReplaceAsync(ScimRequest request) => ChangeAsync(request, "user.replace",
        body => (Deferred.Run(() => ResourceReader.Read(body, ResourceTypes.User, request.ReaderOptions)), request.PreconditionOfPut(body)),
        (stored, replacement) =>
        {
            var kept = ResourceReader.KeepImmutable(stored, replacement, ResourceTypes.User);
            // A client that says nothing of "active" does not mean to suspend or to revive anybody.
            if (replacement["active"] is null)
                kept["active"] = stored["active"]?.DeepClone();
            return kept;
        });

    private static Task PatchAsync(ScimRequest request) => ChangeAsync(request, "user.patch",
        body => (Deferred.Of(PatchRequest.Parse(body, ResourceTypes.User, request.PatchOptions)), request.IfMatch),
        PatchEngine.Apply);

    private static async Task DeleteAsync(ScimRequest request)
    {
        var change = request.Change;
        var ifMatch = request.IfMatch;
        await request.Database.WriteAsync(async session =>
        {
            var user = await UserStore.LockAsync(session, request.Integration.Id, request.Id) ?? throw request.NotFound();
            user.Require(ifMatch);
            await UserStore.DeleteAsync(session, change, user);
            return true;
        }, change.Key);
        request.TellChanged(true);
        await request.AnswerAsync(204);
    }

    /// <summary>
    /// Changes the writable part of a User: what is wrong with the body's form is told before the version is compared, what
    /// is wrong with its values after it.
    /// </summary>
    private static async Task ChangeAsync<T>(
        ScimRequest request, string code, Func<JsonObject, (Deferred<T> Parsed, ScimPrecondition? Precondition)> parse, Func<JsonObject, T, JsonObject> apply)
    {
        var integrationId = request.Integration.Id;
        var id = request.Id;
        var ((parsed, precondition), projection) = await request.ReadBodyAsync(
            body => (parse(body), request.Projection(ResourceTypes.User)), async session => await UserStore.FindAsync(session, integrationId, id) is not null);
        var change = request.Change;
        var (user, changed, groups) = await request.Database.WriteAsync(async session =>
        {
            var found = await UserStore.LockAsync(session, integrationId, id) ?? throw request.NotFound();
            found.Require(precondition);
            var document = UserDocument.From(id, apply(found.Parse(), parsed.Value));
            var after = await UserStore.UpdateAsync(session, change, found, document, code);
            var references = projection.Includes("groups") ? await UserStore.GroupsAsync(session, integrationId, found.Id) : [];
            return (after, after.Revision != found.Revision, references);
        }, change.Key);
        request.TellChanged(changed);
        await AnswerAsync(request, 200, user, groups, projection, isWrite: true);
    }

    private static async Task AnswerAsync(ScimRequest request, int status, UserRow user, List<GroupReference> groups, Projection projection, bool isWrite = false)
    {
        using var resource = new ResourcePage();
        var representations = new Representations(request.BaseUrl);
        resource.Add(0, projection, output => representations.Write(output, user, groups));
        var location = $"{request.BaseUrl}/Users/{user.ScimId}";
        await request.AnswerAsync(status, resource.Single, user.Version, isWrite ? location : null);
    }
}
