using Microsoft.AspNetCore.Http;
using Rollcall.Access.Lists;
using Rollcall.Scim.Schemas;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.Scim;

/// <summary>The endpoints of Groups: access lists of type <c>scim</c> as their integration sees them.</summary>
internal static class GroupEndpoints
{
    /// <summary>Maps them.</summary>
    public static void Map(ScimRoutes routes)
    {
        routes.Map(HttpMethods.Post, "/Groups", CreateAsync, BodyLimit.Large);
        routes.Map(HttpMethods.Get, "/Groups/{id}", ReadAsync);
        routes.Map(HttpMethods.Put, "/Groups/{id}", ReplaceAsync, BodyLimit.Large);
        routes.Map(HttpMethods.Patch, "/Groups/{id}", PatchAsync, BodyLimit.Large);
        routes.Map(HttpMethods.Delete, "/Groups/{id}", DeleteAsync);
    }

    private static async Task ReadAsync(ScimRequest request)
    {
        var contents = ListContents.OfOne(request);
        var integrationId = request.Integration.Id;
        var id = request.Id;
        if (request.IfNoneMatch is { } known)
        {
            // A client that has this version already is told so without a look at the members.
            var group = await request.Database.ReadAsync(session => GroupRow.FindAsync(session, integrationId, id)) ?? throw request.NotFound();
            if (known.Matches(group.Version))
            {
                await request.AnswerAsync(304, group.Version);
                return;
            }
        }
        using var page = contents.NewPage();
        var found = await request.Database.ReadAsync(async session =>
        {
            var row = await ResourceQuery.FindAsync(session, ListedType.Groups, integrationId, id, page) ?? throw request.NotFound();
            page.Rows = [row];
            await contents.CompleteAsync(session, page);
            return row;
        });
        await request.AnswerAsync(200, ListPage.PartsOf(found), found.Version);
    }

    private static async Task CreateAsync(ScimRequest request) =>
        await request.WriteAsync(GroupWrites.Create(request.Integration, await request.ReadBodyAsync()), ResourceTypes.Group, request.Projection(ResourceTypes.Group));

    private static async Task ReplaceAsync(ScimRequest request)
    {
        var seen = await request.Database.ReadAsync(session => GroupRow.FindAsync(session, request.Integration.Id, request.Id)) ?? throw request.NotFound();
        var write = GroupWrites.Replace(request.Integration, request.Id, await request.ReadBodyAsync(), request.IfMatch, seen.Version);
        await request.WriteAsync(write, ResourceTypes.Group, request.Projection(ResourceTypes.Group));
    }

    private static async Task PatchAsync(ScimRequest request)
    {
        var (write, projection) = await request.ReadBodyAsync(ResourceTypes.Group, body =>
            (GroupWrites.Patch(request.Integration, request.BaseUrl, request.Id, body, request.IfMatch), request.Projection(ResourceTypes.Group)));
        await request.WriteAsync(write, ResourceTypes.Group, projection.IsDefault && !request.PrefersRepresentation ? null : projection);
    }

    private static Task DeleteAsync(ScimRequest request) =>
        request.WriteAsync(GroupWrites.Delete(request.Integration, request.Id, request.IfMatch), ResourceTypes.Group, shown: null);
}
