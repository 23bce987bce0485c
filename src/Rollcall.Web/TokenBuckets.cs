using System.Collections.Concurrent;

namespace Rollcall.Web;

/// <summary>
/// Counts what many parties do, each against an allowance of its own: so much at once, and from then on so much a second.
/// For each party that did anything lately one number is kept, the time at which its allowance is whole again; whose is
/// whole is forgotten, so that memory is bounded.
/// </summary>
/// <typeparam name="TKey">What tells the parties apart.</typeparam>
/// <param name="timeProvider">The monotonic clock.</param>
/// <param name="capacity">How many parties are kept at most. Beyond it all begin anew: too lenient for once, never too strict.</param>
public sealed class TokenBuckets<TKey>(TimeProvider timeProvider, int capacity = 10_000)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, long> _wholeAgain = [];

    /// <summary>How many parties are kept.</summary>
    public int Count => _wholeAgain.Count;

    /// <summary>Takes one from a party's allowance.</summary>
    /// <param name="key">The party.</param>
    /// <param name="burst">How many may be taken at once, 1 or more.</param>
    /// <param name="interval">In what time one is given back, more than 0.</param>
    /// <returns>Zero if it was taken; else how long it is until the next one can be.</returns>
    public TimeSpan Take(TKey key, int burst, TimeSpan interval)
    {
        var step = Math.Max(1, Ticks(interval));
        while (true)
        {
            var now = timeProvider.GetTimestamp();
            var isKept = _wholeAgain.TryGetValue(key, out var kept);
            var wholeAgain = Math.Max(kept, now);
            var wait = wholeAgain + step - now - (burst * step);
            if (wait > 0)
                return timeProvider.GetElapsedTime(0, wait);
            if (isKept ? _wholeAgain.TryUpdate(key, wholeAgain + step, kept) : TryAdd(key, wholeAgain + step, now))
                return TimeSpan.Zero;
        }
    }

    private bool TryAdd(TKey key, long wholeAgain, long now)
    {
        if (_wholeAgain.Count >= capacity)
            Forget(now);
        return _wholeAgain.TryAdd(key, wholeAgain);
    }

    private void Forget(long now)
    {
        foreach (var (key, wholeAgain) in _wholeAgain)
        {
            if (wholeAgain <= now)
                _wholeAgain.TryRemove(KeyValuePair.Create(key, wholeAgain));
        }
        if (_wholeAgain.Count >= capacity)
            _wholeAgain.Clear();
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * timeProvider.TimestampFrequency);
}
