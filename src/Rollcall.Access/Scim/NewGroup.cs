using System.Text.Json.Nodes;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Projections;

namespace Rollcall.Access.Scim;

/// <summary>
/// Making a Group, in two steps: the list is found or made, then filled. In between its id is known, which Groups and
/// Users that refer to each other in one bulk request wait for.
/// </summary>
internal sealed class NewGroup(Integration integration, JsonObject resource) : ResourceWrite
{
    /// <summary>The list that the Group stands for, and whether it was made, or shown again, just now.</summary>
    internal readonly record struct Taken(LockedList List, bool HasChanged);

    /// <summary>Finds or makes the list.</summary>
    /// <exception cref="ScimException">It is claimed already, or there is none and none may be made.</exception>
    public async ValueTask<Taken> TakeAsync(WriteSession session, ChangeContext change)
    {
        var (list, hasChanged) = await GroupAdoption.TakeAsync(session, change, integration, ((string)resource["displayName"]!).Trim());
        return new Taken(list, hasChanged);
    }

    /// <summary>Gives the list the members and the external id of the resource.</summary>
    public async ValueTask<WriteResult> FillAsync(WriteSession session, ChangeContext change, Taken taken, Projection? shown)
    {
        var list = taken.List;
        // Making or showing the list is a change of its own in the audit log; its members are the next.
        var revision = await GroupStore.ApplyAsync(session, taken.HasChanged ? change with { Number = change.Number + 1 } : change, list,
            new GroupChange { Code = "group.create", Members = GroupMembers.All(resource), ExternalId = (string?)resource["externalId"] });
        return new WriteResult(201, list.ScimId!, new ScimVersion(revision), taken.HasChanged || revision != list.Revision,
            shown is null ? null : await FoundGroup.FindAsync(session, integration.Id, list.ScimId!, shown));
    }

    public override async ValueTask<WriteResult> RunAsync(WriteSession session, ChangeContext change, Projection? shown) =>
        await FillAsync(session, change, await TakeAsync(session, change), shown);
}
