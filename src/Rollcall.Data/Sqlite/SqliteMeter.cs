using System.Diagnostics.Metrics;

namespace Rollcall.Data.Sqlite;

/// <summary>Measures one embedded database.</summary>
internal sealed class SqliteMeter : IDisposable
{
    private readonly Meter? _own;
    private readonly Histogram<int> _writes;
    private readonly Histogram<double> _duration;

    public SqliteMeter(SqliteOptions options, Func<int> queueLength)
    {
        var meter = options.Meters?.Create(new MeterOptions(Telemetry.MeterName))
            ?? (_own = new Meter(new MeterOptions(Telemetry.MeterName) { Scope = this }));
        _writes = meter.CreateHistogram(Telemetry.CommitWrites, "{write}", "Writes that shared a commit.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        _duration = meter.CreateHistogram<double>(Telemetry.CommitDuration, "s", "Time that COMMIT took.");
        meter.CreateObservableGauge(Telemetry.WriterQueue, queueLength, "{write}", "Writes that wait for the writer.");
        meter.CreateObservableGauge(Telemetry.FileSize, () => LengthOf(options.Path), "By", "Size of the database file.");
        meter.CreateObservableGauge(Telemetry.LogSize, () => LengthOf(options.Path + "-wal"), "By", "Size of the write-ahead log.");
    }

    /// <summary>Counts a commit.</summary>
    /// <param name="writes">How many writes it carried, 1 or more.</param>
    /// <param name="duration">How long COMMIT took.</param>
    public void Committed(int writes, TimeSpan duration)
    {
        _writes.Record(writes);
        _duration.Record(duration.TotalSeconds);
    }

    /// <summary>Ends a meter of its own; others end with the factory that made them.</summary>
    public void Dispose() => _own?.Dispose();

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
