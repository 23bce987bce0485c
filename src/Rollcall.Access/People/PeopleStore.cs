using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Data;
using Rollcall.Scim;

namespace Rollcall.Access.People;

/// <summary>
/// People: everybody who is named by a User, as an owner or as a member, under one id whatever the case of the name.
/// </summary>
internal static class PeopleStore
{
    /// <summary>The person of that name; made where nobody was called so yet.</summary>
    public static async ValueTask<long> GetOrAddAsync(WriteSession session, string name)
    {
        var key = ScimText.Fold(name);
        var id = await session.FirstAsync("select id from people where name_key = $1", row => row.GetInt64(0), key);
        if (id != 0)
            return id;
        await session.ExecuteAsync("insert into people (name, name_key) values ($1, $2) on conflict do nothing", name, key);
        return await session.FirstAsync("select id from people where name_key = $1", row => row.GetInt64(0), key);
    }

    /// <summary>The person of that name, or null.</summary>
    public static ValueTask<long?> FindAsync(Session session, string name) =>
        session.FirstAsync<long?>("select id from people where name_key = $1", row => row.GetInt64(0), ScimText.Fold(name));

    /// <summary>The persons of those names that there are, by <see cref="ScimText.Fold"/> of the name.</summary>
    public static async ValueTask<Dictionary<string, long>> NamedAsync(Session session, IEnumerable<string> names) =>
        (await session.ListAsync($"select name_key, id from people where name_key in ({session.Dialect.TextSet("$1")})",
            row => (Key: row.GetString(0), Id: row.GetInt64(1)), JsonSerializer.Serialize(names.Select(ScimText.Fold)))).ToDictionary(StringComparer.Ordinal);

    /// <summary>Blocks a person, which ends all effect of every membership at once, or lets them back.</summary>
    /// <returns>False if nobody has that name.</returns>
    public static async ValueTask<bool> BlockAsync(WriteSession session, ChangeContext context, string name, bool blocked)
    {
        var person = await session.FirstAsync<long?>(
            $"select id from people where name_key = $1 {session.Dialect.ForUpdate}", row => row.GetInt64(0), ScimText.Fold(name));
        if (person is not { } id)
            return false;
        var changed = blocked ? await BlockAsync(session, context, id) : await UnblockAsync(session, context, id);
        if (changed)
        {
            await AuditLog.AuditAsync(session, context, session.Now,
                new AuditEntry(blocked ? "person.block" : "person.unblock", 0, ResourceKind.User, name, name, null, null, null));
        }
        return true;
    }

    // A block begins after the last one ended, so that its times never overlap, whatever the clock says.
    private static async ValueTask<bool> BlockAsync(WriteSession session, ChangeContext context, long id)
    {
        var ended = await session.FirstAsync("select coalesce(max(to_at), 0) from block_history where person_id = $1", row => row.GetInt64(0), id);
        return await session.ExecuteAsync("update people set blocked = $2, blocked_by = $3 where id = $1 and blocked is null",
            id, Math.Max(session.Now, ended), context.Actor.Name) == 1;
    }

    private static async ValueTask<bool> UnblockAsync(WriteSession session, ChangeContext context, long id)
    {
        await session.ExecuteAsync(
            """
            insert into block_history (person_id, from_at, blocked_by, to_at, unblocked_by)
            select id, blocked, blocked_by, case when blocked >= $2 then blocked + 1 else $2 end, $3 from people where id = $1 and blocked is not null
            """,
            id, session.Now, context.Actor.Name);
        return await session.ExecuteAsync("update people set blocked = null, blocked_by = null where id = $1 and blocked is not null", id) == 1;
    }
}
