using System.Collections.Frozen;
using Rollcall.Access.OAuth;
using Rollcall.Data;

namespace Rollcall.Access.Integrations;

/// <summary>
/// The integrations as every request sees them: kept in memory, and compared with the <see cref="AccessEpoch"/> of the
/// database, so that a disabled client or a revoked token ends access within <see cref="LongestTrust"/> on every node,
/// and with the next request on the node that was told.
/// </summary>
/// <param name="database">Where the integrations are.</param>
/// <param name="timeProvider">Its monotonic clock says how long ago the database was asked.</param>
public sealed class IntegrationDirectory(Database database, TimeProvider timeProvider)
{
    /// <summary>For how long what was read is relied on without asking the database again.</summary>
    public static readonly TimeSpan LongestTrust = TimeSpan.FromSeconds(1);

    private readonly Lock _publishing = new();
    private long _readAt;
    private volatile Snapshot _current = new(
        0, default, FrozenDictionary<string, Integration>.Empty, FrozenDictionary<string, Integration>.Empty, FrozenDictionary<long, Integration>.Empty);

    /// <summary>The integrations at one moment.</summary>
    public sealed class Snapshot
    {
        internal Snapshot(
            long epoch, AccessEpoch stored, FrozenDictionary<string, Integration> byName, FrozenDictionary<string, Integration> byClientId,
            FrozenDictionary<long, Integration> byId)
        {
            (Epoch, Stored, ByName, ByClientId, ById) = (epoch, stored, byName, byClientId, byId);
        }

        /// <summary>Grows with every change, also a revoked token; what was concluded at another epoch must be concluded anew.</summary>
        public long Epoch { get; }

        /// <summary>By name.</summary>
        public FrozenDictionary<string, Integration> ByName { get; }

        /// <summary>By OAuth client.</summary>
        public FrozenDictionary<string, Integration> ByClientId { get; }

        /// <summary>By internal id.</summary>
        public FrozenDictionary<long, Integration> ById { get; }

        /// <summary>What the database said.</summary>
        internal AccessEpoch Stored { get; }

        /// <summary>The name of an integration; null where there is none of that id.</summary>
        public string? NameOf(long id) => ById.GetValueOrDefault(id)?.Name;
    }

    /// <summary>The integrations as they were seen last.</summary>
    public Snapshot Current => _current;

    /// <summary>The integrations, if the database confirmed them within <see cref="LongestTrust"/>; null if it has to be asked.</summary>
    public Snapshot? Confirmed
    {
        get
        {
            // In this order: what is current is at least as new as what was confirmed then.
            var readAt = Volatile.Read(ref _readAt);
            var current = _current;
            return current.Epoch > 0 && timeProvider.GetElapsedTime(readAt) < LongestTrust ? current : null;
        }
    }

    /// <summary>The integrations, confirmed by the database within <see cref="LongestTrust"/>; it is asked if need be.</summary>
    /// <exception cref="DatabaseUnavailableException">It can't be asked.</exception>
    public ValueTask<Snapshot> ConfirmAsync() => Confirmed is { } current ? new ValueTask<Snapshot>(current) : new ValueTask<Snapshot>(ReloadAsync());

    /// <summary>Reads anew what changed. Called at start, in short intervals, and after every change before it is acknowledged.</summary>
    /// <returns>The integrations; not older than the call.</returns>
    /// <exception cref="DatabaseUnavailableException">The database can't be asked.</exception>
    public async Task<Snapshot> ReloadAsync()
    {
        var askedAt = timeProvider.GetTimestamp();
        var known = _current;
        var (stored, all) = await database.ReadAsync(async session =>
        {
            var epoch = await AccessEpoch.ReadAsync(session);
            return (epoch, epoch.Integrations == known.Stored.Integrations ? null : await IntegrationStore.AllAsync(session));
        });
        lock (_publishing)
        {
            // An older picture must not replace a newer one: whoever read later may have been quicker.
            if (IsNewer(stored, _current.Stored))
                _current = all is null ? Next(stored, _current) : Next(stored, all);
            if (askedAt > _readAt)
                Volatile.Write(ref _readAt, askedAt);
            return _current;
        }
    }

    private static bool IsNewer(AccessEpoch stored, AccessEpoch current) =>
        stored.Integrations > current.Integrations || stored.Tokens > current.Tokens || stored.Keys > current.Keys;

    private Snapshot Next(AccessEpoch stored, Snapshot same) => new(_current.Epoch + 1, stored, same.ByName, same.ByClientId, same.ById);

    private Snapshot Next(AccessEpoch stored, List<Integration> all) => new(
        _current.Epoch + 1, stored,
        all.ToFrozenDictionary(integration => integration.Name, StringComparer.OrdinalIgnoreCase),
        all.ToFrozenDictionary(integration => integration.ClientId, StringComparer.Ordinal),
        all.ToFrozenDictionary(integration => integration.Id));
}
