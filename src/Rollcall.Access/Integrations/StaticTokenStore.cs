using Rollcall.Access.Audit;
using Rollcall.Access.OAuth;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Integrations;

/// <summary>Static bearer tokens, for platforms that are set up without OAuth. Only hashes are kept.</summary>
internal static class StaticTokenStore
{
    /// <summary>How long a static token lives.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>Makes a token beside the one there may be.</summary>
    /// <returns>The token, which is not kept.</returns>
    /// <exception cref="ApiException">409: as many as may be are valid already.</exception>
    public static async ValueTask<string> AddAsync(WriteSession session, ChangeContext context, Integration integration)
    {
        await BeginAsync(session, integration);
        if ((await ListAsync(session, integration.Id, session.Now)).Count >= IntegrationStore.MaxCredentials)
            throw ApiException.Conflict($"The integration '{integration.Name}' has {IntegrationStore.MaxCredentials} valid static tokens already. Revoke one first, or rotate: give overlapSeconds.");
        var token = await InsertAsync(session, integration);
        await IntegrationStore.AuditAsync(session, context, "integration.add-token", integration.Id, integration.Name);
        return token;
    }

    /// <summary>
    /// Makes a token; the newest before it ends after an overlap, so that the platform can be changed over without a gap,
    /// and older ones end at once.
    /// </summary>
    /// <returns>The token, which is not kept.</returns>
    public static async ValueTask<string> RotateAsync(WriteSession session, ChangeContext context, Integration integration, TimeSpan overlap)
    {
        await BeginAsync(session, integration);
        var valid = await ListAsync(session, integration.Id, session.Now);
        var ends = session.Now + (long)overlap.TotalMicroseconds;
        foreach (var old in valid.Skip(IntegrationStore.MaxCredentials - 1))
            await session.ExecuteAsync("delete from static_tokens where id = $1", old.Id);
        foreach (var old in valid.Take(IntegrationStore.MaxCredentials - 1))
            await session.ExecuteAsync("update static_tokens set expires = $2 where id = $1", old.Id, Math.Min(old.Expires ?? long.MaxValue, ends));
        // Remembered tokens are remembered with the end that they had.
        await AccessEpoch.TokensRevokedAsync(session);
        var token = await InsertAsync(session, integration);
        await IntegrationStore.AuditAsync(session, context, "integration.rotate-token", integration.Id, integration.Name);
        return token;
    }

    /// <summary>Ends a token; false if the integration has none of that id.</summary>
    public static async ValueTask<bool> RevokeAsync(WriteSession session, ChangeContext context, Integration integration, string tokenId)
    {
        if (await session.ExecuteAsync("delete from static_tokens where id = $1 and integration_id = $2", tokenId, integration.Id) == 0)
            return false;
        await AccessEpoch.TokensRevokedAsync(session);
        await IntegrationStore.AuditAsync(session, context, "integration.revoke-token", integration.Id, integration.Name);
        return true;
    }

    /// <summary>The tokens of an integration that are valid at a time, newest first.</summary>
    public static ValueTask<List<Credential>> ListAsync(Session session, long integrationId, long now) =>
        session.ListAsync("select id, created, expires from static_tokens where integration_id = $1 and expires > $2 order by created desc, id",
            IntegrationStore.MapCredential, integrationId, now);

    /// <summary>The token of that hash with its integration; null if there is none that is valid.</summary>
    public static ValueTask<(Credential Token, long IntegrationId)?> FindAsync(Session session, byte[] hash, long now) =>
        session.FirstAsync<(Credential, long)?>("select id, created, expires, integration_id from static_tokens where hash = $1 and expires > $2",
            row => (IntegrationStore.MapCredential(row), row.GetInt64(3)), hash, now);

    /// <summary>When the token of that id ends; null if there is none any more.</summary>
    public static ValueTask<long?> EndOfAsync(Session session, string tokenId) =>
        session.FirstAsync<long?>("select expires from static_tokens where id = $1", row => row.GetInt64(0), tokenId);

    private static async ValueTask BeginAsync(WriteSession session, Integration integration)
    {
        await IntegrationStore.LockAsync(session, integration);
        await session.ExecuteAsync("delete from static_tokens where integration_id = $1 and expires <= $2", integration.Id, session.Now);
    }

    private static async ValueTask<string> InsertAsync(WriteSession session, Integration integration)
    {
        var token = Secrets.Make();
        await session.ExecuteAsync("insert into static_tokens (id, integration_id, hash, created, expires) values ($1, $2, $3, $4, $5)",
            IntegrationStore.NewCredentialId(), integration.Id, Secrets.Hash(token), session.Now, session.Now + (long)Lifetime.TotalMicroseconds);
        return token;
    }
}
