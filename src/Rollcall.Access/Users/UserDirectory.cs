using System.Data.Common;
using Rollcall.Data;
using Rollcall.Scim;

namespace Rollcall.Access.Users;

/// <summary>All Users, across integrations, as administrators see them.</summary>
internal static class UserDirectory
{
    private const string Select =
        """
        select u.id, u.integration_id, u.scim_id, u.user_name, u.created, u.document, s.revision, s.modified, u.writable_revision, u.active, p.blocked
        from users u
        join user_state s on s.integration_id = u.integration_id and s.user_id = u.id
        join people p on p.id = u.person_id
        """;

    /// <summary>A User with what stands beside its document.</summary>
    /// <param name="User">The User.</param>
    /// <param name="Active">Whether it is in service.</param>
    /// <param name="Blocked">Whether an administrator blocked the person.</param>
    internal sealed record Entry(UserRow User, bool Active, bool Blocked);

    /// <summary>The User of that id, or null.</summary>
    public static ValueTask<Entry?> FindAsync(Session session, string scimId) => session.FirstAsync($"{Select} where u.scim_id = $1", Map, scimId);

    /// <summary>A page of Users in the order of their ids, which is that of their making.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="integrationId">Only those of an integration, 0 for those made here; null for all.</param>
    /// <param name="userName">Only those of that name, in any case; null for all.</param>
    /// <param name="afterId">The last id of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<Entry>> PageAsync(Session session, long? integrationId, string? userName, string? afterId, int count) =>
        session.ListAsync(
            $"""
             {Select}
             where ($1 is null or u.integration_id = $1) and ($2 is null or u.user_name_key = $2) and u.scim_id > $3
             order by u.scim_id limit $4
             """,
            Map, integrationId, userName is null ? null : ScimText.Fold(userName), afterId ?? "", count);

    private static Entry Map(DbDataReader row) => new(UserRow.Map(row), row.GetBoolean(9), !row.IsDBNull(10));
}
