using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Scim;
using Rollcall.Data;

namespace Rollcall.Access.OAuth;

/// <summary>Access tokens that were revoked before their time (RFC 7009), kept until that time.</summary>
internal static class RevokedTokens
{
    /// <summary>Whether an access token was revoked.</summary>
    public static ValueTask<bool> ContainsAsync(Session session, string jti) =>
        session.FirstAsync("select 1 from revoked_tokens where jti = $1", _ => true, jti);

    /// <summary>Revokes an access token, and forgets those whose time is over. Once more does nothing.</summary>
    public static async ValueTask AddAsync(WriteSession session, ChangeContext context, Integration integration, KnownToken token)
    {
        await session.ExecuteAsync("delete from revoked_tokens where expires <= $1", session.Now);
        if (await session.ExecuteAsync("insert into revoked_tokens (jti, expires) values ($1, $2) on conflict do nothing", token.Id, ScimTime.Of(token.AcceptedUntil)) == 0)
            return;
        await AccessEpoch.TokensRevokedAsync(session);
        await IntegrationStore.AuditAsync(session, context, "integration.revoke-access-token", integration.Id, integration.Name);
    }
}
