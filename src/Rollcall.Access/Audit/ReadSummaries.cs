using System.Collections.Concurrent;

namespace Rollcall.Access.Audit;

/// <summary>
/// Counts what is not worth a row each: one row for each client, route, status and minute. A row is written when its minute
/// is over, or earlier if somebody looks, and then again with the final number.
/// </summary>
internal sealed class ReadSummaries
{
    // As many rows as there are clients, routes and statuses; this is far more than a minute can need.
    private const int MaxOpen = 10_000;

    private const long Minute = 60_000_000;

    private readonly ConcurrentDictionary<Key, Counter> _open = [];
    private readonly ConcurrentQueue<Counter> _closed = [];

    /// <summary>What is counted together.</summary>
    /// <param name="IntegrationId">Whose endpoint.</param>
    /// <param name="Client">The client; null for an administrator, and for who is not known.</param>
    /// <param name="Route">What is asked for.</param>
    /// <param name="Status">What is answered.</param>
    /// <param name="Minute">When, in minutes since 1970.</param>
    public readonly record struct Key(long IntegrationId, string? Client, AuditRoute Route, int Status, long Minute)
    {
        /// <summary>The key of a request.</summary>
        /// <param name="integrationId">Whose endpoint.</param>
        /// <param name="client">The client.</param>
        /// <param name="route">What is asked for.</param>
        /// <param name="status">What is answered.</param>
        /// <param name="at">When it came, in microseconds since 1970.</param>
        public static Key Of(long integrationId, string? client, AuditRoute route, int status, long at) =>
            new(integrationId, client, route, status, at / ReadSummaries.Minute);
    }

    /// <summary>Whether there is anything that has not been written.</summary>
    public bool IsEmpty => _open.IsEmpty && _closed.IsEmpty;

    /// <summary>Counts one request.</summary>
    /// <param name="key">What it is counted with.</param>
    /// <param name="single">How many of the first are rows of their own and not summed up.</param>
    /// <param name="state">What <paramref name="first"/> is given.</param>
    /// <param name="first">Makes the row, from the first request.</param>
    /// <returns>The number of the request among its like, from 1; 0 if there are too many different ones to count.</returns>
    public int Count<T>(Key key, int single, T state, Func<T, RecordedRow> first)
    {
        while (true)
        {
            if (!_open.TryGetValue(key, out var counter))
            {
                if (_open.Count >= MaxOpen)
                    return 0;
                counter = _open.GetOrAdd(key, new Counter(first(state), single));
            }
            // Closed between the two: its minute is over, and this request opens it once more.
            if (counter.Next() is > 0 and var number)
                return number;
            _open.TryRemove(KeyValuePair.Create(key, counter));
        }
    }

    /// <summary>The rows that are to be written.</summary>
    /// <param name="now">The time, in microseconds since 1970.</param>
    /// <param name="all">Whether minutes that are not over count as well.</param>
    public List<RecordedRow> Take(long now, bool all)
    {
        var rows = new List<RecordedRow>();
        foreach (var (key, counter) in _open)
        {
            if (key.Minute < now / Minute)
            {
                _open.TryRemove(KeyValuePair.Create(key, counter));
                counter.Close();
                _closed.Enqueue(counter);
            }
            else if (all && counter.Row is { } row)
            {
                rows.Add(row);
            }
        }
        while (_closed.TryDequeue(out var counter))
        {
            if (counter.Row is { } row)
                rows.Add(row);
        }
        return rows;
    }

    private sealed class Counter(RecordedRow first, int single)
    {
        private int _next;
        private int _final;

        /// <summary>Counts one more; 0 or less once it is closed.</summary>
        public int Next() => Interlocked.Increment(ref _next);

        /// <summary>Counts no more.</summary>
        public void Close() => _final = Interlocked.Exchange(ref _next, int.MinValue);

        /// <summary>The row as it is now; null as long as all are rows of their own.</summary>
        public RecordedRow? Row
        {
            get
            {
                var number = Volatile.Read(ref _next);
                var count = (number < 0 ? _final : number) - single;
                return count > 0 ? first with { Count = count } : null;
            }
        }
    }
}
