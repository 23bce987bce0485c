using System.Data.Common;
using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Access.OAuth;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Integrations;

/// <summary>Integrations with their clients and secrets.</summary>
internal static class IntegrationStore
{
    /// <summary>How many secrets, or static tokens, of an integration may be valid at once.</summary>
    public const int MaxCredentials = 2;

    private const string Columns =
        "select i.id, i.name, i.platform, i.rules, i.enabled, c.client_id, i.created from integrations i join clients c on c.integration_id = i.id";

    /// <summary>All integrations, in the order of their names.</summary>
    public static ValueTask<List<Integration>> AllAsync(Session session) => session.ListAsync($"{Columns} order by i.name", Map);

    /// <summary>The integration of that name, or null.</summary>
    public static ValueTask<Integration?> FindAsync(Session session, string name) =>
        session.FirstAsync($"{Columns} where i.name = $1", Map, name);

    /// <summary>As <see cref="FindAsync"/>, with the row locked: what is made for the integration and its deletion wait for each other.</summary>
    public static ValueTask<Integration?> LockAsync(WriteSession session, string name) =>
        session.FirstAsync($"{Columns} where i.name = $1 {session.Dialect.ForUpdate}", Map, name);

    /// <summary>A page of integrations in the order of their names.</summary>
    public static ValueTask<List<Integration>> PageAsync(Session session, string? afterName, int count) =>
        session.ListAsync($"{Columns} where i.name > $1 order by i.name limit $2", Map, afterName ?? "", count);

    /// <summary>Makes an integration with its client and first secret.</summary>
    /// <returns>The integration and the secret, which is not kept.</returns>
    /// <exception cref="UniqueViolationException">The name is taken (index <c>integrations_name</c>).</exception>
    public static async ValueTask<(Integration Integration, string Secret)> CreateAsync(
        WriteSession session, ChangeContext context, string name, Platform platform, IntegrationRules rules)
    {
        var id = await session.FirstAsync(
            "insert into integrations (name, platform, rules, enabled, created) values ($1, $2, $3, $4, $5) returning id", row => row.GetInt64(0),
            name, platform.ToString(), Json(rules), true, session.Now);
        var clientId = Convert.ToHexStringLower(Secrets.Random(16));
        await session.ExecuteAsync("insert into clients (client_id, integration_id, created) values ($1, $2, $3)", clientId, id, session.Now);
        var (secretId, secret) = await AddSecretAsync(session, clientId);
        await AccessEpoch.IntegrationsChangedAsync(session);
        await AuditAsync(session, context, "integration.create", id, name, OfCredential("secret", secretId));
        return (new Integration(id, name, platform, rules, Enabled: true, clientId, session.Now), secret);
    }

    /// <summary>Stores an integration's platform, rules and whether it is enabled.</summary>
    public static async ValueTask UpdateAsync(WriteSession session, ChangeContext context, Integration integration)
    {
        var before = await FindAsync(session, integration.Name);
        await session.ExecuteAsync("update integrations set platform = $2, rules = $3, enabled = $4 where id = $1",
            integration.Id, integration.Platform.ToString(), Json(integration.Rules), integration.Enabled);
        await AccessEpoch.IntegrationsChangedAsync(session);
        await AuditAsync(session, context, "integration.update", integration.Id, integration.Name,
            writer => AuditJson.WriteChanged(writer, ChangedNames.Between(Settings(before!), Settings(integration))));
    }

    /// <summary>Deletes an integration and its credentials. Its lists and Users must be gone.</summary>
    public static async ValueTask DeleteAsync(WriteSession session, ChangeContext context, Integration integration)
    {
        await session.ExecuteAsync("delete from client_secrets where client_id = $1", integration.ClientId);
        await session.ExecuteAsync("delete from client_keys where client_id = $1", integration.ClientId);
        await session.ExecuteAsync("delete from used_assertions where client_id = $1", integration.ClientId);
        await session.ExecuteAsync("delete from clients where client_id = $1", integration.ClientId);
        await session.ExecuteAsync("delete from static_tokens where integration_id = $1", integration.Id);
        await session.ExecuteAsync("delete from calls where integration_id = $1", integration.Id);
        await session.ExecuteAsync("delete from integrations where id = $1", integration.Id);
        await AccessEpoch.IntegrationsChangedAsync(session);
        await AuditAsync(session, context, "integration.delete", integration.Id, integration.Name);
    }

