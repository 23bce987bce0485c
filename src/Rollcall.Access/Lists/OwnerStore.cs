using Rollcall.Access.Audit;
using Rollcall.Access.People;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Lists;

/// <summary>
/// Owners of a locked list as rows, by which they are found; the definition has them by name. Owners who stay keep since
/// when they are; those who go are kept in history.
/// </summary>
/// <param name="session">The transaction.</param>
/// <param name="context">Who makes the change.</param>
/// <param name="list">The list.</param>
/// <param name="revision">The revision that the change makes.</param>
/// <param name="now">When it is made.</param>
internal sealed class OwnerStore(WriteSession session, ChangeContext context, LockedList list, long revision, long now)
{
    /// <summary>Makes these the owners, and nobody else.</summary>
    /// <param name="owners">The owners, each once.</param>
    /// <param name="edgesAreChecked">Whether the caller has locked the hierarchy and checked it with the owners that are lists.</param>
    /// <exception cref="ApiException">400: there is no such list, or it can't be an owner.</exception>
    public async ValueTask SetAsync(IReadOnlyList<ListOwner> owners, bool edgesAreChecked = false)
    {
        var before = (await session.ListAsync("select kind, owner_id from owners where integration_id = $1 and list_id = $2",
            row => ((MemberKind)row.GetInt32(0), row.GetInt64(1)), list.IntegrationId, list.Id)).ToHashSet();
        for (var position = 0; position < owners.Count; position++)
        {
            var owner = owners[position];
            var id = owner.Kind == MemberKind.Person ? await PeopleStore.GetOrAddAsync(session, owner.Name) : await FindListAsync(owner.Name);
            if (!before.Remove((owner.Kind, id)) && owner.Kind == MemberKind.List && !edgesAreChecked)
                await Hierarchy.CheckEdgeAsync(session, list.Id, list.Name, id, owner.Name, asOwner: true, text => ApiException.Invalid("owners", text));
            await session.ExecuteAsync(
                """
                insert into owners (integration_id, list_id, kind, owner_id, position, description, from_revision, from_at, added_by)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                on conflict (integration_id, list_id, kind, owner_id) do update set position = $5, description = $6
                """,
                list.IntegrationId, list.Id, (int)owner.Kind, id, position, owner.Description, revision, now, context.Actor.Name);
        }
        foreach (var (kind, id) in before)
            await RemoveAsync(kind, id);
    }

    private async ValueTask RemoveAsync(MemberKind kind, long id)
    {
        const string One = "integration_id = $1 and list_id = $2 and kind = $3 and owner_id = $4";
        await session.ExecuteAsync(
            $"""
             insert into owner_history (integration_id, list_id, kind, owner_id, from_revision, from_at, added_by, to_revision, to_at, removed_by)
             select integration_id, list_id, kind, owner_id, from_revision, from_at, added_by, $5, $6, $7 from owners where {One}
             """,
            list.IntegrationId, list.Id, (int)kind, id, revision, now, context.Actor.Name);
        await session.ExecuteAsync($"delete from owners where {One}", list.IntegrationId, list.Id, (int)kind, id);
    }

    private async ValueTask<long> FindListAsync(string name) =>
        await session.FirstAsync<long?>("select id from lists where name = $1", row => row.GetInt64(0), name)
            ?? throw ApiException.Invalid("owners", $"There is no access list named '{name.Truncate()}' that could be an owner.");
}
