using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace Rollcall.Access.Tests.Support;

/// <summary>
/// What must hold in the audit log after any test, whatever was done: it says what was answered, it has each refusal once,
/// and no secret. The server has stopped, so everything that waited has been written.
/// </summary>
internal static class AuditCheck
{
    // A revision is a change of the resource itself, or came with the change of another: of a member, or of a list. Rows of the
    // former follow each other without a gap. Names of lists may be used over again.
    private const string Unaudited =
        """
        with resources as (
          select 0 as kind, 'user' as word, id, scim_id as known, '' as name from users
          union select 0, 'user', user_id, scim_id, '' from user_history
          union select 1, 'list', id, '', name from lists
          union select 1, 'list', list_id, '', name from list_history)
        select r.word, r.known || r.name, c.revision from changes c
        join resources r on r.kind = c.resource_kind and r.id = c.resource_id
        where c.action <> 3 and (select changes from pruned) = 0 and (select audit from pruned) = 0 and not exists (
          select 1 from audit a where a.resource_kind = r.word and (a.resource_id = r.known or (r.name <> '' and a.resource_name = r.name)) and a.request_id = c.request_id
            and coalesce(a.revision_before, 0) = c.revision - 1 and (a.revision_after = c.revision or (c.action = 2 and a.revision_after is null)))
        """;

    private sealed record AuditRow(string RequestId, int Number, string Outcome, string Code, int Status, int Count);

    public static void Run(string path, AnswerLog answers, IEnumerable<string> secrets)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        var rows = Query(connection, "select request_id, change_number, outcome, code, request, operations from audit", row => new AuditRow(
            row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetString(3), (int)JsonNode.Parse(row.GetString(4))!["status"]!,
            row.IsDBNull(5) ? 0 : (int?)JsonNode.Parse(row.GetString(5))!["count"] ?? 0)).ToLookup(row => row.RequestId);
        var faults = answers.ById.SelectMany(answer => FaultsOf(answer.Value, [.. rows[answer.Key]], rows))
            .Concat(LeakedSecrets(connection, secrets))
            .Concat(Query(connection, Unaudited, row => $"revision {row.GetInt64(2)} of {row.GetString(0)} {row.GetString(1)} has no row of its own")).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults.Prepend("The audit log is wrong:").Take(20)));
    }

    private static IEnumerable<string> FaultsOf(AnswerLog.Answer answer, List<AuditRow> rows, ILookup<string, AuditRow> all)
    {
        var isBulk = answer.Path.TrimEnd('/').EndsWith("/Bulk", StringComparison.OrdinalIgnoreCase);
        foreach (var row in rows.Where(row => row.Status != answer.Status && !isBulk))
            yield return $"{answer} has the status {row.Status} in its row {row.Code} {row.Outcome}";
        if (!answer.IsAudited || isBulk)
            yield break;
        var isRefused = answer.Status is 401 or 403 || (answer.IsWrite && answer.Status >= 400);
        var refusals = rows.Count(row => row is { Number: >= 0, Outcome: "refused" or "failed" });
        // Of those who can't say who they are, the hundredth and more of a minute are summed up.
        var isSummedUp = refusals == 0 && all.Any(group => group.Any(row => row is { Outcome: "refused", Count: > 0 } && row.Status == answer.Status));
        if (isRefused ? refusals != 1 && !isSummedUp : refusals != 0)
            yield return $"{answer} has {refusals} rows of a refusal";
        if (isRefused && rows.Exists(row => row.Outcome == "done"))
            yield return $"{answer} has a row that says it was done";
    }

    /// <summary>Looks for secrets in every column of every table.</summary>
    private static IEnumerable<string> LeakedSecrets(SqliteConnection connection, IEnumerable<string> secrets)
    {
        foreach (var table in Query(connection, "select name from sqlite_master where type = 'table'", row => row.GetString(0)))
        {
            var columns = string.Join(" || ' ' || ", Query(connection, $"select name from pragma_table_info('{table}')", row => $"coalesce(cast({row.GetString(0)} as text), '')"));
            foreach (var text in Query(connection, $"select {columns} from {table}", row => row.GetString(0)))
            {
                foreach (var secret in secrets.Where(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase)))
                    yield return $"the table {table} holds a secret: {secret}";
            }
        }
    }

    private static List<T> Query<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> map)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the texts stand above
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(map(reader));
        return rows;
    }
}
