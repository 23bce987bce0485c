using System.Data.Common;
using Rollcall.Access.Audit;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Access.Integrations;

/// <summary>The public keys of clients.</summary>
internal static class ClientKeyStore
{
    /// <summary>How many keys of a client may be valid at once: each is tried where an assertion names none.</summary>
    public const int MaxKeys = 5;

    private const string Columns = "select id, kid, algorithm, jwk, created, expires from client_keys";

    /// <summary>Adds a key.</summary>
    /// <exception cref="ApiException">409: as many as may be are valid already.</exception>
    /// <exception cref="UniqueViolationException">The client has a key of this key id (index <c>client_keys_kid</c>).</exception>
    public static async ValueTask AddAsync(WriteSession session, ChangeContext context, Integration integration, ClientPublicKey key, long? expires)
    {
        await IntegrationStore.LockAsync(session, integration);
        await session.ExecuteAsync("delete from client_keys where client_id = $1 and expires <= $2", integration.ClientId, session.Now);
        if ((await ListAsync(session, integration.ClientId, session.Now)).Count >= MaxKeys)
            throw ApiException.Conflict($"The integration '{integration.Name}' has {MaxKeys} valid keys already. Revoke one first.");
        await session.ExecuteAsync("insert into client_keys (id, client_id, kid, algorithm, jwk, created, expires) values ($1, $2, $3, $4, $5, $6, $7)",
            IntegrationStore.NewCredentialId(), integration.ClientId, key.KeyId, key.Algorithm, key.Jwk, session.Now, expires);
        await IntegrationStore.AuditAsync(session, context, "integration.add-key", integration.Id, integration.Name);
    }

    /// <summary>Ends a key at once; false if the integration has none of that id.</summary>
    public static async ValueTask<bool> RevokeAsync(WriteSession session, ChangeContext context, Integration integration, string id)
    {
        if (await session.ExecuteAsync("delete from client_keys where id = $1 and client_id = $2", id, integration.ClientId) == 0)
            return false;
        await IntegrationStore.AuditAsync(session, context, "integration.revoke-key", integration.Id, integration.Name);
        return true;
    }

    /// <summary>The keys of a client that are valid at a time, newest first; empty for an unknown client.</summary>
    public static ValueTask<List<ClientKey>> ListAsync(Session session, string clientId, long now) =>
        session.ListAsync($"{Columns} where client_id = $1 and (expires is null or expires > $2) order by created desc, id", Map, clientId, now);

    private static ClientKey Map(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.IsDBNull(5) ? null : row.GetInt64(5));
}
