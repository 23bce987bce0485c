using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Rollcall.Access.Integrations;
using Rollcall.Access.Scim;
using Rollcall.Data;

namespace Rollcall.Access.OAuth;

/// <summary>
/// Checks the JWTs that clients authenticate with instead of a secret: <c>private_key_jwt</c> (RFC 7523 §2.2 and §3).
/// </summary>
/// <param name="database">Where the clients' keys are, and the assertions that were used.</param>
/// <param name="issuer">This server's issuer.</param>
/// <param name="timeProvider">The clock that assertions expire by.</param>
internal sealed class ClientAssertions(Database database, string issuer, TimeProvider timeProvider)
{
    /// <summary>By how much the clocks of clients may differ from ours.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>How far ahead an assertion may expire: it is remembered for as long.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(1);

    private static readonly string[] Types = ["JWT", "client-authentication+jwt"];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };

    /// <summary>Checks an assertion, and uses it up.</summary>
    /// <param name="integration">The integration of the client that it names as its subject.</param>
    /// <param name="assertion">The JWT.</param>
    /// <returns>Null if the client is authenticated; else what is wrong with the assertion, without anything of it.</returns>
    public async ValueTask<string?> CheckAsync(Integration integration, string assertion)
    {
        var now = timeProvider.GetUtcNow();
        var keys = await database.ReadOneAsync(session => ClientKeyStore.ListAsync(session, integration.ClientId, ScimTime.Of(now)));
        // Nothing of it is believed, and so nothing told, before its signature is.
        if (await VerifyAsync(assertion, keys) is not { } jwt)
            return "The client_assertion is not signed by one of the client's keys with the algorithm that the key was added for.";
        if (CheckClaims(jwt, integration, now) is { } problem)
            return problem;
        return await UseUpAsync(jwt, integration, TimeOf(jwt, "exp")!.Value) ? null : "The client_assertion has been used before. Make a new one, with a jti of its own, for each request.";
    }

    private async ValueTask<JsonWebToken?> VerifyAsync(string assertion, List<ClientKey> keys)
    {
        var jwt = new JsonWebToken(assertion);
        // The kid is a hint: keys that were added as PEM may be known to the client by another name.
        foreach (var key in keys.Any(key => key.KeyId == jwt.Kid) ? keys.Where(key => key.KeyId == jwt.Kid) : keys)
        {
            var result = await _handler.ValidateTokenAsync(assertion, new TokenValidationParameters
            {
                // The algorithm is the registered one; what the header says is only compared (RFC 8725 §3.1).
                ValidAlgorithms = [key.Algorithm],
                IssuerSigningKey = new JsonWebKey(key.Jwk) { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } },
                TryAllIssuerSigningKeys = true,
#pragma warning disable CA5404 // CheckClaims does it, and can say what is wrong.
                ValidateIssuer = false,
                ValidateAudience = false,
                ValidateLifetime = false,
#pragma warning restore CA5404
            });
            if (result.IsValid)
                return (JsonWebToken)result.SecurityToken;
        }
        return null;
    }

    private string? CheckClaims(JsonWebToken jwt, Integration integration, DateTimeOffset now)
    {
        if (jwt.TryGetHeaderValue<object>("crit", out _))
            return "The client_assertion has a crit header, of which nothing is understood here. Leave it out.";
        if (jwt.Typ is { Length: > 0 } type && !Types.Any(known => type.Equals(known, StringComparison.OrdinalIgnoreCase) || type.Equals($"application/{known}", StringComparison.OrdinalIgnoreCase)))
            return "The client_assertion is another kind of JWT by its typ. Make one of typ JWT for this purpose.";
        if (jwt.Issuer != integration.ClientId || jwt.Subject != integration.ClientId)
            return "The client_assertion has an iss or sub that is not the client id. Both are.";
        if (!jwt.Audiences.Any() || !jwt.Audiences.All(audience => IsOurs(audience, integration)))
            return $"The client_assertion is for somebody else by its aud. Send the issuer of this server, {issuer}.";
        if (TimeOf(jwt, "exp") is not { } expires)
            return "The client_assertion has no exp that is a time. Add one a few minutes ahead.";
        if (now >= expires + ClockSkew)
            return "The client_assertion has expired. Make a new one for each request, and check the clock.";
        if (expires > now + LongestLife + ClockSkew)
            return $"The client_assertion expires more than {LongestLife.TotalMinutes} minutes ahead. Make it end sooner, and check the clock.";
        return IsInTheFuture(jwt, "nbf", now) || IsInTheFuture(jwt, "iat", now) ? "The client_assertion begins in the future by its nbf or iat. Check the clock." : null;
    }

    // RFC 7523 §3 also allows the token endpoint's URL, which its revision takes back: an attacker's server could have
    // named ours as its token endpoint.
    private bool IsOurs(string audience, Integration integration) =>
        audience == issuer || (!integration.Rules.Strict && audience == issuer + OAuthServer.TokenPath);

    private static bool IsInTheFuture(JsonWebToken jwt, string claim, DateTimeOffset now) =>
        jwt.TryGetPayloadValue<object>(claim, out _) && !(TimeOf(jwt, claim) <= now + ClockSkew);

    // A NumericDate need not be whole (RFC 7519 §2).
    private static DateTimeOffset? TimeOf(JsonWebToken jwt, string claim) =>
        jwt.TryGetPayloadValue<double>(claim, out var seconds) && seconds >= 0 && seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    // Remembered in the database, so that neither a restart nor another node makes an assertion good again.
    private async ValueTask<bool> UseUpAsync(JsonWebToken jwt, Integration integration, DateTimeOffset expires)
    {
        // Without a jti the signed part stands for the assertion; not the signature, of which there can be several.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.IsNullOrEmpty(jwt.Id) ? $"{jwt.EncodedHeader}.{jwt.EncodedPayload}" : $"jti:{jwt.Id}"));
        var until = ScimTime.Of(expires + ClockSkew);
        return await database.WriteAsync(async session =>
        {
            await session.ExecuteAsync("delete from used_assertions where expires <= $1", session.Now);
            return await session.ExecuteAsync("insert into used_assertions (client_id, hash, expires) values ($1, $2, $3) on conflict do nothing", integration.ClientId, hash, until) > 0;
        });
    }
}
