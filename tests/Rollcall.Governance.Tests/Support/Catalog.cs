using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Rollcall.Scim;

namespace Rollcall.Governance.Tests.Support;

/// <summary>Puts into the database what an aggregation would have found, and reads what was planned.</summary>
internal sealed class Catalog : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly GovernanceApp _app;

    public Catalog(GovernanceApp app)
    {
        _app = app;
        _connection = new SqliteConnection($"Data Source={app.DatabaseFile};Pooling=False;Default Timeout=30");
        _connection.Open();
    }

    /// <summary>Defines an application that nothing is ever sent to.</summary>
    public async Task ApplicationAsync(string name = "crm", string definition = "{}")
    {
        var whole = new JsonObject { ["baseUrl"] = "http://127.0.0.1:9/scim/v2", ["authentication"] = new JsonObject { ["type"] = "none" } };
        foreach (var (member, value) in JsonNode.Parse(definition)!.AsObject())
            whole[member] = value?.DeepClone();
        (await _app.CallAsync("POST", "/applications", new JsonObject { ["name"] = name, ["definition"] = whole })).Expect(201);
    }

    /// <summary>Makes an identity.</summary>
    public async Task IdentityAsync(string id, string? manager = null, string more = "{}")
    {
        var body = new JsonObject { ["email"] = $"{id}@example.com", ["manager"] = manager };
        foreach (var (member, value) in JsonNode.Parse(more)!.AsObject())
            body[member] = value?.DeepClone();
        if (manager is null)
            body.Remove("manager");
        (await _app.CallAsync("PUT", $"/identities/{id}", body)).Expect(201);
    }

    /// <summary>Adds an entitlement to the catalog.</summary>
    /// <returns>Its id.</returns>
    public long Entitlement(string title, string application = "crm", string? owner = null, bool requestable = true) => Number(
        """
        insert into entitlements (application_id, scim_id, title, title_key, attributes, owner_id, requestable, revision, seen, refreshed)
        values ((select id from applications where name = $application), hex(randomblob(8)), $title, $key, '{}', (select id from identities where public_id = $owner), $requestable, 1, 0, 0)
        returning id
        """, ("$application", application), ("$title", title), ("$key", ScimText.Fold(title)), ("$owner", owner), ("$requestable", requestable));

    /// <summary>Adds an account.</summary>
    /// <param name="identity">Whose it is.</param>
    /// <param name="application">On which application.</param>
    /// <param name="active">Whether it is active there.</param>
    /// <param name="entitlements">What it holds.</param>
    /// <returns>Its id.</returns>
    public long Account(string identity, string application = "crm", bool active = true, params IReadOnlyList<long> entitlements)
    {
        var id = Number(
            """
            insert into accounts (application_id, scim_id, user_name, user_name_key, active, attributes, identity_id, seen, refreshed)
            values ((select id from applications where name = $application), hex(randomblob(8)), $identity, $identity, $active, '{}', (select id from identities where public_id = $identity), 0, 0)
            returning id
            """, ("$application", application), ("$identity", identity), ("$active", active));
        foreach (var entitlement in entitlements)
            Execute("insert into account_entitlements values ((select application_id from accounts where id = $account), $account, $entitlement)", ("$account", id), ("$entitlement", entitlement));
        return id;
    }

    /// <summary>Marks an entitlement as gone from its application.</summary>
    public void Vanish(long entitlement) => Execute("update entitlements set gone = 1 where id = $id", ("$id", entitlement));

    /// <summary>The transactions, oldest first: operation, whose, which group, cause and state.</summary>
    public IReadOnlyList<string> Transactions() => Texts(
        """
        select t.operation || ' ' || coalesce(p.public_id, '-') || coalesce(' ' || e.title, '') || ' ' || t.cause || ' ' || t.state
        from transactions t left join identities p on p.id = t.identity_id left join entitlements e on e.id = t.entitlement_id order by t.id
        """);

    /// <summary>Who is assigned what.</summary>
    public IReadOnlyList<string> Assignments() => Texts(
        """
        select p.public_id || ' ' || e.title || coalesce(' until ' || s.ends, '') from assignments s
        join identities p on p.id = s.identity_id join entitlements e on e.id = s.entitlement_id order by p.public_id, e.title
        """);

    /// <summary>Lets a transaction come to a state, as provisioning would.</summary>
    public void Move(string state) => Execute("update transactions set state = $state where finished is null", ("$state", state));

    public IReadOnlyList<string> Texts(string sql, params (string Name, object? Value)[] values)
    {
        using var command = Command(sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return rows;
    }

    public long Number(string sql, params (string Name, object? Value)[] values)
    {
        using var command = Command(sql, values);
        return (long)command.ExecuteScalar()!;
    }

    public void Execute(string sql, params (string Name, object? Value)[] values)
    {
        using var command = Command(sql, values);
        command.ExecuteNonQuery();
    }

    public void Dispose() => _connection.Dispose();

    private SqliteCommand Command(string sql, (string Name, object? Value)[] values)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own texts
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
