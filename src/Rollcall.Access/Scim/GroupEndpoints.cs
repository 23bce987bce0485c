using Microsoft.AspNetCore.Http;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Resources;
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
        var found = await request.Database.ReadAsync(session => FindAsync(session, integrationId, id, projection)) ?? throw request.NotFound();
        await AnswerAsync(request, 200, found, projection);
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

    private static async Task CreateAsync(ScimRequest request)
    {
        var resource = ResourceReader.Read(await request.ReadBodyAsync(), ResourceTypes.Group, request.ReaderOptions);
        var projection = request.Projection(ResourceTypes.Group);
        var integration = request.Integration;
        var change = request.Change;
        var (created, changed) = await request.Database.WriteAsync(async session =>
        {
            var (list, hasChanged) = await GroupAdoption.TakeAsync(session, change, integration, ((string)resource["displayName"]!).Trim());
            // Making or showing the list is a change of its own in the audit log; its members are the next.
            var revision = await GroupStore.ApplyAsync(session, hasChanged ? change with { Number = 2 } : change, list,
                new GroupChange { Code = "group.create", Members = GroupMembers.All(resource), ExternalId = (string?)resource["externalId"] });
            return ((await FindAsync(session, integration.Id, list.ScimId!, projection))!, hasChanged || revision != list.Revision);
        }, change.Key);
        request.TellChanged(changed);
        await AnswerAsync(request, 201, created, projection, isWrite: true);
    }

    private static async Task ReplaceAsync(ScimRequest request)
    {
        // What the client may have seen: without a precondition of its own, "detect" holds it to this.
        var seen = await request.Database.ReadAsync(session => GroupRow.FindAsync(session, request.Integration.Id, request.Id)) ?? throw request.NotFound();
        var body = await request.ReadBodyAsync();
        var projection = request.Projection(ResourceTypes.Group);
        var resource = Deferred.Run(() => ResourceReader.Read(body, ResourceTypes.Group, request.ReaderOptions));
        var precondition = request.PreconditionOfPut(body)
            ?? (request.Integration.Rules.UnconditionalPut == UnconditionalPut.Detect ? ScimPrecondition.Of(seen.Version) : null);
        await ChangeAsync(request, projection, precondition, 200, (_, list) => new(new GroupChange
        {
            Code = "group.replace",
            Members = GroupMembers.All(resource.Value),
            Title = GroupTitle.Change(request.Integration, list, (string)resource.Value["displayName"]!),
            ExternalId = (string?)resource.Value["externalId"],
        }));
    }

    private static async Task PatchAsync(ScimRequest request)
    {
        var integrationId = request.Integration.Id;
        var id = request.Id;
        var (patch, projection) = await request.ReadBodyAsync(
            body => (PatchRequest.Parse(body, ResourceTypes.Group, request.PatchOptions), request.Projection(ResourceTypes.Group)),
            async session => await GroupRow.FindAsync(session, integrationId, id) is not null);
        var members = Deferred.Run(() => MemberPatch.Compile(patch, "members"));
        var (_, others) = patch.Split("members");
        await ChangeAsync(request, projection, request.IfMatch, 204, async (session, list) =>
        {
            var scalars = others.Operations.Count == 0 ? null : PatchEngine.Apply(GroupDocument.Scalars(list), others);
            var set = members.Value;
            return new GroupChange
            {
                Code = "group.patch",
                Members = set.Change ?? set.ChangeOf(await GroupMembers.CurrentAsync(session, list, set.NeededValues, request.BaseUrl)),
                Title = scalars is null ? null : GroupTitle.Change(request.Integration, list, (string)scalars["displayName"]!),
                ExternalId = scalars is null ? list.ExternalId : (string?)scalars["externalId"],
            };
        });
    }

    private static async Task DeleteAsync(ScimRequest request)
    {
        var change = request.Change;
        var ifMatch = request.IfMatch;
        await request.Database.WriteAsync(async session =>
        {
            var list = await LockedList.FindGroupAsync(session, request.Integration.Id, request.Id) ?? throw request.NotFound();
            list.Require(ifMatch);
            await GroupStore.ReleaseAsync(session, change, list);
            return true;
        }, change.Key);
        request.TellChanged(true);
        await request.AnswerAsync(204);
    }

    /// <summary>
    /// The way of every change to an existing Group: 404 and 412 are decided on the locked row, then the values are judged,
    /// then they are applied; all in one transaction.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="projection">What the answer is to carry.</param>
    /// <param name="precondition">The version that it was made for, or null.</param>
    /// <param name="status">200 to answer with the Group, 204 to answer without where the client does not ask for it.</param>
    /// <param name="judge">Makes the change from the locked row.</param>
    private static async Task ChangeAsync(
        ScimRequest request, Projection projection, ScimPrecondition? precondition, int status, Func<WriteSession, LockedList, ValueTask<GroupChange>> judge)
    {
        var answersBody = status == 200 || !projection.IsDefault || request.PrefersRepresentation;
        var change = request.Change with { Status = answersBody ? 200 : 204 };
        var integrationId = request.Integration.Id;
        var id = request.Id;
        var (revision, changed, answer) = await request.Database.WriteAsync(async session =>
        {
            var list = await LockedList.FindGroupAsync(session, integrationId, id) ?? throw request.NotFound();
            list.Require(precondition);
            var after = await GroupStore.ApplyAsync(session, change, list, await judge(session, list));
            return (after, after != list.Revision, answersBody ? await FindAsync(session, integrationId, id, projection) : null);
        }, change.Key);
        request.TellChanged(changed);
        if (answer is null)
            await request.AnswerAsync(204, new ScimVersion(revision));
        else
            await AnswerAsync(request, 200, answer, projection, isWrite: true);
    }

    private sealed record FoundGroup(GroupRow Group, IReadOnlyList<GroupMember>? Members);

    private static async ValueTask<FoundGroup?> FindAsync(Session session, long integrationId, string id, Projection projection) =>
        await GroupRow.FindAsync(session, integrationId, id) is { } group
            ? new FoundGroup(group, projection.Includes("members") ? [.. (await GroupMember.ReadAsync(session, integrationId, [group.Id]))[group.Id]] : null)
            : null;

    private static async Task AnswerAsync(ScimRequest request, int status, FoundGroup found, Projection projection, bool isWrite = false)
    {
        using var resource = new ResourcePage(projection);
        var representations = new Representations(request.BaseUrl);
        resource.Add(output => representations.Write(output, found.Group, found.Members, projection.Includes("members.display")));
        await request.AnswerAsync(status, resource.Single, found.Group.Version, isWrite ? $"{request.BaseUrl}/Groups/{found.Group.ScimId}" : null);
    }

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