    /// <summary>
    /// Makes a new secret; those before it end after an overlap, so that the platform can be changed over without a gap.
    /// Of older ones only the newest stays, as no more than <see cref="MaxCredentials"/> are valid at once.
    /// </summary>
    /// <returns>The secret, which is not kept.</returns>
    public static async ValueTask<string> RotateSecretAsync(WriteSession session, ChangeContext context, Integration integration, TimeSpan overlap)
    {
        await LockAsync(session, integration);
        await session.ExecuteAsync("delete from client_secrets where client_id = $1 and expires <= $2", integration.ClientId, session.Now);
        var valid = await SecretsAsync(session, integration.ClientId, session.Now);
        var ends = session.Now + (long)overlap.TotalMicroseconds;
        foreach (var old in valid.Skip(MaxCredentials - 1))
            await session.ExecuteAsync("delete from client_secrets where id = $1", old.Id);
        foreach (var old in valid.Take(MaxCredentials - 1))
            await session.ExecuteAsync("update client_secrets set expires = $2 where id = $1", old.Id, Math.Min(old.Expires ?? long.MaxValue, ends));
        var (secretId, secret) = await AddSecretAsync(session, integration.ClientId);
        await AuditAsync(session, context, "integration.rotate-secret", integration.Id, integration.Name, OfCredential("secret", secretId));
        return secret;
    }

    /// <summary>Ends a secret at once; false if there is none of that id.</summary>
    public static async ValueTask<bool> RevokeSecretAsync(WriteSession session, ChangeContext context, Integration integration, string secretId)
    {
        if (await session.ExecuteAsync("delete from client_secrets where id = $1 and client_id = $2", secretId, integration.ClientId) == 0)
            return false;
        await AuditAsync(session, context, "integration.revoke-secret", integration.Id, integration.Name, OfCredential("secret", secretId));
        return true;
    }

    /// <summary>The secrets that are valid at a time, newest first.</summary>
    public static ValueTask<List<Credential>> SecretsAsync(Session session, string clientId, long now) =>
        session.ListAsync("select id, created, expires from client_secrets where client_id = $1 and (expires is null or expires > $2) order by created desc, id",
            MapCredential, clientId, now);

    /// <summary>The hashes of the secrets of a client that are valid at a time; empty for an unknown client.</summary>
    public static ValueTask<List<byte[]>> SecretHashesAsync(Session session, string clientId, long now) =>
        session.ListAsync("select hash from client_secrets where client_id = $1 and (expires is null or expires > $2)",
            row => row.GetFieldValue<byte[]>(0), clientId, now);

    private static async ValueTask<(string Id, string Secret)> AddSecretAsync(WriteSession session, string clientId)
    {
        var (id, secret) = (NewCredentialId(), Secrets.Make());
        await session.ExecuteAsync("insert into client_secrets (id, client_id, hash, created, expires) values ($1, $2, $3, $4, null)",
            id, clientId, Secrets.Hash(secret), session.Now);
        return (id, secret);
    }

    /// <summary>Lets nobody else change the integration's credentials until the transaction ends, so that no more than may be are made.</summary>
    public static async ValueTask LockAsync(WriteSession session, Integration integration) =>
        await session.FirstAsync($"select id from integrations where id = $1 {session.Dialect.ForUpdate}", row => row.GetInt64(0), integration.Id);

    /// <summary>An id that a credential is shown and revoked by.</summary>
    public static string NewCredentialId() => Convert.ToHexStringLower(Secrets.Random(8));

    /// <summary>Writes the audit row of a change to an integration.</summary>
    public static ValueTask AuditAsync(
        WriteSession session, ChangeContext context, string code, long id, string name, Action<Utf8JsonWriter>? operations = null) =>
        AuditLog.AuditAsync(session, context, session.Now,
            new AuditEntry(code, id, ResourceKind.Integration, name, name, null, null, operations is null ? null : AuditJson.Object(operations)));

    /// <summary>Names a credential in the audit log: by its id, which is how it is spoken of; the value is not kept.</summary>
    public static Action<Utf8JsonWriter> OfCredential(string kind, string id) => writer => writer.WriteString(kind, id);

    /// <summary>What an administrator sets of an integration.</summary>
    private static byte[] Settings(Integration integration) =>
        JsonSerializer.SerializeToUtf8Bytes(new { integration.Enabled, integration.Platform, integration.Rules }, ApiJson.Options);

    private static string Json(IntegrationRules rules) => JsonSerializer.Serialize(rules, ApiJson.Options);

    private static Integration Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), Enum.Parse<Platform>(row.GetString(2)),
        JsonSerializer.Deserialize<IntegrationRules>(row.GetString(3), ApiJson.Options)!, row.GetBoolean(4), row.GetString(5), row.GetInt64(6));

    /// <summary>A row of id, creation and end.</summary>
    public static Credential MapCredential(DbDataReader row) => new(row.GetString(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetInt64(2));
}
