namespace Rollcall.Data;

/// <summary>
/// The database can't do it now: locked for too long, out of space, unreachable. Nothing of the write was applied, unless
/// <see cref="IsOutcomeUnknown"/>. The web border answers 503 with <c>Retry-After</c>; the message is for the log, not for
/// callers.
/// </summary>
public sealed class DatabaseUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the storage itself failed (an I/O error), rather than being busy or full, which passes.</summary>
    public bool IsStorageFault { get; init; }

    /// <summary>Whether the commit failed and nobody could be asked what became of it: the write may have been applied.</summary>
    public bool IsOutcomeUnknown { get; init; }
}

/// <summary>A unique index refused a row. The one place that knows the indexes turns the name into a fault of the protocol.</summary>
/// <param name="indexName">The name of the index, the same in every database.</param>
/// <param name="inner">The driver's exception.</param>
public sealed class UniqueViolationException(string indexName, Exception inner) : Exception($"Unique index {indexName} refused a row.", inner)
{
    /// <summary>The name of the index as the migration gave it.</summary>
    public string IndexName { get; } = indexName;
}

/// <summary>A read ran past its time limit and was stopped.</summary>
public sealed class QueryTooExpensiveException(Exception inner) : Exception("A query ran past its time limit.", inner);
