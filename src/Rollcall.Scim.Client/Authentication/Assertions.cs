using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Rollcall.Scim.Client.Authentication;

/// <summary>Makes the assertions of RFC 7523 §3: short-lived, for one audience, each with an id of its own.</summary>
internal static class Assertions
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    /// <summary>Signs an assertion.</summary>
    /// <param name="key">The private key.</param>
    /// <param name="issuer"><c>iss</c>.</param>
    /// <param name="subject"><c>sub</c>.</param>
    /// <param name="audience"><c>aud</c>, the only one.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ScimClientException">The key can't be read.</exception>
    public static string Make(SigningKey key, string issuer, string subject, string audience, DateTimeOffset now)
    {
        using var algorithm = Read(key);
        var credentials = algorithm switch
        {
            RSA rsa => new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = key.KeyId }, SecurityAlgorithms.RsaSha256),
            ECDsa curve => new SigningCredentials(new ECDsaSecurityKey(curve) { KeyId = key.KeyId }, curve.KeySize switch
            {
                256 => SecurityAlgorithms.EcdsaSha256,
                384 => SecurityAlgorithms.EcdsaSha384,
                _ => SecurityAlgorithms.EcdsaSha512,
            }),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        // A provider that is kept would use the key after it is disposed of.
        credentials.CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            // The id only has to be another one each time; nobody must be able, or unable, to guess it.
            Claims = new Dictionary<string, object> { ["sub"] = subject, ["jti"] = Guid.NewGuid().ToString("N") },
            SigningCredentials = credentials,
        });
    }

    private static AsymmetricAlgorithm Read(SigningKey key)
    {
        foreach (var make in (Func<AsymmetricAlgorithm>[])[RSA.Create, ECDsa.Create])
        {
            var algorithm = make();
            try
            {
                if (key.Password is null)
                    algorithm.ImportFromPem(key.Pem);
                else
                    algorithm.ImportFromEncryptedPem(key.Pem, key.Password);
                return algorithm;
            }
            catch (Exception unfit) when (unfit is CryptographicException or ArgumentException)
            {
                algorithm.Dispose();
            }
        }
        throw new ScimClientException(ScimFailure.NoToken, "The private key can't be read. It is a PEM of an RSA key or of an EC key on P-256, P-384 or P-521, with its password if it is encrypted.");
    }
}
