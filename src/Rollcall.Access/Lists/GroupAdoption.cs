using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Web;

namespace Rollcall.Access.Lists;

/// <summary>What <c>POST /Groups</c> does: lists are made beforehand, so creating a Group is claiming one.</summary>
internal static class GroupAdoption
{
    /// <summary>The list that the new Group stands for, locked and visible, and whether it was made, or shown again, just now.</summary>
    /// <exception cref="ScimException">
    /// 409 <c>uniqueness</c> where the title's list is claimed already; 400 or 403 where there is none and the integration
    /// may not make one.
    /// </exception>
    public static async ValueTask<(LockedList List, bool HasChanged)> TakeAsync(WriteSession session, ChangeContext context, Integration integration, string title)
    {
        var list = await LockedList.FindTitleAsync(session, integration.Id, title);
        if (list is { IsClaimed: true })
            throw ScimException.Uniqueness($"There is a Group named '{title.Truncate()}' already, with id {list.ScimId}. Change that one.");
        if (list is { ScimId: null })
            return (await GroupStore.OfferAsync(session, context, list), true);
        if (list is not null)
            return (list, false);
        return integration.Rules.GroupCreation switch
        {
            GroupCreation.Create => (await ListStore.CreateAsync(
                session, context, Guid.CreateVersion7().ToString(), ListTypes.Scim, integration.Id,
                new ListDefinition { Title = GroupTitle.Check(title) }, madeByScim: true), true),
            GroupCreation.Deny => throw new ScimException(403, null, "This integration may not create Groups. Its Groups are the access lists that an administrator made for it."),
            _ => throw ScimException.InvalidValue(
                $"There is no access list titled '{title.Truncate()}' for this integration. An administrator makes it first: rollcall lists create --type scim --integration {integration.Name} --title '…' --name NAME --owner PERSON"),
        };
    }
}
