using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Figures;

/// <summary>Telling what a person may do and why depends on the person's lists, not on how many people there are.</summary>
internal static class EffectiveAccess
{
    private const double MillisecondsBar = 5;

    // Each list on the way gives its own role by its own way.
    private const int Grants = Dataset.Chains * (Dataset.NestedDeep + 1);

    public static Figure Figure { get; } = new(
        "access",
        "GET people/{userName}/access of a person on 50 lists, nested 5 deep, among 100,000 people: p50 in ms, one client; over p50 of GET /Users/{id}, interleaved", "≤ 5 ms", MeasureAsync);

    private static async Task<Outcome> MeasureAsync(BenchRun run)
    {
        await using var server = await run.StartServerAsync();
        using var platform = new HttpClient { BaseAddress = server.Url };
        platform.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.AccessToken);
        var number = 0;
        await TakeTurnsAsync(run.Options.WarmUp);
        var rounds = new List<(double Access, double Read)>();
        for (var round = 0; round < run.Options.Rounds; round++)
            rounds.Add(await TakeTurnsAsync(run.Options.Turn));
        var access = new Series([.. rounds.Select(round => round.Access)]);
        var read = new Series([.. rounds.Select(round => round.Read)]);
        var ratio = new Series([.. rounds.Select(round => round.Access / round.Read)]);
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{access.Show()} ms; {ratio.Show("0.0")} times the {read.Median:0.00} ms of a read"), access.Median <= MillisecondsBar,
            new Dictionary<string, Series> { ["milliseconds"] = access, ["readMilliseconds"] = read, ["ratio"] = ratio });

        async Task<(double Access, double Read)> TakeTurnsAsync(TimeSpan time)
        {
            List<double> access = [], read = [];
            var start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                var user = Dataset.FirstNestedUser + (number++ % Dataset.NestedUsers);
                var (took, body) = await TimeAsync(server.Admin, $"people/{Dataset.UserName(user)}/access");
                access.Add(took);
                if (access.Count == 1 && JsonNode.Parse(body)!["grants"]!.AsArray().Count != Grants)
                    throw new InvalidDataException("The person does not have what the data set gives.");
                read.Add((await TimeAsync(platform, $"/scim/{Dataset.Integration}/v2/Users/{server.Dataset.Users[user]}")).Milliseconds);
            }
            return (new Series(access).Median, new Series(read).Median);
        }
    }

    private static async Task<(double Milliseconds, byte[] Body)> TimeAsync(HttpClient client, string path)
    {
        var start = Stopwatch.GetTimestamp();
        var body = await client.GetByteArrayAsync(path);
        return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, body);
    }
}
