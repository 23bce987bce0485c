using System.Collections.Frozen;
using Rollcall.Data;

namespace Rollcall.Access.Integrations;

/// <summary>
/// The integrations as every request sees them: kept in memory and read anew after each change to them, so that a
/// disabled client or a revoked token ends access with the next request.
/// </summary>
public sealed class IntegrationDirectory(Database database)
{
    private readonly Lock _publishing = new();
    private long _turns;
    private long _published;
    private volatile Snapshot _current = new(0, FrozenDictionary<string, Integration>.Empty, FrozenDictionary<string, Integration>.Empty);

    /// <summary>The integrations at one moment.</summary>
    /// <param name="Epoch">Grows with every change; what was concluded at another epoch must be concluded anew.</param>
    /// <param name="ByName">By name.</param>
    /// <param name="ByClientId">By OAuth client.</param>
    public sealed record Snapshot(long Epoch, FrozenDictionary<string, Integration> ByName, FrozenDictionary<string, Integration> ByClientId)
    {
        /// <summary>The name of an integration; null where there is none of that id.</summary>
        public string? NameOf(long id) => ByName.Values.FirstOrDefault(integration => integration.Id == id)?.Name;
    }

    /// <summary>The integrations now.</summary>
    public Snapshot Current => _current;

    /// <summary>Reads the integrations anew. Called at start, and after every change before it is acknowledged.</summary>
    public async Task ReloadAsync()
    {
        var turn = Interlocked.Increment(ref _turns);
        var all = await database.ReadAsync(IntegrationStore.AllAsync);
        lock (_publishing)
        {
            // Whoever began later has seen what we have seen: an older picture must not replace a newer one.
            if (turn < _published)
                return;
            _published = turn;
            _current = new Snapshot(
                _current.Epoch + 1,
                all.ToFrozenDictionary(integration => integration.Name, StringComparer.OrdinalIgnoreCase),
                all.ToFrozenDictionary(integration => integration.ClientId, StringComparer.Ordinal));
        }
    }
}
