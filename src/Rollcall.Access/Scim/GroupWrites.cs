using System.Text.Json.Nodes;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>The writes of Groups (RFC 7644 §3.3, §3.5, §3.6): access lists of type <c>scim</c> as their integration changes them.</summary>
internal static class GroupWrites
{
    /// <summary>Makes a Group, that is, claims the list of that title.</summary>
    /// <param name="integration">Whose.</param>
    /// <param name="body">The resource.</param>
    /// <exception cref="ScimException">The body is no Group.</exception>
    public static NewGroup Create(Integration integration, JsonObject body) =>
        new(integration, ResourceReader.Read(body, ResourceTypes.Group, integration.ReaderOptions()));

    /// <summary>Puts a resource in the place of a Group.</summary>
    /// <param name="integration">Whose.</param>
    /// <param name="scimId">The Group's id.</param>
    /// <param name="body">The resource.</param>
    /// <param name="ifMatch">The version that the request is for, or null.</param>
    /// <param name="seen">The version that was there when the request came: without another, the rule <c>detect</c> holds the client to it.</param>
    /// <exception cref="ScimException">The body is not of the form of a Group, or names no version where one is required.</exception>
    public static ResourceWrite Replace(Integration integration, string scimId, JsonObject body, ScimPrecondition? ifMatch, ScimVersion seen)
    {
        var resource = Deferred.Run(() => ResourceReader.Read(body, ResourceTypes.Group, integration.ReaderOptions()));
        var precondition = integration.PreconditionOfPut(body, ifMatch)
            ?? (integration.Rules.UnconditionalPut == UnconditionalPut.Detect ? ScimPrecondition.Of(seen) : null);
        return new Change(integration, scimId, precondition, statusWithoutBody: 200, (_, list) => new(new GroupChange
        {
            Code = "group.replace",
            Members = GroupMembers.All(resource.Value),
            Title = GroupTitle.Change(integration, list, (string)resource.Value["displayName"]!),
            ExternalId = (string?)resource.Value["externalId"],
        }));
    }

    /// <summary>Changes a Group by PATCH.</summary>
    /// <param name="integration">Whose.</param>
    /// <param name="baseUrl">Its SCIM base URL.</param>
    /// <param name="scimId">The Group's id.</param>
    /// <param name="body">The PATCH message.</param>
    /// <param name="ifMatch">The version that the request is for, or null.</param>
    /// <exception cref="ScimException">The message is not of the form of a PATCH.</exception>
    public static ResourceWrite Patch(Integration integration, string baseUrl, string scimId, JsonObject body, ScimPrecondition? ifMatch)
    {
        var patch = PatchRequest.Parse(body, ResourceTypes.Group, integration.PatchOptions());
        var members = Deferred.Run(() => MemberPatch.Compile(patch, "members"));
        var (_, others) = patch.Split("members");
        return new Change(integration, scimId, ifMatch, statusWithoutBody: 204, async (session, list) =>
        {
            var scalars = others.Operations.Count == 0 ? null : PatchEngine.Apply(GroupDocument.Scalars(list), others);
            var set = members.Value;
            return new GroupChange
            {
                Code = "group.patch",
                Members = set.Change ?? set.ChangeOf(await GroupMembers.CurrentAsync(session, list, set.NeededValues, baseUrl)),
                Title = scalars is null ? null : GroupTitle.Change(integration, list, (string)scalars["displayName"]!),
                ExternalId = scalars is null ? list.ExternalId : (string?)scalars["externalId"],
            };
        });
    }

    /// <summary>Gives a Group up.</summary>
    /// <param name="integration">Whose.</param>
    /// <param name="scimId">The Group's id.</param>
    /// <param name="ifMatch">The version that the request is for, or null.</param>
    public static ResourceWrite Delete(Integration integration, string scimId, ScimPrecondition? ifMatch) => new Deletion(integration, scimId, ifMatch);

    private static async ValueTask<LockedList> LockAsync(WriteSession session, Integration integration, string scimId, ScimPrecondition? precondition)
    {
        var list = await LockedList.FindGroupAsync(session, integration.Id, scimId) ?? throw ScimFaults.NoSuchResource();
        list.Require(precondition);
        return list;
    }

    /// <summary>A change to an existing Group: the values are judged on the locked row, then applied.</summary>
    private sealed class Change(
        Integration integration, string scimId, ScimPrecondition? precondition, int statusWithoutBody,
        Func<WriteSession, LockedList, ValueTask<GroupChange>> judge) : ResourceWrite
    {
        public override async ValueTask<WriteResult> RunAsync(WriteSession session, ChangeContext change, Projection? shown)
        {
            var list = await LockAsync(session, integration, scimId, precondition);
            var revision = await GroupStore.ApplyAsync(session, change, list, await judge(session, list));
            return new WriteResult(shown is null ? statusWithoutBody : 200, scimId, new ScimVersion(revision), revision != list.Revision,
                shown is null ? null : await FoundGroup.FindAsync(session, integration.Id, scimId, shown));
        }
    }

    private sealed class Deletion(Integration integration, string scimId, ScimPrecondition? precondition) : ResourceWrite
    {
        public override async ValueTask<WriteResult> RunAsync(WriteSession session, ChangeContext change, Projection? shown)
        {
            await Hierarchy.LockAsync(session);
            await GroupStore.ReleaseAsync(session, change, await LockAsync(session, integration, scimId, precondition));
            return WriteResult.Deleted(scimId);
        }
    }
}
