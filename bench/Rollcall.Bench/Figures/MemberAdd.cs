using System.Diagnostics;
using System.Globalization;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>Adding a member costs the same on a list of 10 and of 100,000.</summary>
internal static class MemberAdd
{
    private const double Bar = 1.25;

    public static Figure Figure { get; } = new(
        "patch-large", "PATCH that adds one member: p50 on a list of 100,000 over p50 on a list of 10, one client, interleaved", "≤ 1.25", MeasureAsync);

    private static async Task<Outcome> MeasureAsync(BenchRun run)
    {
        await using var server = await run.StartServerAsync();
        using var connection = server.Connect();
        var spare = 0;
        TakeTurns(server, connection, run.Options.WarmUp, ref spare);
        var rounds = new List<(double Large, double Small)>();
        for (var round = 0; round < run.Options.Rounds; round++)
            rounds.Add(TakeTurns(server, connection, run.Options.Turn, ref spare));
        var large = new Series([.. rounds.Select(round => round.Large)]);
        var small = new Series([.. rounds.Select(round => round.Small)]);
        var ratio = new Series([.. rounds.Select(round => round.Large / round.Small)]);
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{ratio.Show()}; {large.Median:0.00} ms over {small.Median:0.00} ms"), ratio.Median <= Bar,
            new Dictionary<string, Series> { ["ratio"] = ratio, ["largeMilliseconds"] = large, ["smallMilliseconds"] = small });
    }

    /// <summary>Adds a user to both lists, in turns first to one or the other, and removes it again without counting that.</summary>
    private static (double Large, double Small) TakeTurns(RollcallServer server, RawConnection connection, TimeSpan time, ref int spare)
    {
        var groups = server.Dataset.Groups;
        List<double> large = [], small = [];
        var check = LoadGenerator.ExpectChange(204);
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            var user = server.Dataset.Users[Dataset.ListedUsers + (spare++ % Dataset.SpareUsers)];
            var isLargeFirst = spare % 2 == 0;
            foreach (var isLarge in (bool[])[isLargeFirst, !isLargeFirst])
                (isLarge ? large : small).Add(Send(server.Requests.Add(groups[isLarge ? "large-0" : "ten-0"], user)));
            Send(server.Requests.Remove(groups["large-0"], user));
            Send(server.Requests.Remove(groups["ten-0"], user));
        }
        return (new Series(large).Median, new Series(small).Median);

        double Send(ReadOnlyMemory<byte> request)
        {
            var took = connection.Exchange(request);
            check(connection);
            return took.TotalMilliseconds;
        }
    }
}
