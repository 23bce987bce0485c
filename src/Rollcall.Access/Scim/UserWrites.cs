using System.Text.Json.Nodes;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Access.Users;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>The writes of Users (RFC 7644 §3.3, §3.5, §3.6).</summary>
internal static class UserWrites
{
    /// <summary>Makes a User.</summary>
    /// <param name="integration">Whose.</param>
    /// <param name="body">The resource.</param>
    /// <param name="scimId">The id that it gets; null for a new one.</param>
    /// <exception cref="ScimException">The body is no User.</exception>
    public static ResourceWrite Create(Integration integration, JsonObject body, string? scimId = null)
    {
        scimId ??= ListStore.NewScimId();
        return new Creation(integration, scimId, UserDocument.From(scimId, ResourceReader.Read(body, ResourceTypes.User, integration.ReaderOptions())));
    }

    /// <summary>Puts a resource in the place of a User.</summary>
    /// <param name="integration">Whose.</param>
    /// <param name="scimId">The User's id.</param>
    /// <param name="body">The resource.</param>
    /// <param name="ifMatch">The version that the request is for, or null.</param>
    /// <exception cref="ScimException">The body is not of the form of a User, or names no version where one is required.</exception>
    public static ResourceWrite Replace(Integration integration, string scimId, JsonObject body, ScimPrecondition? ifMatch)
    {
        var replacement = Deferred.Run(() => ResourceReader.Read(body, ResourceTypes.User, integration.ReaderOptions()));
        return new Change(integration, scimId, "user.replace", integration.PreconditionOfPut(body, ifMatch), stored =>
        {
            var kept = ResourceReader.KeepImmutable(stored, replacement.Value, ResourceTypes.User);
            // A client that says nothing of "active" does not mean to suspend or to revive anybody.
            if (replacement.Value["active"] is null)
                kept["active"] = stored["active"]?.DeepClone();
            return kept;
        });
    }

    /// <summary>Changes a User by PATCH.</summary>
    /// <param name="integration">Whose.</param>
    /// <param name="scimId">The User's id.</param>
    /// <param name="body">The PATCH message.</param>
    /// <param name="ifMatch">The version that the request is for, or null.</param>
    /// <exception cref="ScimException">The message is not of the form of a PATCH.</exception>
    public static ResourceWrite Patch(Integration integration, string scimId, JsonObject body, ScimPrecondition? ifMatch)
    {
        var patch = PatchRequest.Parse(body, ResourceTypes.User, integration.PatchOptions());
        return new Change(integration, scimId, "user.patch", ifMatch, stored => PatchEngine.Apply(stored, patch));
    }

    /// <summary>Deletes a User.</summary>
    /// <param name="integration">Whose.</param>
    /// <param name="scimId">The User's id.</param>
    /// <param name="ifMatch">The version that the request is for, or null.</param>
    public static ResourceWrite Delete(Integration integration, string scimId, ScimPrecondition? ifMatch) => new Deletion(integration, scimId, ifMatch);

    private static async ValueTask<UserRow> LockAsync(WriteSession session, Integration integration, string scimId, ScimPrecondition? precondition)
    {
        var user = await UserStore.LockAsync(session, integration.Id, scimId) ?? throw ScimFaults.NoSuchResource();
        user.Require(precondition);
        return user;
    }

    private sealed class Creation(Integration integration, string scimId, UserDocument document) : ResourceWrite
    {
        public override async ValueTask<WriteResult> RunAsync(WriteSession session, ChangeContext change, Projection? shown)
        {
            var user = await UserStore.CreateAsync(session, change, integration.Id, scimId, document);
            return new WriteResult(201, scimId, user.Version, Changed: true, shown is null ? null : new FoundUser(user, []));
        }
    }

    private sealed class Change(Integration integration, string scimId, string code, ScimPrecondition? precondition, Func<JsonObject, JsonObject> apply) : ResourceWrite
    {
        public override async ValueTask<WriteResult> RunAsync(WriteSession session, ChangeContext change, Projection? shown)
        {
            var before = await LockAsync(session, integration, scimId, precondition);
            var document = UserDocument.From(scimId, apply(before.Parse()));
            var user = await UserStore.UpdateAsync(session, change, before, document, code);
            var groups = shown?.Includes("groups") == true ? await UserStore.GroupsAsync(session, integration.Id, user.Id) : [];
            return new WriteResult(200, scimId, user.Version, user.Revision != before.Revision, shown is null ? null : new FoundUser(user, groups));
        }
    }

    private sealed class Deletion(Integration integration, string scimId, ScimPrecondition? precondition) : ResourceWrite
    {
        public override async ValueTask<WriteResult> RunAsync(WriteSession session, ChangeContext change, Projection? shown)
        {
            await UserStore.DeleteAsync(session, change, await LockAsync(session, integration, scimId, precondition));
            return WriteResult.Deleted(scimId);
        }
    }
}
