namespace Rollcall.Data;

/// <summary>
/// A database: reads in a snapshot, writes as closures over a transaction. A closure may be run again, so it has no
/// side effect outside its session.
/// </summary>
public abstract class Database : IAsyncDisposable
{
    /// <summary>The words in which this database differs from others.</summary>
    public abstract Dialect Dialect { get; }

    /// <summary>
    /// Whether writes run in the order in which <see cref="WriteAsync"/> was called, so that a caller may hand over the next
    /// one before the last is on disk. Each still succeeds or fails by itself.
    /// </summary>
    public abstract bool KeepsOrderOfWrites { get; }

    /// <summary>Runs reads that all see one moment, and nothing half-written.</summary>
    /// <param name="read">The reads. What they return must not hold on to the session.</param>
    /// <param name="limit">After this time the running statement is stopped.</param>
    /// <exception cref="QueryTooExpensiveException">The limit was reached.</exception>
    /// <exception cref="DatabaseUnavailableException">The database is busy or away.</exception>
    public abstract ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, TimeSpan? limit = null);

    /// <summary>Runs a read of one statement, which sees one moment by itself: cheaper than <see cref="ReadAsync"/>.</summary>
    /// <param name="read">The read. What it returns must not hold on to the session.</param>
    /// <exception cref="DatabaseUnavailableException">The database is busy or away.</exception>
    /// <exception cref="System.Diagnostics.UnreachableException">The read has more than one statement.</exception>
    public abstract ValueTask<T> ReadOneAsync<T>(Func<Session, ValueTask<T>> read);

    /// <summary>Runs a write; when the task completes, it is on disk. If the closure throws, nothing of it is.</summary>
    /// <param name="write">The closure. It waits for nothing but its session.</param>
    /// <param name="key">What the write is recognised by; null for writes that may safely be answered as failed.</param>
    /// <exception cref="UniqueViolationException">A unique index refused a row.</exception>
    /// <exception cref="DatabaseUnavailableException">
    /// The database is busy, full or away; nothing was applied, unless <see cref="DatabaseUnavailableException.IsOutcomeUnknown"/>.
    /// </exception>
    public abstract Task<T> WriteAsync<T>(Func<WriteSession, ValueTask<T>> write, WriteKey? key = null);

    /// <summary>Writes what was accepted, then closes. Reads and writes that come later fail as the database being away.</summary>
    public abstract ValueTask DisposeAsync();
}
