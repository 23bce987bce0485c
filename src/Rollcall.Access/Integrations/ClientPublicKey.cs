using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Rollcall.Web.Api;

namespace Rollcall.Access.Integrations;

/// <summary>
/// A public key as an administrator hands it in: PEM (a public key or a certificate) or a JSON Web Key (RFC 7517). What is
/// kept of it is a JSON Web Key of nothing but the public part.
/// </summary>
/// <param name="KeyId">The <c>kid</c>: the given one, else that of the JSON Web Key, else the key's thumbprint (RFC 7638).</param>
/// <param name="Algorithm">The only <c>alg</c> that it will be used with.</param>
/// <param name="Jwk">The key.</param>
/// <param name="Ends">When the certificate ends that it came in; null for other forms.</param>
internal sealed record ClientPublicKey(string KeyId, string Algorithm, string Jwk, DateTimeOffset? Ends)
{
    /// <summary>The algorithms that there are: signatures with a private key only, so neither <c>none</c> nor shared secrets.</summary>
    public static readonly IReadOnlyList<string> Algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private const string Field = "key";
    private const int ShortestRsa = 2048;
    private const int LongestRsa = 8192;
    private const int LongestKeyId = 200;

    /// <summary>Reads a key.</summary>
    /// <param name="text">PEM or JSON.</param>
    /// <param name="algorithm">The algorithm; null for what the key itself says, else RS256 for RSA and the curve's own for EC.</param>
    /// <param name="keyId">The key id; null for what the key itself says, else its thumbprint.</param>
    /// <exception cref="ApiException">400: it is not a public key that assertions can be checked with.</exception>
    public static ClientPublicKey Read(string text, string? algorithm, string? keyId)
    {
        try
        {
            return text.TrimStart().StartsWith('{') ? OfJson(text, algorithm, keyId) : OfPem(text, algorithm, keyId);
        }
        // The libraries' own texts may quote what was given.
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException or JsonException)
        {
            throw Wrong("The key can't be read. Give a public key or a certificate as PEM, or one JSON Web Key.");
        }
    }

    private static ClientPublicKey OfPem(string text, string? algorithm, string? keyId)
    {
        if (!PemEncoding.TryFind(text, out var pem))
            throw Wrong("The key is neither PEM nor a JSON Web Key. Give a public key or a certificate as PEM, or one JSON Web Key.");
        var label = text[pem.Label];
        if (text.Contains("PRIVATE KEY", StringComparison.Ordinal))
            throw IsPrivate();
        if (label == "CERTIFICATE")
        {
            using var certificate = X509Certificate2.CreateFromPem(text);
            using var rsaOfCertificate = certificate.GetRSAPublicKey();
            using var ecOfCertificate = certificate.GetECDsaPublicKey();
            return Of(rsaOfCertificate, ecOfCertificate, algorithm, keyId) with { Ends = new DateTimeOffset(certificate.NotAfter) };
        }
        using var rsa = RSA.Create();
        if (TryImport(rsa, text))
            return Of(rsa, null, algorithm, keyId);
        using var ec = ECDsa.Create();
        ec.ImportFromPem(text);
        return Of(null, ec, algorithm, keyId);
    }

    private static ClientPublicKey OfJson(string text, string? algorithm, string? keyId)
    {
        var json = JsonElement.Parse(text);
        if (json.TryGetProperty("keys", out var keys))
        {
            if (keys.ValueKind != JsonValueKind.Array || keys.GetArrayLength() != 1)
                throw Wrong("The key set must hold exactly one key. Add keys one by one.");
            json = keys[0];
        }
        var key = new JsonWebKey(json.GetRawText());
        if (key.HasPrivateKey || json.TryGetProperty("d", out _))
            throw IsPrivate();
        if (key.Use is { Length: > 0 } use && use != "sig")
            throw Wrong("The key's use is not sig. Give the key that assertions are signed with.");
        algorithm ??= string.IsNullOrEmpty(key.Alg) ? null : key.Alg;
        keyId ??= string.IsNullOrEmpty(key.Kid) ? null : key.Kid;
        switch (key.Kty)
        {
            case JsonWebAlgorithmsKeyTypes.RSA:
                using (var rsa = RSA.Create(new RSAParameters { Modulus = Decode(key.N), Exponent = Decode(key.E) }))
                    return Of(rsa, null, algorithm, keyId);
            case JsonWebAlgorithmsKeyTypes.EllipticCurve:
                using (var ec = ECDsa.Create(new ECParameters { Curve = CurveOf(key.Crv), Q = new ECPoint { X = Decode(key.X), Y = Decode(key.Y) } }))
                    return Of(null, ec, algorithm, keyId);
            default:
                throw Wrong("The key's kty is neither RSA nor EC. Shared secrets and other kinds of keys are not accepted.");
        }
    }

    private static ClientPublicKey Of(RSA? rsa, ECDsa? ec, string? algorithm, string? keyId)
    {
        var jwk = rsa is not null ? OfRsa(rsa.ExportParameters(false)) : OfEc((ec ?? throw Wrong("The certificate's key is neither RSA nor EC.")).ExportParameters(false));
        jwk.Alg = AlgorithmOf(jwk, algorithm);
        jwk.Kid = keyId ?? Base64Url.EncodeToString(jwk.ComputeJwkThumbprint());
        if (jwk.Kid.Length is 0 or > LongestKeyId || jwk.Kid.Any(char.IsControl))
            throw ApiException.Invalid("keyId", $"The key id has 1 to {LongestKeyId} characters without control characters.");
        return new ClientPublicKey(jwk.Kid, jwk.Alg, Json(jwk), null);
    }

    private static JsonWebKey OfRsa(RSAParameters parameters)
    {
        var bits = (parameters.Modulus!.Length * 8) - System.Numerics.BitOperations.LeadingZeroCount(parameters.Modulus[0]) + 24;
        if (bits is < ShortestRsa or > LongestRsa)
            throw Wrong($"An RSA key has {ShortestRsa} to {LongestRsa} bits. Make another one.");
        // 1 and even exponents are no keys; long ones only cost time.
        if (parameters.Exponent is not { Length: > 0 and <= 8 } exponent || exponent is [1] || (exponent[^1] & 1) == 0)
            throw Wrong("The RSA key's exponent is not one that keys have, such as 65537.");
        return new JsonWebKey { Kty = JsonWebAlgorithmsKeyTypes.RSA, N = Base64Url.EncodeToString(parameters.Modulus), E = Base64Url.EncodeToString(exponent) };
    }

    private static JsonWebKey OfEc(ECParameters parameters) => new()
    {
        Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve,
        Crv = parameters.Q.X!.Length switch { 32 => "P-256", 48 => "P-384", _ => "P-521" } is var name && parameters.Curve.Oid.Value == CurveOf(name).Oid.Value
            ? name
            : throw WrongCurve(),
        X = Base64Url.EncodeToString(parameters.Q.X),
        Y = Base64Url.EncodeToString(parameters.Q.Y),
    };

    // RFC 7518 §3.4: each curve goes with one algorithm. RSA keys go with six, and must not be used with more than one.
    private static string AlgorithmOf(JsonWebKey key, string? given)
    {
        string[] possible = key.Crv switch
        {
            "P-256" => ["ES256"],
            "P-384" => ["ES384"],
            "P-521" => ["ES512"],
            _ => ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
        };
        if (given is null)
            return possible[0];
        return possible.Contains(given, StringComparer.Ordinal)
            ? given
            : throw ApiException.Invalid("algorithm", $"This key can be used with {string.Join(", ", possible)}.");
    }

    private static ECCurve CurveOf(string? name) => name switch
    {
        "P-256" => ECCurve.NamedCurves.nistP256,
        "P-384" => ECCurve.NamedCurves.nistP384,
        "P-521" => ECCurve.NamedCurves.nistP521,
        _ => throw WrongCurve(),
    };

    private static string Json(JsonWebKey key)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in ((string, string?)[])[("kty", key.Kty), ("use", "sig"), ("alg", key.Alg), ("kid", key.Kid), ("n", key.N), ("e", key.E), ("crv", key.Crv), ("x", key.X), ("y", key.Y)])
            {
                if (value is not null)
                    writer.WriteString(name, value);
            }
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    // The framework takes numbers of no bytes for granted, and fails on them.
    private static byte[] Decode(string? text) => string.IsNullOrEmpty(text) ? throw new FormatException() : Base64Url.DecodeFromChars(text);

    private static bool TryImport(RSA rsa, string pem)
    {
        try
        {
            rsa.ImportFromPem(pem);
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Then it is an EC key, or none.
            return false;
        }
    }

    private static ApiException IsPrivate() =>
        Wrong("This is a private key, which only the client may have. Nothing was kept of it; as it has been sent, make a new pair, and give the public key.");

    private static ApiException WrongCurve() => Wrong("An EC key is on the curve P-256, P-384 or P-521.");

    private static ApiException Wrong(string detail) => ApiException.Invalid(Field, detail);
}
