using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Rollcall.Access.Integrations;

namespace Rollcall.Access.Tests.OAuth;

/// <summary>A client's key pair, which tests sign assertions with.</summary>
internal sealed class TestKey
{
    private readonly AsymmetricAlgorithm _pair;

    private TestKey(AsymmetricAlgorithm pair, string algorithm) => (_pair, Algorithm) = (pair, algorithm);

    public string Algorithm { get; }

    /// <summary>The public part in PEM.</summary>
    public string Pem => _pair.ExportSubjectPublicKeyInfoPem();

    public string PrivatePem => _pair.ExportPkcs8PrivateKeyPem();

    public SecurityKey SecurityKey => _pair is RSA rsa ? new RsaSecurityKey(rsa) : new ECDsaSecurityKey((ECDsa)_pair);

    public static TestKey Make(string algorithm) => new(
        algorithm switch
        {
            "ES256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            "ES384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            "ES512" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
            _ => RSA.Create(2048),
        },
        algorithm);

    /// <summary>As an administrator adds it.</summary>
    public ClientPublicKey Read(string? keyId = null) => ClientPublicKey.Read(Pem, Algorithm, keyId);

    /// <summary>An assertion as it should be, made by the library.</summary>
    public string Assert(string clientId, string issuer, DateTimeOffset now) => new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
    {
        Issuer = clientId,
        Audience = issuer,
        Claims = new Dictionary<string, object> { ["sub"] = clientId, ["jti"] = Guid.NewGuid().ToString() },
        Expires = now.AddMinutes(1).UtcDateTime,
        SigningCredentials = new SigningCredentials(SecurityKey, Algorithm),
    });

    /// <summary>The public part as a JSON Web Key, written by the library and not by us.</summary>
    public JsonWebKey ToJwk() => _pair is RSA rsa
        ? JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(rsa.ExportParameters(includePrivateParameters: false)))
        : JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(ECDsa.Create(((ECDsa)_pair).ExportParameters(includePrivateParameters: false))));
}
