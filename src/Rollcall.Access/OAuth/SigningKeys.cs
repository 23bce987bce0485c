using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web;

namespace Rollcall.Access.OAuth;

/// <summary>
/// The ES256 keys that access tokens are signed with. They live in the database, private parts encrypted with the
/// master key, so that tokens survive restarts and any node may sign and validate. A new key is published before it signs,
/// and stays published until the last token that the old one signed has expired.
/// </summary>
#pragma warning disable CA1001 // The source has no timer, so there is nothing to dispose of; and options may ask for its token at any time.
public sealed class SigningKeys : IOptionsChangeTokenSource<OpenIddictServerOptions>
#pragma warning restore CA1001
{
    /// <summary>How long a key signs.</summary>
    public static readonly TimeSpan SigningPeriod = TimeSpan.FromDays(90);

    /// <summary>How long a key is published before it signs: longer than anybody keeps what <c>/oauth/jwks</c> answers.</summary>
    public static readonly TimeSpan PublishedAhead = TimeSpan.FromMinutes(10);

    // The last token of a key, and what the clocks of nodes may differ.
    private static readonly TimeSpan KeptAfterwards = OAuthServer.AccessTokenLifetime + TimeSpan.FromMinutes(5);

    private readonly Database _database;
    private readonly SecretProtector _protector;
    private readonly TimeProvider _timeProvider;
    private volatile State _state;
    private CancellationTokenSource _changed = new();

    private SigningKeys(Database database, SecretProtector protector, TimeProvider timeProvider, State state)
    {
        (_database, _protector, _timeProvider, _state) = (database, protector, timeProvider, state);
    }

    private sealed record StoredKey(string Kid, byte[] PrivateKey, long SignsFrom);

    private sealed record State(long Epoch, IReadOnlyList<(ECDsaSecurityKey Key, DateTimeOffset SignsFrom)> Keys, IReadOnlyList<ECDsaSecurityKey> All);

    /// <summary>All keys, newest first: all are published and validate.</summary>
    public IReadOnlyList<ECDsaSecurityKey> All => _state.All;

    /// <summary>The key that signs now: the newest whose time has come.</summary>
    public ECDsaSecurityKey Current
    {
        get
        {
            var now = _timeProvider.GetUtcNow();
            return _state.Keys.FirstOrDefault(key => key.SignsFrom <= now, _state.Keys[^1]).Key;
        }
    }

    string? IOptionsChangeTokenSource<OpenIddictServerOptions>.Name => Options.DefaultName;

    /// <summary>Reads the keys; makes the first one where there is none.</summary>
    /// <exception cref="CryptographicException">The keys were encrypted with another master key.</exception>
    public static async Task<SigningKeys> LoadAsync(Database database, SecretProtector protector, TimeProvider timeProvider)
    {
        var (epoch, stored) = await database.ReadAsync(ReadAsync);
        if (stored.Count == 0)
            (epoch, stored) = await database.WriteAsync(session => AddFirstAsync(session, protector));
        return new SigningKeys(database, protector, timeProvider, ToState(epoch, stored, protector));
    }

    /// <summary>Tells when OpenIddict's options, which hold the published keys, have to be made anew.</summary>
    IChangeToken IOptionsChangeTokenSource<OpenIddictServerOptions>.GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    /// <summary>Reads the keys anew if another node, or this one, has changed them.</summary>
    /// <param name="epoch">The number of the last change.</param>
    internal async Task FollowAsync(long epoch)
    {
        if (epoch == _state.Epoch)
            return;
        var (readEpoch, stored) = await _database.ReadAsync(ReadAsync);
        _state = ToState(readEpoch, stored, _protector);
        await Interlocked.Exchange(ref _changed, new CancellationTokenSource()).CancelAsync();
    }

    /// <summary>Makes the next key when the time has come, and removes those that nothing is signed with any more.</summary>
    internal async Task RotateAsync()
    {
        var known = _state.Keys.Select(key => ScimTime.Of(key.SignsFrom)).ToList();
        var now = ScimTime.Of(_timeProvider.GetUtcNow());
        if (!IsNextDue(known, now) && CountNeeded(known, now) == known.Count)
            return;
        var epoch = await _database.WriteAsync(async session =>
        {
            // Looked at again under a lock, by the database's clock: of two nodes that find it due one makes the key.
            await AccessEpoch.LockAsync(session);
            var (unchanged, stored) = await ReadAsync(session);
            var times = stored.Select(key => key.SignsFrom).ToList();
            var old = stored.Skip(CountNeeded(times, session.Now)).ToList();
            var isNextDue = IsNextDue(times, session.Now);
            if (old.Count == 0 && !isNextDue)
                return unchanged;
            foreach (var key in old)
                await session.ExecuteAsync("delete from signing_keys where kid = $1", key.Kid);
            if (isNextDue)
                await AddAsync(session, _protector, session.Now + (long)PublishedAhead.TotalMicroseconds);
            await AccessEpoch.KeysChangedAsync(session);
            return unchanged + 1;
        });
        await FollowAsync(epoch);
    }

    // Newest first, in microseconds.
    private static bool IsNextDue(List<long> signFrom, long now) =>
        signFrom.Count == 0 || now >= signFrom[0] + (long)(SigningPeriod - PublishedAhead).TotalMicroseconds;

    // A key is needed until its successor has signed for so long that nothing of its own is alive.
    private static int CountNeeded(List<long> signFrom, long now)
    {
        var longAgo = signFrom.FindIndex(from => now >= from + (long)KeptAfterwards.TotalMicroseconds);
        return longAgo < 0 ? signFrom.Count : longAgo + 1;
    }

    private static async ValueTask<(long Epoch, List<StoredKey> Keys)> ReadAsync(Session session) => (
        (await AccessEpoch.ReadAsync(session)).Keys,
        await session.ListAsync(
            "select kid, private_key, coalesce(signs_from, created) from signing_keys order by coalesce(signs_from, created) desc, kid",
            row => new StoredKey(row.GetString(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2))));

    private static async ValueTask<(long Epoch, List<StoredKey> Keys)> AddFirstAsync(WriteSession session, SecretProtector protector)
    {
        await AccessEpoch.LockAsync(session);
        var found = await ReadAsync(session);
        if (found.Keys.Count > 0)
            return found;
        // Nobody has asked for the keys yet, so this one need not wait.
        await AddAsync(session, protector, session.Now);
        await AccessEpoch.KeysChangedAsync(session);
        return await ReadAsync(session);
    }

    private static async ValueTask AddAsync(WriteSession session, SecretProtector protector, long signsFrom)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var kid = Convert.ToHexStringLower(Secrets.Random(8));
        var privateKey = key.ExportPkcs8PrivateKey();
        await session.ExecuteAsync("insert into signing_keys (kid, private_key, created, signs_from) values ($1, $2, $3, $4)",
            kid, protector.Protect(privateKey, Purpose(kid)), session.Now, signsFrom);
        CryptographicOperations.ZeroMemory(privateKey);
    }

    /// <summary>What a private key is encrypted for.</summary>
    internal static string Purpose(string kid) => $"signing-key:{kid}";

    private static State ToState(long epoch, List<StoredKey> stored, SecretProtector protector)
    {
        var keys = stored.Select(row => (ToKey(row.Kid, protector.Unprotect(row.PrivateKey, Purpose(row.Kid))), ScimTime.ToTime(row.SignsFrom))).ToList();
        return new State(epoch, keys, [.. keys.Select(key => key.Item1)]);
    }

    private static ECDsaSecurityKey ToKey(string kid, byte[] privateKey)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        CryptographicOperations.ZeroMemory(privateKey);
        return new ECDsaSecurityKey(key) { KeyId = kid };
    }
}
