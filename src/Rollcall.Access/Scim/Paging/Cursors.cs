using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Web;

namespace Rollcall.Access.Scim.Paging;

/// <summary>
/// Hands out cursors and reads them again (RFC 9865). Nothing is kept here: a cursor is its own memory, encrypted and
/// authenticated together with the scope that it was made in, so that nobody reads a value out of it, and it opens
/// nothing else. It gives no rights: every page is asked for with a token.
/// </summary>
/// <param name="keys">What they are sealed with.</param>
/// <param name="clock">The clock that they expire by.</param>
internal sealed class Cursors(CursorKeys keys, TimeProvider clock)
{
    /// <summary>How many seconds a cursor can be used, and as often as anybody likes.</summary>
    public const int TimeoutSeconds = 3600;

    private const byte Format = 1;
    private const int SaltBytes = 16;
    private const int TagBytes = 16;
    private const int HeaderBytes = 2 + SaltBytes;

    // A place with the longest key in three bytes each is below half of it.
    private const int LongestText = 8 * 1024;

    /// <summary>Opens the keys of the database.</summary>
    public static async Task<Cursors> LoadAsync(Database database, SecretProtector protector, TimeProvider clock) =>
        new(await CursorKeys.LoadAsync(database, protector), clock);

    /// <summary>The cursor of the page that follows; of unreserved characters only (RFC 3986 §2.3).</summary>
    /// <param name="scope">What is walked over.</param>
    /// <param name="after">The last resource of this page.</param>
    /// <param name="count">The most resources on a page.</param>
    /// <param name="total">How many match in all, or null.</param>
    public string Seal(PageScope scope, PagePlace after, int count, KnownTotal? total)
    {
        var key = keys.Newest;
        var content = new PageCursor(after, count, total, Now).ToBytes();
        var sealedBytes = new byte[HeaderBytes + content.Length + TagBytes];
        sealedBytes[0] = Format;
        sealedBytes[1] = key.Id;
        Secrets.Random(SaltBytes).CopyTo(sealedBytes, 2);
        using var cipher = Cipher(key, sealedBytes);
        cipher.Encrypt(Nonce, content, sealedBytes.AsSpan(HeaderBytes, content.Length), sealedBytes.AsSpan(^TagBytes), AssociatedData(scope));
        return Base64Url.EncodeToString(sealedBytes);
    }

    /// <summary>Reads a cursor again.</summary>
    /// <param name="text">As the client sent it.</param>
    /// <param name="scope">What it is sent for.</param>
    /// <param name="count">The most resources on a page, as the client says now.</param>
    /// <exception cref="ScimException">
    /// 400: <c>invalidCursor</c>, always with one text, where it was not made here or not in this scope;
    /// <c>expiredCursor</c>; <c>invalidCount</c> where the walk began with another count.
    /// </exception>
    public async ValueTask<PageCursor> OpenAsync(string text, PageScope scope, int count)
    {
        var cursor = await TryOpenAsync(text, scope)
            ?? throw ScimException.InvalidCursor("The cursor is not one of this query. Send nextCursor as it came, with all other parameters as in the first request, or begin again with an empty cursor.");
        if (Now - cursor.Issued > TimeoutSeconds * 1_000_000L)
            throw Expired(string.Create(CultureInfo.InvariantCulture, $"The cursor is older than {TimeoutSeconds} seconds."));
        if (cursor.Count != count)
            throw ScimException.InvalidCount("\"count\" differs from that of the first page. Leave it as it was, or begin again with an empty cursor.");
        return cursor;
    }

    /// <summary>A cursor that was good can't be continued any more.</summary>
    public static ScimException Expired(string why) => ScimException.ExpiredCursor($"{why} Begin again with an empty cursor.");

    private static ReadOnlySpan<byte> Nonce => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private long Now => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private async ValueTask<PageCursor?> TryOpenAsync(string text, PageScope scope)
    {
        if (text.Length > LongestText || !Base64Url.IsValid(text, out var length) || length < HeaderBytes + TagBytes)
            return null;
        var sealedBytes = Base64Url.DecodeFromChars(text);
        // The last digit has bits to spare: of the texts that mean the same bytes only the one that was handed out counts.
        if (sealedBytes[0] != Format || Base64Url.EncodeToString(sealedBytes) != text || await keys.FindAsync(sealedBytes[1]) is not { } key)
            return null;
        var content = new byte[sealedBytes.Length - HeaderBytes - TagBytes];
        using var cipher = Cipher(key, sealedBytes);
        try
        {
            cipher.Decrypt(Nonce, sealedBytes.AsSpan(HeaderBytes, content.Length), sealedBytes.AsSpan(^TagBytes), content, AssociatedData(scope));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        return PageCursor.FromBytes(content);
    }

    /// <summary>
    /// A key for each cursor, derived by its salt: so no number of cursors wears a key out, and the nonce may always be
    /// the same.
    /// </summary>
    private static AesGcm Cipher(CursorKeys.Key key, byte[] sealedBytes) => new(HMACSHA256.HashData(key.Secret, sealedBytes.AsSpan(0, HeaderBytes)), TagBytes);

    private static byte[] AssociatedData(PageScope scope) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{scope.IntegrationId}\n{scope.Endpoint}\n{scope.Query}"));
}
