using Rollcall.Bench.Load;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>Reads of one User each, over an endpoint that only sends the same bytes.</summary>
internal static class UserRead
{
    private const int Clients = 32;
    private const int UsersRead = 1_000;
    private const double Bar = 0.5;

    public static Figure Figure { get; } = new(
        "get", "GET /Users/{id} with 32 connections, over a bare Kestrel endpoint that returns the same bytes", "≥ 0.50",
        run => MeasureAsync(run, (dataset, user) => $"/Users/{dataset.Users[user]}", Bar));

    /// <summary>Compares reads about many users, each by a path of its own.</summary>
    public static async Task<Outcome> MeasureAsync(BenchRun run, Func<Dataset, int, string> path, double bar)
    {
        await using var server = await run.StartServerAsync();
        // Beyond the first few users, all are on the same lists, so that all answers are equally long.
        const int Step = (Dataset.ListedUsers - Dataset.FirstPlainUser) / UsersRead;
        var requests = Enumerable.Range(0, UsersRead).Select(i => server.Requests.Get(path(server.Dataset, Dataset.FirstPlainUser + (i * Step)))).ToArray();
        await using var bare = await BareServer.StartAsync(server, requests[0], run.NewFolder());
        using var measured = Generator(server.Url, requests);
        using var compared = Generator(bare.Url, requests);
        return Ratio.Measure(run.Options, measured.Run, compared.Run).AtLeast(bar);
    }

    // Each client begins somewhere else, so that they don't all ask for the same user at the same time.
    private static LoadGenerator Generator(Uri server, ReadOnlyMemory<byte>[] requests) =>
        new(server, LoadGenerator.Clients(Clients, i => [.. requests[(i * 31)..], .. requests[..(i * 31)]])) { Check = LoadGenerator.Expect(200) };
}
