using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using Rollcall.Access.Integrations;
using Rollcall.Access.Tests.Support;
using Rollcall.Web.Api;

namespace Rollcall.Access.Tests.OAuth;

public sealed record ClientPublicKeyRow : Row
{
    /// <summary>What pair is made: RSA, RSA1024, brainpool, or the algorithm of an EC key.</summary>
    public string? Make { get; set; }

    /// <summary>How it is handed in.</summary>
    public string Form { get; set; } = "pem";

    /// <summary>Members of the JSON Web Key, beside or in place of its own.</summary>
    public JsonObject? Members { get; set; }

    /// <summary>What is handed in instead.</summary>
    public string? Text { get; set; }

    public string? Given { get; set; }

    public string? GivenKeyId { get; set; }

    public string? Algorithm { get; set; }

    public string? KeyId { get; set; }

    /// <summary>Whether it says itself when it ends.</summary>
    public bool Ends { get; set; }

    /// <summary>What is refused.</summary>
    public string? Field { get; set; }

    public string? Says { get; set; }
}

public sealed class ClientPublicKeyTests
{
    private static readonly DateTimeOffset End = new(2031, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<ITheoryDataRow> Table => Rows.Of<ClientPublicKeyRow>("client-public-keys.json");

    [Theory]
    [MemberData(nameof(Table))]
    [Trait("req", "O-030")]
    public void Key_IsReadAsTheTableSays(ClientPublicKeyRow row)
    {
        using AsymmetricAlgorithm pair = row.Make switch
        {
            "ES384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            "ES512" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
            "brainpool" => ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1),
            "RSA" => RSA.Create(2048),
            "RSA1024" => RSA.Create(1024),
            _ => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        };
        var text = row.Text ?? Write(row, pair);

        if (row.Field is not null)
        {
            var refusal = Assert.Throws<ApiException>(() => ClientPublicKey.Read(text, row.Given, row.GivenKeyId)).Fault;
            Assert.Equal((400, row.Field), (refusal.Status, refusal.Extensions["field"]));
            Assert.Contains(row.Says ?? "", refusal.Detail, StringComparison.Ordinal);
            ErrorText.AssertSafe(refusal.Detail);
            return;
        }
        var key = ClientPublicKey.Read(text, row.Given, row.GivenKeyId);
        Assert.Equal(row.Algorithm, key.Algorithm);
        Assert.Equal(row.Ends ? End : null, key.Ends);
        // RFC 7638, worked out by the library.
        Assert.Equal(row.KeyId ?? Base64UrlEncoder.Encode(new JsonWebKey(key.Jwk).ComputeJwkThumbprint()), key.KeyId);
        var members = JsonNode.Parse(key.Jwk)!.AsObject().Select(member => member.Key);
        Assert.Equal(pair is RSA ? ["kty", "use", "alg", "kid", "n", "e"] : ["kty", "use", "alg", "kid", "crv", "x", "y"], members);
        Assert.True(Verifies(pair, key));
    }

    private static bool Verifies(AsymmetricAlgorithm pair, ClientPublicKey key)
    {
        byte[] message = [1, 2, 3];
        var factory = CryptoProviderFactory.Default;
        using var signer = factory.CreateForSigning(pair is RSA rsa ? new RsaSecurityKey(rsa) : new ECDsaSecurityKey((ECDsa)pair), key.Algorithm, cacheProvider: false);
        using var verifier = factory.CreateForVerifying(new JsonWebKey(key.Jwk), key.Algorithm, cacheProvider: false);
        return verifier.Verify(message, signer.Sign(message));
    }

    private static string Write(ClientPublicKeyRow row, AsymmetricAlgorithm pair) => row.Form switch
    {
        "pem" => pair.ExportSubjectPublicKeyInfoPem(),
        "commented" => $"Bag Attributes\n  friendlyName: x\n{pair.ExportSubjectPublicKeyInfoPem()}\n\n",
        "pkcs1" => ((RSA)pair).ExportRSAPublicKeyPem(),
        "private" => pair.ExportPkcs8PrivateKeyPem(),
        "certificate" => Certificate(pair),
        "certificateAndPrivate" => $"{Certificate(pair)}\n{pair.ExportPkcs8PrivateKeyPem()}",
        "jwks" => new JsonObject { ["keys"] = new JsonArray(Jwk(row, pair)) }.ToJsonString(),
        _ => Jwk(row, pair).ToJsonString(),
    };

    private static JsonObject Jwk(ClientPublicKeyRow row, AsymmetricAlgorithm pair)
    {
        var json = new JsonObject();
        if (pair is RSA rsa)
        {
            var parameters = rsa.ExportParameters(includePrivateParameters: false);
            (json["kty"], json["n"], json["e"]) = ("RSA", Base64UrlEncoder.Encode(parameters.Modulus), Base64UrlEncoder.Encode(parameters.Exponent));
        }
        else
        {
            var parameters = ((ECDsa)pair).ExportParameters(includePrivateParameters: false);
            (json["kty"], json["crv"], json["x"], json["y"]) = ("EC", "P-256", Base64UrlEncoder.Encode(parameters.Q.X), Base64UrlEncoder.Encode(parameters.Q.Y));
        }
        foreach (var (name, value) in row.Members ?? [])
            json[name] = value?.DeepClone();
        return json;
    }

    private static string Certificate(AsymmetricAlgorithm pair)
    {
        var request = pair is RSA rsa
            ? new CertificateRequest("CN=client", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("CN=client", (ECDsa)pair, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(End.AddYears(-10), End);
        return certificate.ExportCertificatePem();
    }
}
