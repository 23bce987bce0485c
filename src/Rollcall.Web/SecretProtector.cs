using System.Security.Cryptography;
using System.Text;

namespace Rollcall.Web;

/// <summary>
/// Encrypts small secrets at rest (outgoing credentials, signing keys) with the master key: AES-256-GCM with a random
/// nonce. What comes out is a format byte (1), the nonce (12 bytes), the tag (16) and the ciphertext. The purpose is
/// authenticated with it, so that the secret of one application can't be put in the place of another's. Safe for use by
/// many threads.
/// </summary>
public sealed class SecretProtector
{
    private const byte Format = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 1 + NonceBytes + TagBytes;

    private readonly byte[] _masterKey;

    /// <summary>Makes a protector.</summary>
    /// <param name="masterKey">32 bytes.</param>
    /// <exception cref="CryptographicException">The key has another length.</exception>
    public SecretProtector(ReadOnlySpan<byte> masterKey)
    {
        if (masterKey.Length != Settings.RollcallSettings.MasterKeyBytes)
            throw new CryptographicException("The master key must have 32 bytes.");
        _masterKey = masterKey.ToArray();
    }

    /// <summary>Encrypts a secret for a purpose such as <c>application:17:clientSecret</c>.</summary>
    public byte[] Protect(ReadOnlySpan<byte> secret, string purpose)
    {
        var result = new byte[HeaderBytes + secret.Length];
        result[0] = Format;
        var nonce = result.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = Cipher();
        cipher.Encrypt(nonce, secret, result.AsSpan(HeaderBytes), result.AsSpan(1 + NonceBytes, TagBytes), AssociatedData(purpose));
        return result;
    }

    /// <summary>Encrypts a text.</summary>
    public byte[] Protect(string secret, string purpose) => Protect(Encoding.UTF8.GetBytes(secret), purpose);

    /// <summary>Decrypts what <see cref="Protect(ReadOnlySpan{byte}, string)"/> made for the same purpose.</summary>
    /// <exception cref="CryptographicException">Another master key, another purpose, or not what was written.</exception>
    public byte[] Unprotect(ReadOnlySpan<byte> protectedSecret, string purpose)
    {
        if (protectedSecret.Length < HeaderBytes || protectedSecret[0] != Format)
            throw new CryptographicException($"The stored secret for {purpose} has no known format.");
        var secret = new byte[protectedSecret.Length - HeaderBytes];
        try
        {
            using var cipher = Cipher();
            cipher.Decrypt(
                protectedSecret.Slice(1, NonceBytes), protectedSecret[HeaderBytes..], protectedSecret.Slice(1 + NonceBytes, TagBytes), secret, AssociatedData(purpose));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new CryptographicException($"The stored secret for {purpose} can't be decrypted: the master key is another, or the stored value was changed.", e);
        }
        return secret;
    }

    /// <summary>Decrypts a text.</summary>
    /// <exception cref="CryptographicException">As <see cref="Unprotect"/>.</exception>
    public string UnprotectText(ReadOnlySpan<byte> protectedSecret, string purpose) => Encoding.UTF8.GetString(Unprotect(protectedSecret, purpose));

    // A cipher of its own for each call: two threads that share one corrupt each other's output.
    private AesGcm Cipher() => new(_masterKey, TagBytes);

    // The format is authenticated too, so that a later one can't be passed off as this one.
    private static byte[] AssociatedData(string purpose) => [Format, .. Encoding.UTF8.GetBytes(purpose)];
}
