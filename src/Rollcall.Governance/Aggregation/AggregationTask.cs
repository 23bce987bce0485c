using Rollcall.Governance.Audit;

namespace Rollcall.Governance.Aggregation;

/// <summary>What a task does.</summary>
public enum TaskKind
{
    /// <summary>Reads the Groups of an application into the catalog.</summary>
    AggregateGroups,
    /// <summary>Reads the Users of an application, and which Groups they are in.</summary>
    AggregateAccounts,
}

/// <summary>How far a task has come.</summary>
public enum TaskState
{
    /// <summary>It waits for its turn: one task of a kind runs at a time for an application.</summary>
    Queued,
    /// <summary>It runs, or was interrupted and goes on where it was.</summary>
    Running,
    /// <summary>It read everything; <see cref="AggregationTask.Problems"/> may have something to say nevertheless.</summary>
    Completed,
    /// <summary>It could not go on, for the reason told. What it wrote until then stays; nothing was marked as gone.</summary>
    Failed,
    /// <summary>So much is gone that it asks first. Nothing was marked as gone; run it again with leave to do so.</summary>
    Asks,
    /// <summary>Somebody stopped it.</summary>
    Cancelled,
}

/// <summary>One run of an aggregation.</summary>
public sealed record AggregationTask
{
    /// <summary>The id.</summary>
    public required long Id { get; init; }

    /// <summary>What it does.</summary>
    public required TaskKind Kind { get; init; }

    /// <summary>For which application.</summary>
    public required long ApplicationId { get; init; }

    /// <summary>The application's name.</summary>
    public required string ApplicationName { get; init; }

    /// <summary>How far it has come.</summary>
    public required TaskState State { get; init; }

    /// <summary>Whether it may mark more as gone than the application's limit.</summary>
    public required bool Accept { get; init; }

    /// <summary>How many resources the server says there are; null while it has not said.</summary>
    public long? Expected { get; init; }

    /// <summary>What it has counted so far.</summary>
    public required TaskCounts Counts { get; init; }

    /// <summary>What was found that somebody should see to.</summary>
    public required IReadOnlyList<TaskProblem> Problems { get; init; }

    /// <summary>Where it goes on; null before it has begun.</summary>
    public TaskPosition? Position { get; init; }

    /// <summary>What there is to say of its state, or null.</summary>
    public string? Message { get; init; }

    /// <summary>Who asked for it.</summary>
    public required Actor Actor { get; init; }

    /// <summary>The schedule that began it, or null.</summary>
    public long? ScheduleId { get; init; }

    /// <summary>When it was asked for, in microseconds since 1970 in UTC.</summary>
    public required long Created { get; init; }

    /// <summary>When it began; null before.</summary>
    public long? Started { get; init; }

    /// <summary>When it ended; null before.</summary>
    public long? Finished { get; init; }
}

/// <summary>What a run has counted. Each resource counts once, however often the server shows it.</summary>
/// <param name="Read">Resources read.</param>
/// <param name="Created">Those that were new.</param>
/// <param name="Updated">Those that had changed, or had been gone.</param>
/// <param name="Unchanged">Those that were as before.</param>
/// <param name="Removed">Those that are no longer there.</param>
public readonly record struct TaskCounts(long Read, long Created, long Updated, long Unchanged, long Removed);
