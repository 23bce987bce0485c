using System.Collections.Concurrent;
using System.Text.Json;
using Rollcall.Access.Lists;
using Rollcall.Web.Api;

namespace Rollcall.Access.Evaluation;

/// <summary>
/// Definitions of lists as they were read before. What a list was from some time on never changes, so it is kept under that
/// time, for as long as there is room.
/// </summary>
internal sealed class Definitions
{
    private const int Most = 5_000;

    private readonly ConcurrentDictionary<(long ListId, long From), ListDefinition> _kept = new();
    private int _count; // The dictionary's own count takes all of its locks.

    /// <summary>The definition of a list from some time on, or null where it has to be read.</summary>
    public ListDefinition? Find(long listId, long from) => _kept.GetValueOrDefault((listId, from));

    /// <summary>Reads a definition from its JSON and keeps it.</summary>
    public ListDefinition Add(long listId, long from, string json)
    {
        var definition = JsonSerializer.Deserialize<ListDefinition>(json, ApiJson.Options)!;
        if (Interlocked.Increment(ref _count) > Most)
        {
            _kept.Clear();
            Interlocked.Exchange(ref _count, 1);
        }
        _kept[(listId, from)] = definition;
        return definition;
    }
}
