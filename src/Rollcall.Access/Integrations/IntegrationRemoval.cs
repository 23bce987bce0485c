using Rollcall.Access.Audit;
using Rollcall.Access.Lists;
using Rollcall.Access.Users;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Access.Integrations;

/// <summary>Deletes an integration with what belongs to it.</summary>
internal static class IntegrationRemoval
{
    /// <summary>Deletes it; with <paramref name="cascade"/> its lists and Users first, each with its history.</summary>
    /// <exception cref="ApiException">409: it has lists or Users, and they are not to go with it.</exception>
    public static async ValueTask RunAsync(WriteSession session, ChangeContext context, Integration integration, bool cascade)
    {
        if (cascade)
            await Hierarchy.LockAsync(session);
        await IntegrationStore.LockAsync(session, integration.Name);
        var lists = await session.ListAsync("select name from lists where integration_id = $1 order by id", row => row.GetString(0), integration.Id);
        var users = await session.ListAsync("select scim_id from users where integration_id = $1 order by id", row => row.GetString(0), integration.Id);
        if (!cascade && (lists.Count > 0 || users.Count > 0))
            throw ApiException.Conflict($"The integration '{integration.Name}' has {lists.Count} access lists and {users.Count} users. Delete them first, or repeat with cascade to delete them with it.");
        var number = context.Number;
        var rest = new Queue<string>(lists);
        // A list can't go while it is within another: then that one goes first, unless it is none of the integration's.
        for (var kept = 0; rest.TryDequeue(out var name);)
        {
            var list = (await LockedList.FindAsync(session, name))!;
            if (kept < rest.Count && (await Hierarchy.ParentsAsync(session, list.Id, 1)).Count > 0)
            {
                rest.Enqueue(name);
                kept++;
                continue;
            }
            await ListStore.DeleteAsync(session, context with { Number = ++number }, list);
            kept = 0;
        }
        foreach (var id in users)
            await UserStore.DeleteAsync(session, context with { Number = ++number }, (await UserStore.LockAsync(session, integration.Id, id))!);
        await IntegrationStore.DeleteAsync(session, context, integration);
    }
}
