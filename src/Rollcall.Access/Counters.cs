using Rollcall.Data;

namespace Rollcall.Access;

/// <summary>
/// How many resources an integration sees, counted in the transactions that make and delete them, so that
/// <c>totalResults</c> of an unfiltered list costs one row.
/// </summary>
internal static class Counters
{
    /// <summary>The name of the User counter.</summary>
    public const string User = "User";

    /// <summary>The name of the Group counter.</summary>
    public const string Group = "Group";

    /// <summary>Adds to a total.</summary>
    public static async ValueTask AddAsync(WriteSession session, long integrationId, string resourceType, int delta) =>
        await session.ExecuteAsync(
            """
            insert into counters (integration_id, resource_type, slot, total) values ($1, $2, 0, $3)
            on conflict (integration_id, resource_type, slot) do update set total = counters.total + $3
            """,
            integrationId, resourceType, delta);

    /// <summary>Reads a total.</summary>
    public static ValueTask<long> ReadAsync(Session session, long integrationId, string resourceType) =>
        session.FirstAsync("select coalesce(sum(total), 0) from counters where integration_id = $1 and resource_type = $2",
            row => row.GetInt64(0), integrationId, resourceType);
}
