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
}
