using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Rollcall.Web;

/// <summary>
/// Random secrets of 256 bits, kept only as hashes. A plain SHA-256 is enough: what can't be guessed need not be slow to
/// check. It is not for passwords that people choose.
/// </summary>
public static class Secrets
{
    private const int Bytes = 32;

    /// <summary>Bytes of a <see cref="Hash"/>.</summary>
    public const int HashBytes = SHA256.HashSizeInBytes;

    /// <summary>A new secret: 43 characters of base64url.</summary>
    public static string Make() => Base64Url.EncodeToString(Random(Bytes));

    /// <summary>Random bytes from the operating system.</summary>
    public static byte[] Random(int count) => RandomNumberGenerator.GetBytes(count);

    /// <summary>What is stored of a secret: SHA-256 of its UTF-8 text, 32 bytes.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Whether <paramref name="given"/> is the secret behind <paramref name="hash"/>; takes equally long for every wrong one.</summary>
    public static bool Matches(string given, ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(Hash(given), hash);
}
