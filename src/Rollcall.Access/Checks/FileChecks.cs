using Rollcall.Data;

namespace Rollcall.Access.Checks;

/// <summary>The file as a database, before anything is asked of what stands in it.</summary>
internal static class FileChecks
{
    /// <summary>The database's own check: pages, indexes, constraints.</summary>
    public static StoreCheck Integrity { get; } = new(
        "integrity", "The database finds its own tables and indexes whole.", Remedies.Damaged,
        session => StoreCheck.CountRowsAsync(session, ["sqlite_master"]),
        (session, tell) => session.EachAsync("pragma integrity_check", row =>
        {
            if (row.GetString(0) is not "ok" and var problem)
                tell(problem);
        }));

    /// <summary>What a unique index must keep apart, also where the index itself is gone.</summary>
    public static StoreCheck UniqueKeys { get; } = StoreCheck.Of(
        "unique-keys", "No two rows have the same key.", Remedies.Foreign,
        [.. Keys.Select(key => key.Table).Distinct()],
        string.Join("\nunion all\n", Keys.Select(key =>
            $"select '{key.Name}' as key, count(*) as rows, min({key.Id}) as id from {key.Table} where {key.Condition} group by {key.Columns} having count(*) > 1")));

    private static (string Name, string Table, string Id, string Columns, string Condition)[] Keys =>
    [
        ("integrations_name", "integrations", "id", "name", "true"),
        ("static_tokens_hash", "static_tokens", "id", "hash", "true"),
        ("people_name", "people", "id", "name_key", "true"),
        ("users_scim_id", "users", "id", "integration_id, scim_id", "true"),
        ("users_user_name", "users", "id", "integration_id, user_name_key", "true"),
        ("lists_name", "lists", "id", "name", "true"),
        ("lists_scim_id", "lists", "id", "integration_id, scim_id", "scim_id is not null"),
        ("lists_title", "lists", "id", "integration_id, title_key", "type = 'scim'"),
        ("audit_request", "audit", "id", "request_id, change_number", "true"),
    ];
}
