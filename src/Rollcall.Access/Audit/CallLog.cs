using System.Collections.Concurrent;
using System.Data.Common;
using Rollcall.Data;

namespace Rollcall.Access.Audit;

/// <summary>One call of an integration's endpoints, for the page that shows what a platform does.</summary>
/// <param name="At">When it came, in microseconds since 1970 in UTC.</param>
/// <param name="RequestId">The request's id, as its answer has it.</param>
/// <param name="Client">The client, or null where none was authenticated.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path.</param>
/// <param name="Query">The query with its question mark; null where there is none, and when read back, as it stands in the path then.</param>
/// <param name="Status">The status that was answered.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Error">The detail of the error that was answered, without what it repeats of the request; or null.</param>
internal sealed record LoggedCall(
    long At, string RequestId, string? Client, string Method, string Path, string? Query, int Status, TimeSpan Duration, string? Error);

/// <summary>
/// The last calls of each integration. They are kept in memory as they come and written now and then, so that a thousand
/// calls a second cost the database no more than the thousand that are kept.
/// </summary>
internal sealed class CallLog
{
    /// <summary>How many calls of an integration are kept.</summary>
    public const int Kept = 1_000;

    private readonly ConcurrentDictionary<long, Ring> _rings = [];
    private int _unwritten;

    /// <summary>Whether there are calls that have not been written.</summary>
    public bool IsWritten => Volatile.Read(ref _unwritten) == 0;

    /// <summary>Keeps a call.</summary>
    public void Add(long integrationId, LoggedCall call)
    {
        _rings.GetOrAdd(integrationId, static _ => new Ring()).Add(call);
        if (Volatile.Read(ref _unwritten) == 0)
            Volatile.Write(ref _unwritten, 1);
    }

    /// <summary>Takes what has not been written: what comes back is the caller's to write.</summary>
    public List<(long IntegrationId, List<LoggedCall> Calls)> Take()
    {
        Volatile.Write(ref _unwritten, 0);
        return [.. _rings.Select(ring => (ring.Key, ring.Value.Take())).Where(taken => taken.Item2.Count > 0)];
    }

    /// <summary>Writes calls of an integration over its oldest ones.</summary>
    public static async ValueTask WriteAsync(WriteSession session, long integrationId, IReadOnlyList<LoggedCall> calls)
    {
        // One that has been deleted since has no calls any more.
        var number = await session.FirstAsync<long?>(
            "select coalesce((select max(number) from calls where integration_id = i.id), 0) from integrations i where i.id = $1", row => row.GetInt64(0), integrationId);
        if (number is null)
            return;
        foreach (var call in calls)
        {
            number++;
            await session.ExecuteAsync(
                """
                insert into calls (integration_id, slot, number, at, request_id, client, method, path, status, duration, error)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                on conflict (integration_id, slot) do update set number = excluded.number, at = excluded.at, request_id = excluded.request_id,
                  client = excluded.client, method = excluded.method, path = excluded.path, status = excluded.status, duration = excluded.duration,
                  error = excluded.error
                """,
                integrationId, number % Kept, number, call.At, call.RequestId, call.Client, call.Method, PublicText.Path(call.Path, call.Query),
                call.Status, (long)call.Duration.TotalMicroseconds, call.Error);
        }
    }

    /// <summary>A page of an integration's calls, newest first, each with its number.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="integrationId">Whose.</param>
    /// <param name="before">Only those with a lower number; null for all.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<(long Number, LoggedCall Call)>> PageAsync(Session session, long integrationId, long? before, int count) =>
        session.ListAsync(
            """
            select number, at, request_id, client, method, path, status, duration, error from calls
            where integration_id = $1 and number < $2 order by number desc limit $3
            """,
            Map, integrationId, before ?? long.MaxValue, count);

    private static (long, LoggedCall) Map(DbDataReader row) => (
        row.GetInt64(0),
        new LoggedCall(
            row.GetInt64(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4), row.GetString(5), null, row.GetInt32(6),
            TimeSpan.FromMicroseconds(row.GetInt64(7)), row.IsDBNull(8) ? null : row.GetString(8)));

    private sealed class Ring
    {
        private readonly Lock _lock = new();
        private readonly LoggedCall[] _calls = new LoggedCall[Kept];
        private long _next;
        private long _taken;

        public void Add(LoggedCall call)
        {
            lock (_lock)
                _calls[_next++ % Kept] = call;
        }

        public List<LoggedCall> Take()
        {
            lock (_lock)
            {
                var taken = new List<LoggedCall>();
                for (var number = Math.Max(_taken, _next - Kept); number < _next; number++)
                    taken.Add(_calls[number % Kept]);
                _taken = _next;
                return taken;
            }
        }
    }
}
