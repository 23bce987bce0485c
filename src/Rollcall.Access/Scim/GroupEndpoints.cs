using Microsoft.AspNetCore.Http;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Scim.Schemas;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.Scim;

/// <summary>The endpoints of Groups: access lists of type <c>scim</c> as their integration sees them.</summary>
internal static class GroupEndpoints
{
    // In lists of Groups a page ends early rather than that members are left out of it.
    private const long MaxMembersOnPage = 200_000;

    /// <summary>Maps them.</summary>
    public static void Map(ScimRoutes routes)
    {
        routes.Map(HttpMethods.Get, "/Groups", ListAsync);
        routes.Map(HttpMethods.Post, "/Groups", CreateAsync, BodyLimit.Large);
        routes.Map(HttpMethods.Get, "/Groups/{id}", ReadAsync);
        routes.Map(HttpMethods.Put, "/Groups/{id}", ReplaceAsync, BodyLimit.Large);
        routes.Map(HttpMethods.Patch, "/Groups/{id}", PatchAsync, BodyLimit.Large);
        routes.Map(HttpMethods.Delete, "/Groups/{id}", DeleteAsync);
    }

    private static async Task ReadAsync(ScimRequest request)
    {
        var projection = request.Projection(ResourceTypes.Group);
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
        var found = await request.Database.ReadAsync(session => FoundGroup.FindAsync(session, integrationId, id, projection)) ?? throw request.NotFound();
        await request.AnswerAsync(200, found, projection);
    }

    private static async Task ListAsync(ScimRequest request)
    {
        var projection = request.Projection(ResourceTypes.Group);
        var asked = request.Query;
        var integrationId = request.Integration.Id;
        var query = new ResourceQuery(
            request.Database.Dialect, asked, ResourceTypes.Group, FilterColumns.OfGroups(request.BaseUrl),
            "l.integration_id = $1 and l.scim_id is not null and l.type = 'scim'", "l.id", integrationId, request.Integration.Rules.Strict);
        var withMembers = projection.Includes("members")
            && (asked.Attributes is not null || request.Integration.Rules.MembersInLists == MembersInLists.Include);
        var (groups, members, total) = await request.Database.ReadAsync(async session =>
        {
            var page = query.Count == 0 ? [] : await query.PageAsync(session, GroupRow.Select, GroupRow.Map);
            var all = query is { StartIndex: 1, Count: > 0 } && page.Count < query.Count ? page.Count
                : query.IsUnfiltered ? await Counters.ReadAsync(session, integrationId, Counters.Group)
                : await query.CountAsync(session, "from lists l");
            if (withMembers)
                Shorten(page);
            var read = withMembers && page.Count > 0 ? await GroupMember.ReadAsync(session, integrationId, [.. page.Select(group => group.Id)]) : null;
            return (page, read, all);
        }, query.Limit);

        using var resources = new ResourcePage(projection);
        var representations = new Representations(request.BaseUrl);
        var withDisplay = projection.Includes("members.display");
        foreach (var group in groups)
            resources.Add(output => representations.Write(output, group, members is null ? null : [.. members[group.Id]], withDisplay));
        using var body = new PooledBuffer();
        resources.Write(body, total, query.StartIndex);
        await request.AnswerAsync(200, body.Written);
    }

    private static async Task CreateAsync(ScimRequest request) =>
        await request.WriteAsync(GroupWrites.Create(request.Integration, await request.ReadBodyAsync()), request.Projection(ResourceTypes.Group));

    private static async Task ReplaceAsync(ScimRequest request)
    {
        var seen = await request.Database.ReadAsync(session => GroupRow.FindAsync(session, request.Integration.Id, request.Id)) ?? throw request.NotFound();
        var write = GroupWrites.Replace(request.Integration, request.Id, await request.ReadBodyAsync(), request.IfMatch, seen.Version);
        await request.WriteAsync(write, request.Projection(ResourceTypes.Group));
    }

    private static async Task PatchAsync(ScimRequest request)
    {
        var (write, projection) = await request.ReadBodyAsync(ResourceTypes.Group, body =>
            (GroupWrites.Patch(request.Integration, request.BaseUrl, request.Id, body, request.IfMatch), request.Projection(ResourceTypes.Group)));
        await request.WriteAsync(write, projection.IsDefault && !request.PrefersRepresentation ? null : projection);
    }

    private static Task DeleteAsync(ScimRequest request) =>
        request.WriteAsync(GroupWrites.Delete(request.Integration, request.Id, request.IfMatch), shown: null);

    /// <summary>Ends a page before its members are more than fit; one Group stays, however large.</summary>
    private static void Shorten(List<GroupRow> page)
    {
        long members = 0;
        for (var i = 0; i < page.Count; i++)
        {
            members += page[i].MemberCount;
            if (i > 0 && members > MaxMembersOnPage)
            {
                page.RemoveRange(i, page.Count - i);
                return;
            }
        }
    }
}
