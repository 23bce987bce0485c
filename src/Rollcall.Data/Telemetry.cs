namespace Rollcall.Data;

/// <summary>The names of what databases tell of themselves, for whoever listens (<see cref="System.Diagnostics.Metrics"/>).</summary>
public static class Telemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Rollcall.Data";

    /// <summary>A histogram: how many writes each commit carried. Its count is that of commits, its sum that of writes.</summary>
    public const string CommitWrites = "rollcall.data.commit.writes";

    /// <summary>A histogram: the seconds that COMMIT took, which is mostly the disk's time.</summary>
    public const string CommitDuration = "rollcall.data.commit.duration";

    /// <summary>A gauge: the writes that wait for the writer.</summary>
    public const string WriterQueue = "rollcall.data.writer.queue";

    /// <summary>A gauge: bytes of the embedded database's file.</summary>
    public const string FileSize = "rollcall.data.file.size";

    /// <summary>A gauge: bytes of the embedded database's write-ahead log.</summary>
    public const string LogSize = "rollcall.data.log.size";
}
