using System.Globalization;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Figures;

/// <summary>What reading a Group with very many members takes.</summary>
internal static class LargeGroup
{
    private const double SecondsBar = 2;
    private const double MemoryBar = 3;
    private const double Megabyte = 1024 * 1024;

    public static Figure Figure { get; } = new(
        "large-group", "GET of a Group of 100,000: seconds, and by how much the server's memory grows at most, over the size of the body", "≤ 2 and ≤ 3", MeasureAsync);

    private static async Task<Outcome> MeasureAsync(BenchRun run)
    {
        await using var server = await run.StartServerAsync();
        using var connection = server.Connect();
        // What is compiled and kept at the first request of its kind is not the large Group's.
        for (var i = 0; i < 100; i++)
            Ask("ten-0");
        List<double> seconds = [], growths = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            server.Process.ForgetPeak();
            var before = server.Process.ResidentBytes;
            seconds.Add(Ask("large-0").TotalSeconds);
            growths.Add((double)(server.Process.PeakResidentBytes - before) / connection.Body.Length);
        }
        var (time, growth) = (new Series(seconds), new Series(growths));
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{time.Show()} s; {growth.Most:0.00} times the {connection.Body.Length / Megabyte:0.0} MB"),
            time.Median <= SecondsBar && growth.Most <= MemoryBar,
            new Dictionary<string, Series> { ["seconds"] = time, ["growth"] = growth });

        TimeSpan Ask(string list)
        {
            var took = connection.Exchange(server.Requests.Get($"/Groups/{server.Dataset.Groups[list]}"));
            LoadGenerator.Expect(200)(connection);
            return took;
        }
    }
}
