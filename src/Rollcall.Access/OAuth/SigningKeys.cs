using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Rollcall.Data;
using Rollcall.Web;

namespace Rollcall.Access.OAuth;

/// <summary>
/// The ES256 keys that access tokens are signed with. They live in the database, private parts encrypted with the
/// master key, so that tokens survive restarts.
/// </summary>
public sealed class SigningKeys
{
    private SigningKeys(IReadOnlyList<ECDsaSecurityKey> keys) => All = keys;

    /// <summary>All keys, newest first: the first signs, all validate.</summary>
    public IReadOnlyList<ECDsaSecurityKey> All { get; }

    /// <summary>Reads the keys; makes the first one where there is none.</summary>
    /// <exception cref="CryptographicException">The keys were encrypted with another master key.</exception>
    public static async Task<SigningKeys> LoadAsync(Database database, SecretProtector protector)
    {
        var stored = await database.ReadAsync(ReadAsync);
        if (stored.Count == 0)
            stored = await database.WriteAsync(session => AddFirstAsync(session, protector));
        return new SigningKeys([.. stored.Select(row => ToKey(row.Kid, protector.Unprotect(row.PrivateKey, Purpose(row.Kid))))]);
    }

    private static ValueTask<List<(string Kid, byte[] PrivateKey)>> ReadAsync(Session session) =>
        session.ListAsync("select kid, private_key from signing_keys order by created desc, kid", row => (row.GetString(0), row.GetFieldValue<byte[]>(1)));

    private static async ValueTask<List<(string Kid, byte[] PrivateKey)>> AddFirstAsync(WriteSession session, SecretProtector protector)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var kid = Convert.ToHexStringLower(Secrets.Random(8));
        await session.ExecuteAsync("insert into signing_keys (kid, private_key, created) values ($1, $2, $3)",
            kid, protector.Protect(key.ExportPkcs8PrivateKey(), Purpose(kid)), session.Now);
        return await ReadAsync(session);
    }

    /// <summary>What a private key is encrypted for.</summary>
    internal static string Purpose(string kid) => $"signing-key:{kid}";

    private static ECDsaSecurityKey ToKey(string kid, byte[] privateKey)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        CryptographicOperations.ZeroMemory(privateKey);
        return new ECDsaSecurityKey(key) { KeyId = kid };
    }
}
