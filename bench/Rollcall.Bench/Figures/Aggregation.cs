using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>How fast, and in how much memory, the Governance side reads what an application has.</summary>
internal static class Aggregation
{
    private const int Accounts = 100_000;
    private const int Groups = 5_000;
    private const int PageSize = 500;
    private const double FirstBar = 0.3;
    private const double AgainBar = 0.5;
    private const double MegabytesBar = 250;
    private const double GrowthBar = 1.2;
    private const double Megabyte = 1024 * 1024;

    public static Figure Speed { get; } = new(
        "aggregation",
        "Aggregating 100,000 accounts and 5,000 groups from Access: a bare HttpClient that drains the same pages over the first aggregation; the second, nothing changed, over the first; the 99th percentile of another writer's waits",
        "≥ 0.3; ≤ 0.5; ≤ 50 ms", MeasureSpeedAsync);

    public static Figure Memory { get; } = new(
        "aggregation-memory", "Peak resident memory of Governance while it aggregates 100,000 and 200,000 accounts, twice each: MB, and the one over the other", "≤ 250; ≤ 1.2", MeasureMemoryAsync);

    private static async Task<Outcome> MeasureSpeedAsync(BenchRun run)
    {
        await using var target = await run.StartGovernedServerAsync(Accounts, Groups);
        List<double> first = [], again = [], rates = [], processor = [], waits = [];
        await DrainAsync(target); // Warms the server up.
        for (var round = 0; round < Math.Min(run.Options.Rounds, 3); round++)
        {
            var drained = await DrainAsync(target);
            await using var governance = await GovernanceServer.StartAsync([run.Options.Server], run.NewFolder(), target);
            var (accounts, before) = (TimeSpan.Zero, governance.Process.ProcessorTime);
            var took = await AggregateAsync(governance, created: true, time => accounts = time);
            processor.Add((governance.Process.ProcessorTime - before).TotalMicroseconds / Accounts);
            first.Add(drained / took);
            rates.Add(Accounts / accounts.TotalSeconds);
            again.Add(await AggregateAsync(governance, created: false) / took);
            await using var other = await GovernanceServer.StartAsync([run.Options.Server], run.NewFolder(), target);
            waits.Add(new Series(await other.BesideAnotherWriterAsync(() => AggregateAsync(other, created: true))).Percentile(0.99));
        }
        var (ratio, second, wait) = (new Series(first), new Series(again), new Series(waits));
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{ratio.Show()}, {new Series(rates).Median:N0} accounts a second, {new Series(processor).Median:0} µs of processor each; {second.Show()}; {wait.Show("0")} ms"),
            ratio.Median >= FirstBar && second.Median <= AgainBar && wait.Median <= 50,
            new Dictionary<string, Series> { ["drain over first"] = ratio, ["second over first"] = second, ["accounts a second"] = new(rates), ["microseconds of processor an account"] = new(processor), ["wait in milliseconds"] = wait });
    }

    private static async Task<Outcome> MeasureMemoryAsync(BenchRun run)
    {
        var (one, two) = (await PeakAsync(run, Accounts), await PeakAsync(run, 2 * Accounts));
        var growth = two / one;
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{one:0} and {two:0}; {growth:0.00}"), Math.Max(one, two) <= MegabytesBar && growth <= GrowthBar,
            new Dictionary<string, Series> { ["100,000 accounts"] = new([one]), ["200,000 accounts"] = new([two]) });
    }

    private static async Task<double> PeakAsync(BenchRun run, int accounts)
    {
        await using var target = await run.StartGovernedServerAsync(accounts, Groups);
        await using var governance = await GovernanceServer.StartAsync([run.Options.Server], run.NewFolder(), target);
        await AggregateAsync(governance, created: true);
        await AggregateAsync(governance, created: false);
        return governance.Process.PeakResidentBytes / Megabyte;
    }

    private static async Task<TimeSpan> AggregateAsync(GovernanceServer governance, bool created, Action<TimeSpan>? accountsTook = null)
    {
        var (groups, groupsTook) = await governance.AggregateAsync("aggregateGroups");
        var (accounts, took) = await governance.AggregateAsync("aggregateAccounts");
        if ((int)groups[created ? "created" : "unchanged"]! != Groups || (int)accounts[created ? "created" : "unchanged"]! != (int)accounts["read"]! || (int)accounts["read"]! < Accounts)
            throw new InvalidOperationException($"Not all was aggregated: {groups.ToJsonString()} {accounts.ToJsonString()}");
        accountsTook?.Invoke(took);
        return groupsTook + took;
    }

    // The pages that the aggregation reads, by cursor, and nothing made of them.
    private static async Task<TimeSpan> DrainAsync(RollcallServer target)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", target.Token);
        client.DefaultRequestHeaders.Accept.ParseAdd("application/scim+json");
        var start = Stopwatch.GetTimestamp();
        foreach (var list in (string[])[$"Groups?excludedAttributes=members&count={PageSize}", $"Users?count={PageSize}"])
        {
            for (var cursor = ""; cursor is not null;)
            {
                var body = await client.GetByteArrayAsync(new Uri(target.Url, $"/scim/{Dataset.Integration}/v2/{list}&cursor={cursor}"));
                cursor = NextCursor(body);
            }
        }
        return Stopwatch.GetElapsedTime(start);
    }

    private static string? NextCursor(ReadOnlySpan<byte> body)
    {
        var key = "\"nextCursor\":\""u8;
        var start = body.IndexOf(key);
        return start < 0 ? null : Encoding.ASCII.GetString(body[(start + key.Length)..][..body[(start + key.Length)..].IndexOf((byte)'"')]);
    }
}
