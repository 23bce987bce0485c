using System.Diagnostics.Metrics;

namespace Rollcall.Data.Sqlite;

/// <summary>How an SQLite file is opened.</summary>
public sealed record SqliteOptions
{
    /// <summary>The database file; made if it is not there. Its folder must exist.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// The most writes that share one commit, 1 or more. 1 commits each by itself: slower with many clients, for
    /// measuring what sharing gains.
    /// </summary>
    public int GroupCommit { get; init; } = 256;

    /// <summary>The clock that commits are stamped with.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// Whether a write is in the database, by what it is recognised by. Asked after a COMMIT that failed, on a new
    /// connection.
    /// </summary>
    public required Func<Session, WriteKey, ValueTask<bool>> IsCommitted { get; init; }

    /// <summary>Makes the meter that the database is measured by; null for one of its own. See <see cref="Telemetry"/>.</summary>
    public IMeterFactory? Meters { get; init; }

    /// <summary>Called when the file has failed so often in a row that only a restart can help. The store takes no more writes.</summary>
    public Action<Exception>? OnFatal { get; init; }
}
