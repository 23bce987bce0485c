using System.Diagnostics;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>How soon a server is back.</summary>
internal static class Start
{
    private const int Starts = 5;
    private const double SecondsBar = 1.5;

    public static Figure Figure { get; } = new(
        "start", "From the start of the process, on a database of 100,000 users that was used before, until /health/ready answers 200: seconds", "≤ 1.5", MeasureAsync);

    private static async Task<Outcome> MeasureAsync(BenchRun run)
    {
        var folder = await run.CopyDatasetAsync();
        await OnceAsync(run, folder); // The first start makes keys.
        var seconds = new List<double>();
        for (var i = 0; i < Starts; i++)
            seconds.Add((await OnceAsync(run, folder)).TotalSeconds);
        var series = new Series(seconds);
        return new Outcome(series.Show(), series.Median <= SecondsBar, new Dictionary<string, Series> { ["seconds"] = series });
    }

    private static async Task<TimeSpan> OnceAsync(BenchRun run, string folder)
    {
        using var client = new HttpClient();
        var start = Stopwatch.GetTimestamp();
        await using var server = await RollcallServer.StartProcessAsync([run.Options.Server], folder, []);
        using var response = await client.GetAsync(new Uri(server.Url, "/health/ready"));
        response.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(start);
    }
}
