using System.Security.Cryptography;
using Rollcall.Data;
using Rollcall.Web;

namespace Rollcall.Access.Scim.Paging;

/// <summary>
/// The keys that cursors are sealed with. They live in the database, encrypted with the master key, so that any node opens
/// the cursors of every other, and a restart ends no walk. A start after <see cref="Age"/> makes a new one; cursors of its
/// predecessor are opened still.
/// </summary>
internal sealed class CursorKeys
{
    /// <summary>How long a key seals before a start replaces it.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(30);

    private const int KeyBytes = 32;
    private const int Kept = 2;

    private readonly Database _database;
    private readonly SecretProtector _protector;
    private volatile IReadOnlyList<Key> _newestFirst = [];

    private CursorKeys(Database database, SecretProtector protector)
    {
        _database = database;
        _protector = protector;
    }

    /// <summary>One key.</summary>
    /// <param name="Id">What cursors name it by: the end of its number.</param>
    /// <param name="Secret">32 bytes.</param>
    internal sealed record Key(byte Id, byte[] Secret);

    /// <summary>The key that seals.</summary>
    public Key Newest => _newestFirst[0];

    /// <summary>Reads the keys; makes one where there is none, or only an old one.</summary>
    /// <exception cref="CryptographicException">The keys were encrypted with another master key.</exception>
    public static async Task<CursorKeys> LoadAsync(Database database, SecretProtector protector)
    {
        var keys = new CursorKeys(database, protector);
        await database.WriteAsync(session => MakeAsync(session, protector));
        await keys.ReloadAsync();
        return keys;
    }

    /// <summary>The key of that id, also if another node made it a moment ago; null where there is none.</summary>
    public async ValueTask<Key?> FindAsync(byte id)
    {
        if (_newestFirst.FirstOrDefault(key => key.Id == id) is { } known)
            return known;
        await ReloadAsync();
        return _newestFirst.FirstOrDefault(key => key.Id == id);
    }

    private async Task ReloadAsync()
    {
        var stored = await _database.ReadOneAsync(session => session.ListAsync(
            "select id, secret from cursor_keys order by id desc limit $1", row => (Id: row.GetInt64(0), Secret: row.GetFieldValue<byte[]>(1)), Kept));
        _newestFirst = [.. stored.Select(row => new Key((byte)row.Id, _protector.Unprotect(row.Secret, Purpose)))];
    }

    private const string Purpose = "cursor-key";

    private static async ValueTask<bool> MakeAsync(WriteSession session, SecretProtector protector)
    {
        var newest = await session.FirstAsync<long?>("select max(created) from cursor_keys", row => row.IsDBNull(0) ? null : row.GetInt64(0));
        if (session.Now - newest < Age.Ticks / TimeSpan.TicksPerMicrosecond)
            return false;
        await session.ExecuteAsync("insert into cursor_keys (secret, created) values ($1, $2)", protector.Protect(Secrets.Random(KeyBytes), Purpose), session.Now);
        await session.ExecuteAsync("delete from cursor_keys where id not in (select id from cursor_keys order by id desc limit $1)", Kept);
        return true;
    }
}
