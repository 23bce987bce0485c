using System.Globalization;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>Reads of one User each, and of pages, compared with an endpoint that only sends the same bytes.</summary>
internal static class UserRead
{
    private const int Clients = 32;
    private const int UsersRead = 1_000;
    private const int ClientsOfPages = 8;

    public static Figure ById { get; } = new(
        "get", "GET /Users/{id} with 32 connections, over a bare Kestrel endpoint that returns the same bytes", "≥ 0.50",
        run => MeasureAsync(run, (dataset, user) => $"/Users/{dataset.Users[user]}", 0.5));

    public static Figure ByName { get; } = new(
        "filter", "GET /Users?filter=userName eq \"…\" among 100,000 users, over the same kind of endpoint", "≥ 0.40",
        run => MeasureAsync(run, (_, user) => $"/Users?filter=userName%20eq%20%22{Dataset.UserName(user)}%22", 0.4));

    public static Figure Page { get; } = new(
        "page", "GET /Users?startIndex=1&count=100 among 200,000 users with 8 connections, over the same kind of endpoint", "≥ 0.25",
        async run =>
        {
            await using var server = await run.StartServerOfEqualUsersAsync(Walk.Users);
            return await MeasureAsync(run, server, [server.Requests.Get("/Users?startIndex=1&count=100")], ClientsOfPages, 0.25);
        });

    private static async Task<Outcome> MeasureAsync(BenchRun run, Func<Dataset, int, string> path, double bar)
    {
        await using var server = await run.StartServerAsync();
        // Beyond the first few users, all are on the same lists, so that all answers are equally long.
        const int Step = (Dataset.ListedUsers - Dataset.FirstPlainUser) / UsersRead;
        var requests = Enumerable.Range(0, UsersRead).Select(i => server.Requests.Get(path(server.Dataset, Dataset.FirstPlainUser + (i * Step)))).ToArray();
        return await MeasureAsync(run, server, requests, Clients, bar);
    }

    private static async Task<Outcome> MeasureAsync(BenchRun run, RollcallServer server, ReadOnlyMemory<byte>[] requests, int clients, double bar)
    {
        await using var bare = await BareServer.StartAsync(server, requests[0], run.NewFolder());
        using var measured = Generator(server.Url, requests, clients);
        using var compared = Generator(bare.Url, requests, clients);
        List<double> measuredCosts = [], comparedCosts = [];
        var ratio = Ratio.Measure(
            run.Options, time => RunAndCharge(measured, server.Process, time, measuredCosts), time => RunAndCharge(compared, bare, time, comparedCosts));
        var (cost, comparedCost) = (new Series(measuredCosts[1..]), new Series(comparedCosts[1..]));
        var outcome = ratio.AtLeast(bar, string.Create(CultureInfo.InvariantCulture, $"; {cost.Median:0} over {comparedCost.Median:0} µs of processor each"));
        return outcome with { Values = new Dictionary<string, Series>(outcome.Values) { ["processorMicroseconds"] = cost, ["comparedProcessorMicroseconds"] = comparedCost } };
    }

    // Processor time does not mind what else runs on the machine, so it tells more about a change than the rate does.
    private static double RunAndCharge(LoadGenerator generator, ChildServer server, TimeSpan time, List<double> microseconds)
    {
        var before = server.ProcessorTime;
        var rate = generator.Run(time);
        microseconds.Add((server.ProcessorTime - before).TotalMicroseconds / (rate * time.TotalSeconds));
        return rate;
    }

    // Each client begins somewhere else, so that they don't all ask for the same user at the same time.
    private static LoadGenerator Generator(Uri server, ReadOnlyMemory<byte>[] requests, int clients) =>
        new(server, LoadGenerator.Clients(clients, i => [.. requests[(i * 31 % requests.Length)..], .. requests[..(i * 31 % requests.Length)]])) { Check = LoadGenerator.Expect(200) };
}
