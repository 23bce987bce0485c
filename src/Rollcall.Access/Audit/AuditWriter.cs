using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Rollcall.Access.Scim;
using Rollcall.Data;

namespace Rollcall.Access.Audit;

/// <summary>
/// Writes what is recorded of requests, behind their backs: many rows in one transaction, at most a second after they came.
/// What waits is bounded; what does not fit is dropped and counted (<see cref="Telemetry.AuditDropped"/>), since no request
/// waits for its row or fails for the want of it. What was accepted is written when the server stops.
/// </summary>
internal sealed partial class AuditWriter : IAsyncDisposable
{
    /// <summary>How many rows may wait.</summary>
    public const int Capacity = 50_000;

    // So many rows keep the writer for a few milliseconds.
    private const int RowsOfTransaction = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReadersPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CallsPause = TimeSpan.FromSeconds(10);

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<RecordedRow> _rows = [];
    private readonly ReadSummaries _summaries = new();
    private readonly CallLog _calls = new();
    private readonly List<RecordedRow> _batch = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ITimer _timer;
    private Task _running = Task.CompletedTask;
    private int _waiting;
    private int _isArmed;
    private int _isWriting;
    private int _failures;
    private long _dropped;
    private long _droppedTold;
    private long _callsWrittenAt;

    public AuditWriter(Database database, TimeProvider clock, ILogger<AuditWriter> logger)
    {
        _database = database;
        _clock = clock;
        _logger = logger;
        _callsWrittenAt = clock.GetTimestamp();
        _timer = clock.CreateTimer(_ => Start(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many rows were dropped since the start.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Has a row written.</summary>
    public void Add(RecordedRow row)
    {
        if (Interlocked.Increment(ref _waiting) > Capacity)
        {
            Interlocked.Decrement(ref _waiting);
            CountDropped();
            return;
        }
        _rows.Enqueue(row);
        if (Volatile.Read(ref _waiting) >= RowsOfTransaction && Volatile.Read(ref _failures) == 0)
            Start();
        else
            Arm();
    }

    /// <summary>Counts a request that is summed up with others.</summary>
    /// <inheritdoc cref="ReadSummaries.Count"/>
    public int Count<T>(ReadSummaries.Key key, int single, T state, Func<T, RecordedRow> first)
    {
        var number = _summaries.Count(key, single, state, first);
        if (number == 0)
            CountDropped();
        Arm();
        return number;
    }

    /// <summary>Keeps a call of an integration.</summary>
    public void Add(long integrationId, LoggedCall call)
    {
        _calls.Add(integrationId, call);
        Arm();
    }

    /// <summary>Counts a row that can't be written.</summary>
    public void CountDropped() => Interlocked.Increment(ref _dropped);

    /// <summary>Writes what was recorded until now, unfinished minutes included.</summary>
    public async Task FlushAsync()
    {
        await _turn.WaitAsync();
        try
        {
            await WriteAsync(everything: true);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Writes what was recorded until now for somebody who is about to read it. They are not made to wait long: where the
    /// database is slow or away, what was recorded last is missing.
    /// </summary>
    public async Task FlushForReaderAsync()
    {
        try
        {
            await FlushAsync().WaitAsync(ReadersPatience, _clock);
        }
        catch (TimeoutException)
        {
            // It goes on behind their backs.
        }
    }

    /// <summary>Writes what is left. Requests must have ended, and the database must be open.</summary>
    public async ValueTask DisposeAsync()
    {
        // 1. Nothing starts any more, and what runs ends.
        await _timer.DisposeAsync();
        if (Interlocked.Exchange(ref _isWriting, 1) == 1)
            await _running;
        // 2. The rest; what the database does not take now, it never will.
        await FlushAsync();
        for (var lost = _batch.Count + _rows.Count; lost > 0; lost--)
            CountDropped();
        TellDropped();
        _turn.Dispose();
    }

    private void Arm()
    {
        if (Volatile.Read(ref _isArmed) == 0 && Interlocked.Exchange(ref _isArmed, 1) == 0)
            _timer.Change(_failures == 0 ? Pause : TimeSpan.FromSeconds(Math.Min(Math.Pow(2, _failures), LongestPause.TotalSeconds)), Timeout.InfiniteTimeSpan);
    }

    // One at a time; whoever comes while it runs is served by it.
    private void Start()
    {
        if (Interlocked.Exchange(ref _isWriting, 1) == 0)
            _running = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        await _turn.WaitAsync();
        try
        {
            Volatile.Write(ref _isArmed, 0);
            await WriteAsync(everything: false);
            TellDropped();
        }
        finally
        {
            _turn.Release();
            Volatile.Write(ref _isWriting, 0);
        }
        if (!_rows.IsEmpty || _batch.Count > 0 || !_summaries.IsEmpty || !_calls.IsWritten)
            Arm();
    }

    private async Task WriteAsync(bool everything)
    {
        // 1. What each stands for itself, as many as there are now.
        var more = Volatile.Read(ref _waiting);
        do
        {
            while (_batch.Count < RowsOfTransaction && _rows.TryDequeue(out var row))
            {
                Interlocked.Decrement(ref _waiting);
                _batch.Add(row);
            }
            more -= _batch.Count;
            if (!await TryWriteAsync())
                return;
        }
        while (more > 0);

        // 2. What is summed up.
        _batch.AddRange(_summaries.Take(ScimTime.Of(_clock.GetUtcNow()), everything));
        if (!await TryWriteAsync())
            return;

        // 3. The calls, less often: only the last ones are kept anyway.
        if (_calls.IsWritten || (!everything && _clock.GetElapsedTime(_callsWrittenAt) < CallsPause))
            return;
        _callsWrittenAt = _clock.GetTimestamp();
        foreach (var (integrationId, calls) in _calls.Take())
            await TryAsync(session => CallLog.WriteAsync(session, integrationId, calls));
    }

    /// <summary>Writes the batch. False if the database is away: the batch is kept for the next time.</summary>
    private async Task<bool> TryWriteAsync()
    {
        if (_batch.Count == 0)
            return true;
        var rows = RecordedRow.Ready(_batch);
        var isWritten = await TryAsync(session => AuditLog.RecordAsync(session, rows));
        if (isWritten is null)
            return false;
        if (isWritten is false)
        {
            foreach (var _ in _batch)
                CountDropped();
        }
        _batch.Clear();
        return true;
    }

    /// <summary>Runs a write. Null if the database is away, false if it will never take it.</summary>
    private async Task<bool?> TryAsync(Func<WriteSession, ValueTask> write)
    {
        try
        {
            await _database.WriteAsync(async session =>
            {
                await write(session);
                return true;
            });
            _failures = 0;
            return true;
        }
        catch (DatabaseUnavailableException)
        {
            _failures++;
            return null;
        }
        catch (Exception fault)
        {
            Log.Failed(_logger, fault);
            return false;
        }
    }

    private void TellDropped()
    {
        var dropped = Dropped;
        if (dropped == _droppedTold)
            return;
        Log.Dropped(_logger, dropped - _droppedTold);
        _droppedTold = dropped;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Refusals and reads could not be written to the audit log")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "{Rows} refusals and reads are missing in the audit log: too many waited to be written")]
        public static partial void Dropped(ILogger logger, long rows);
    }
}
