using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Rollcall.Access.Integrations;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web;

namespace Rollcall.Access.OAuth;

/// <summary>
/// Reads bearer tokens: signed access tokens of <see cref="OAuthServer"/> (RFC 9068) and static tokens. Nothing is
/// remembered here; <see cref="BearerTokens"/> does that.
/// </summary>
/// <param name="keys">Whose signatures count.</param>
/// <param name="directory">Whose clients are enabled.</param>
/// <param name="database">Where the hashes of static tokens and the revoked access tokens are.</param>
/// <param name="issuer">The issuer of access tokens, without a slash at the end.</param>
/// <param name="timeProvider">The clock that tokens expire by.</param>
internal sealed class BearerTokenReader(SigningKeys keys, IntegrationDirectory directory, Database database, string issuer, TimeProvider timeProvider)
{
    /// <summary>By how much the clocks of nodes may differ.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>The most characters that a token may have.</summary>
    public const int LongestToken = 4096;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };

    /// <summary>Reads a token and finds out whether it is valid now.</summary>
    /// <returns>The token, or null and why it is none.</returns>
    public async ValueTask<(KnownToken? Token, TokenFault Fault)> FindAsync(string text)
    {
        if (text.Length > LongestToken)
            return (null, TokenFault.Unknown);
        // An access token has dots, a static token is base64url and has none.
        var (token, fault) = text.Contains('.', StringComparison.Ordinal) ? await ReadAccessTokenAsync(text) : await FindStaticTokenAsync(text);
        if (token is null)
            return (null, fault);
        return await ConfirmAsync(token) is { } valid ? (valid, default) : (null, TokenFault.Ended);
    }

    /// <summary>Asks again about a token that was valid: whether its integration is enabled still, and the token not revoked.</summary>
    /// <returns>The token as it is now; null if it has ended.</returns>
    public async ValueTask<KnownToken?> ConfirmAsync(KnownToken token)
    {
        var current = await directory.ConfirmAsync();
        if (!current.ById.TryGetValue(token.IntegrationId, out var owner) || !owner.Enabled || owner.ClientId != token.ClientId)
            return null;
        if (!token.IsStatic)
            return await database.ReadOneAsync(session => RevokedTokens.ContainsAsync(session, token.Id)) ? null : token;
        // Its end may have been brought forward since.
        return await database.ReadOneAsync(session => StaticTokenStore.EndOfAsync(session, token.Id)) is { } end && ScimTime.Of(timeProvider.GetUtcNow()) < end
            ? token with { Expires = ScimTime.ToTime(end) }
            : null;
    }

    private async ValueTask<(KnownToken? Token, TokenFault Fault)> ReadAccessTokenAsync(string text)
    {
        var result = await _handler.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidIssuer = issuer,
#pragma warning disable CA5404 // Which one is right follows from the client, below.
            ValidateAudience = false,
#pragma warning restore CA5404
            IssuerSigningKeys = keys.All,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidTypes = ["at+jwt"],
            LifetimeValidator = IsAlive,
        });
        if (!result.IsValid)
            return (null, result.Exception is SecurityTokenInvalidLifetimeException ? TokenFault.Expired : TokenFault.Unknown);
        var jwt = (JsonWebToken)result.SecurityToken;
        if (string.IsNullOrEmpty(jwt.Id))
            return (null, TokenFault.Unknown);
        if (!(await directory.ConfirmAsync()).ByClientId.TryGetValue(jwt.Subject, out var owner))
            return (null, TokenFault.Ended);
        if (!jwt.Audiences.Contains(OAuthServer.ScimBaseUrl(issuer, owner), StringComparer.Ordinal))
            return (null, TokenFault.Elsewhere);
        return (new KnownToken(jwt.Id, IsStatic: false, owner.ClientId, owner.Id, new DateTimeOffset(jwt.IssuedAt), new DateTimeOffset(jwt.ValidTo)), default);
    }

    private async ValueTask<(KnownToken? Token, TokenFault Fault)> FindStaticTokenAsync(string text)
    {
        var (hash, now) = (Secrets.Hash(text), ScimTime.Of(timeProvider.GetUtcNow()));
        if (await database.ReadOneAsync(session => StaticTokenStore.FindAsync(session, hash, now)) is not var (token, integrationId))
            return (null, TokenFault.Unknown);
        return (await directory.ConfirmAsync()).ById.TryGetValue(integrationId, out var owner)
            ? (new KnownToken(token.Id, IsStatic: true, owner.ClientId, owner.Id, ScimTime.ToTime(token.Created), ScimTime.ToTime(token.Expires!.Value)), default)
            : (null, TokenFault.Ended);
    }

    // By our clock; the library's own check takes the system's.
    private bool IsAlive(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters) =>
        expires is { } end && timeProvider.GetUtcNow() < new DateTimeOffset(end) + ClockSkew;
}
