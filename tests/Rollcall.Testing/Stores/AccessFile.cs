using Microsoft.Data.Sqlite;
using Rollcall.Testing.Histories;

namespace Rollcall.Testing.Stores;

/// <summary>
/// The Access side's SQLite file as the history checker sees it: read directly, past the server.
/// </summary>
public sealed class AccessFile : IDisposable
{
    private readonly SqliteConnection _connection;

    /// <summary>Opens a file for reading; the server may be running.</summary>
    public AccessFile(string path)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        _connection.Open();
        // One picture for all that is read here.
        Execute("begin");
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    /// <summary>The change feed and the rows, by SCIM ids, as the history checker compares them.</summary>
    public StoreState State() => new()
    {
        Feed = Feed(),
        Lists = Finals(
            "select scim_id, revision from lists where scim_id is not null",
            "select l.scim_id, u.scim_id from members m join lists l on l.id = m.list_id join users u on m.kind = 0 and u.id = m.member_id where l.scim_id is not null"),
        Users = Finals(
            "select u.scim_id, s.revision from users u join user_state s on s.user_id = u.id",
            "select u.scim_id, l.scim_id from members m join lists l on l.id = m.list_id join users u on m.kind = 0 and u.id = m.member_id where l.scim_id is not null"),
    };

    private List<FeedRow> Feed()
    {
        const string Users = "(select id, scim_id from users union select user_id, scim_id from user_history)";
        var added = Rows(
            $"""
             select m.list_id, m.from_revision, u.scim_id
             from (select list_id, from_revision, member_id, kind from members union all select list_id, from_revision, member_id, kind from member_history) m
             join {Users} u on m.kind = 0 and u.id = m.member_id
             """,
            row => (Key: (row.GetInt64(0), row.GetInt64(1)), Member: row.GetString(2))).ToLookup(row => row.Key, row => row.Member);
        var removed = Rows(
            $"select h.list_id, h.to_revision, u.scim_id from member_history h join {Users} u on h.kind = 0 and u.id = h.member_id",
            row => (Key: (row.GetInt64(0), row.GetInt64(1)), Member: row.GetString(2))).ToLookup(row => row.Key, row => row.Member);
        return Rows(
            $"""
             select c.resource_kind, c.resource_id, coalesce(u.scim_id, l.scim_id, ''), c.revision, c.request_id, c.action
             from changes c
             left join {Users} u on c.resource_kind = 0 and u.id = c.resource_id
             left join lists l on c.resource_kind = 1 and l.id = c.resource_id
             where c.resource_kind in (0, 1)
             order by c.seq
             """,
            row =>
            {
                var key = (row.GetInt64(1), row.GetInt64(3));
                return row.GetInt64(0) == 0
                    ? new FeedRow(true, row.GetString(2), row.GetInt64(3), row.GetString(4), row.GetInt64(5) == 2)
                    : new FeedRow(false, row.GetString(2), row.GetInt64(3), row.GetString(4), row.GetInt64(5) == 2, new FeedRow.Change([.. added[key]], [.. removed[key]]));
            });
    }

    private Dictionary<string, StoreState.FinalState> Finals(string resources, string relations)
    {
        var related = Rows(relations, row => (Id: row.GetString(0), Other: row.GetString(1))).ToLookup(row => row.Id, row => row.Other);
        return Rows(resources, row => (Id: row.GetString(0), Revision: row.GetInt64(1)))
            .ToDictionary(row => row.Id, row => new StoreState.FinalState(row.Revision, [.. related[row.Id]]));
    }

    private List<T> Rows<T>(string sql, Func<SqliteDataReader, T> map)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this folder.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        do
        {
            while (reader.Read())
                rows.Add(map(reader));
        }
        while (reader.NextResult());
        return rows;
    }

    private void Execute(string sql) => Rows(sql, _ => 0);
}
