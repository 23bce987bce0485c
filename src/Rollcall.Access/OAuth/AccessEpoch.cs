using Rollcall.Data;

namespace Rollcall.Access.OAuth;

/// <summary>
/// The one row that tells every node whether what it remembers still holds. Each number grows in the transaction of the
/// change, so that who has read it has not missed what was committed before.
/// </summary>
/// <param name="Integrations">Grows when an integration is made, changed, disabled or deleted.</param>
/// <param name="Tokens">Grows when a token is revoked.</param>
/// <param name="Keys">Grows when a signing key is made or goes.</param>
internal readonly record struct AccessEpoch(long Integrations, long Tokens, long Keys)
{
    /// <summary>Reads the row.</summary>
    public static ValueTask<AccessEpoch> ReadAsync(Session session) =>
        session.FirstAsync("select integrations, tokens, keys from access_epoch", row => new AccessEpoch(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)));

    /// <summary>Says that an integration changed.</summary>
    public static async ValueTask IntegrationsChangedAsync(WriteSession session) =>
        await session.ExecuteAsync("update access_epoch set integrations = integrations + 1");

    /// <summary>Says that a token was revoked.</summary>
    public static async ValueTask TokensRevokedAsync(WriteSession session) =>
        await session.ExecuteAsync("update access_epoch set tokens = tokens + 1");

    /// <summary>Says that the signing keys changed.</summary>
    public static async ValueTask KeysChangedAsync(WriteSession session) =>
        await session.ExecuteAsync("update access_epoch set keys = keys + 1");

    /// <summary>Lets nobody else change the signing keys until the transaction ends.</summary>
    public static async ValueTask LockAsync(WriteSession session) =>
        await session.FirstAsync($"select keys from access_epoch {session.Dialect.ForUpdate}", row => row.GetInt64(0));
}
