using System.Globalization;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>A server that has everything to do at once for some minutes: whether anything fails, and whether its memory goes on growing.</summary>
internal static class Mixed
{
    private const int Clients = 32;
    private const int Minutes = 3;
    private const double GrowthBar = 0.10;
    private const double Megabyte = 1024 * 1024;

    // Memory moves up and down with collections: the end of a minute is looked at so often.
    private const int Looks = 20;

    public static Figure Figure { get; } = new(
        "mixed", "32 clients that read, filter, page, patch, put, create and delete for 3 minutes: errors, growth of resident memory from the first minute to the third",
        "0, ≤ 10 %", MeasureAsync);

    private static async Task<Outcome> MeasureAsync(BenchRun run)
    {
        await using var server = await run.StartServerAsync();
        var minute = run.Options.IsQuick ? TimeSpan.FromSeconds(2) : TimeSpan.FromMinutes(1);
        var clients = Enumerable.Range(0, Clients).Select(number => new MixedClient(server, number)).ToList();
        using var stop = new CancellationTokenSource();
        var running = Task.WhenAll(clients.Select(client => client.RunAsync(stop.Token)));
        var residents = new List<double>();
        for (var i = 0; i < Minutes; i++)
            residents.Add(await ResidentAtEndAsync(server, minute));
        await stop.CancelAsync();
        await running;

        var errors = clients.Sum(client => client.Errors.Count);
        var growth = (residents[^1] / residents[0]) - 1;
        var rate = clients.Sum(client => client.Answers) / (Minutes * minute.TotalSeconds);
        foreach (var error in clients.SelectMany(client => client.Errors.First).Take(5))
            await Console.Error.WriteLineAsync($"  {error}");
        clients.ForEach(client => client.Dispose());
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{errors:N0} of {clients.Sum(client => client.Answers):N0}, {growth:+0.0 %;-0.0 %;0 %} ({residents[0]:0} to {residents[^1]:0} MB; {rate:N0} a second)"),
            errors == 0 && growth <= GrowthBar,
            new Dictionary<string, Series> { ["errors"] = new([errors]), ["residentMegabytes"] = new(residents), ["requestsPerSecond"] = new([rate]) });
    }

    // The median of what is seen in the last third of a minute.
    private static async Task<double> ResidentAtEndAsync(RollcallServer server, TimeSpan minute)
    {
        await Task.Delay(minute * 2 / 3, TimeProvider.System);
        var seen = new List<double>();
        for (var look = 0; look < Looks; look++)
        {
            await Task.Delay(minute / 3 / Looks, TimeProvider.System);
            seen.Add(server.Process.ResidentBytes / Megabyte);
        }
        return new Series(seen).Median;
    }
}
