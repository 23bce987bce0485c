using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Rollcall.Scim;

namespace Rollcall.Governance.Tests.Support;

/// <summary>
/// Governance over applications whose server never has time: what is planned stays planned. Puts into the database what an
/// aggregation would have found, and reads what was planned.
/// </summary>
internal sealed class SeededCatalog : IAsyncDisposable
{
    private readonly SqliteConnection _connection;

    private SeededCatalog(GovernanceApp app)
    {
        App = app;
        _connection = new SqliteConnection($"Data Source={app.DatabaseFile};Pooling=False;Default Timeout=30");
        _connection.Open();
    }

    public GovernanceApp App { get; }

    /// <param name="definition">Members of the definition of the application <c>crm</c>; null for no application.</param>
    public static async Task<SeededCatalog> StartAsync(string? definition = "{}")
    {
        var catalog = new SeededCatalog(await GovernanceApp.StartAsync(handlers: () => new NoTimeHandler()));
        if (definition is not null)
            await catalog.ApplicationAsync(definition: definition);
        return catalog;
    }

    private sealed class NoTimeHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            // Not as the status: the client itself would wait then, for a clock that stands still.
            Task.FromResult(Meddler.Error(System.Net.HttpStatusCode.BadRequest, "No time: 503."));
    }

    /// <summary>Defines an application.</summary>
    public async Task ApplicationAsync(string name = "crm", string definition = "{}")
    {
        var whole = new JsonObject { ["baseUrl"] = "http://127.0.0.1:9/scim/v2", ["authentication"] = new JsonObject { ["type"] = "none" }, ["provisioningMaxRetries"] = 100, ["usePatch"] = true };
        whole["createPolicy"] = new JsonObject { ["userName"] = "{{ identity.email }}" };
        foreach (var (member, value) in JsonNode.Parse(definition)!.AsObject())
            whole[member] = value?.DeepClone();
        (await App.CallAsync("POST", "/applications", new JsonObject { ["name"] = name, ["definition"] = whole })).Expect(201);
    }

    /// <summary>Makes an identity.</summary>
    public async Task IdentityAsync(string id, string? manager = null, string more = "{}")
    {
        var body = new JsonObject { ["email"] = $"{id}@example.com", ["manager"] = manager };
        foreach (var (member, value) in JsonNode.Parse(more)!.AsObject())
            body[member] = value?.DeepClone();
        if (manager is null)
            body.Remove("manager");
        (await App.CallAsync("PUT", $"/identities/{id}", body)).Expect(201);
    }

    /// <summary>Adds an entitlement to the catalog.</summary>
    /// <returns>Its id.</returns>
    public long Entitlement(string title, string application = "crm", string? owner = null, bool requestable = true) => Number(
        """
        insert into entitlements (application_id, scim_id, title, title_key, attributes, owner_id, requestable, revision, refreshed)
        values ((select id from applications where name = $application), hex(randomblob(8)), $title, $key, '{}', (select id from identities where public_id = $owner), $requestable, 1, 0)
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
            insert into accounts (application_id, scim_id, user_name, user_name_key, active, attributes, identity_id, refreshed)
            values ((select id from applications where name = $application), hex(randomblob(8)), $identity, $identity, $active, '{}', (select id from identities where public_id = $identity), 0)
            returning id
            """, ("$application", application), ("$identity", identity), ("$active", active));
        foreach (var entitlement in entitlements)
            Execute("insert into account_entitlements values ((select application_id from accounts where id = $account), $account, $entitlement)", ("$account", id), ("$entitlement", entitlement));
        return id;
    }

    /// <summary>Marks an entitlement as gone from its application.</summary>
    public void Vanish(long entitlement) => Execute("update entitlements set gone = 1 where id = $id", ("$id", entitlement));

    /// <summary>The transactions once nothing is being tried, oldest first: operation, whose, which group, cause and state.</summary>
    public async Task<IReadOnlyList<string>> TransactionsAsync()
    {
        await IdleAsync();
        return Texts(
            """
            select t.operation || ' ' || coalesce(p.public_id, '-') || coalesce(' ' || e.title, '') || ' ' || t.cause || ' ' || t.state
            from transactions t left join identities p on p.id = t.identity_id left join entitlements e on e.id = t.entitlement_id order by t.id
            """);
    }

    /// <summary>Waits until nothing is being tried.</summary>
    public Task IdleAsync() => App.Server.Provisioner.WhenIdleAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>Who is assigned what.</summary>
    public IReadOnlyList<string> Assignments() => Texts(
        """
        select p.public_id || ' ' || e.title || coalesce(' until ' || s.ends, '') from assignments s
        join identities p on p.id = s.identity_id join entitlements e on e.id = s.entitlement_id order by p.public_id, e.title
        """);

    /// <summary>Asks for access.</summary>
    public Task<ApiAnswer> AskAsync(string entitlement, string identity, string? actingAs = null, string operation = "add", string? until = null)
    {
        var body = new JsonObject
        {
            ["operation"] = operation,
            ["application"] = "crm",
            ["entitlements"] = new JsonArray(entitlement),
            ["identities"] = new JsonArray(identity),
            ["reason"] = "needs it",
        };
        if (until is not null)
            body["until"] = until;
        return App.CallAsync("POST", "/requests", body, actingAs);
    }

    /// <summary>The approvals in a state: id, and who decides.</summary>
    public async Task<IReadOnlyList<(long Id, string Approver)>> ApprovalsAsync(string state = "pending") =>
        [.. (await App.CallAsync("GET", $"/approvals?state={state}")).Expect(200).Items.Select(approval => ((long)approval!["id"]!, (string)approval["approver"]!))];

    /// <summary>Decides.</summary>
    public Task<ApiAnswer> DecideAsync(long approval, string decision = "approve", string? actingAs = null, string comment = "so be it") =>
        App.CallAsync("POST", $"/approvals/{approval}/{decision}", new JsonObject { ["comment"] = comment }, actingAs);

    /// <summary>A request: its state, then its items'.</summary>
    public async Task<string> StatesAsync(long request)
    {
        var shown = (await App.CallAsync("GET", $"/requests/{request}")).Expect(200).Body;
        return $"{shown["state"]}: {string.Join(", ", shown["items"]!.AsArray().Select(item => (string)item!["state"]!))}";
    }

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

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await App.DisposeAsync();
    }

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
