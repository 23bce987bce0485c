using System.Globalization;
using System.Text;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;

namespace Rollcall.Bench.Figures;

/// <summary>Whether the last pages of a long list cost more than the first.</summary>
internal static class Walk
{
    /// <summary>How many users are walked over.</summary>
    public const int Users = 200_000;

    private const int PageSize = 100;
    private const double MedianBar = 1.2;
    private const double TailBar = 1.5;

    public static Figure Figure { get; } = new(
        "walk", "Walking over 200,000 users in pages of 100, by cursor and by index: the last tenth of the pages over the first, by medians and by 95th percentiles",
        "≤ 1.2 and ≤ 1.5", MeasureAsync);

    private static async Task<Outcome> MeasureAsync(BenchRun run)
    {
        await using var server = await run.StartServerOfEqualUsersAsync(Users);
        using var connection = server.Connect();
        foreach (var first in (string[])[ByCursor(null, 0)!, ByIndex(null, 0)!])
        {
            for (var i = 0; i < 500; i++)
                Ask(first);
        }
        var values = new Dictionary<string, Series>();
        var walks = new (string Name, Func<string?, int, string?> Next)[] { ("cursor", ByCursor), ("index", ByIndex) };
        foreach (var (name, next) in walks)
        {
            var times = new List<double>();
            for (var query = next(null, 0); query is not null; query = next(NextCursor(), times.Count * PageSize))
                times.Add(Ask(query).TotalMilliseconds);
            if (times.Count != Users / PageSize)
                throw new InvalidOperationException($"{times.Count} pages instead of {Users / PageSize}.");
            var (start, end) = (new Series(times[..(times.Count / 10)]), new Series(times[^(times.Count / 10)..]));
            values.Add($"{name}: median", new([end.Median / start.Median]));
            values.Add($"{name}: 95th percentile", new([end.Percentile(0.95) / start.Percentile(0.95)]));
            values.Add($"{name}: milliseconds", new(times));
        }
        return new Outcome(
            string.Join("; ", walks.Select(walk => string.Create(CultureInfo.InvariantCulture,
                $"{walk.Name} {values[$"{walk.Name}: median"].Median:0.00} and {values[$"{walk.Name}: 95th percentile"].Median:0.00} ({values[$"{walk.Name}: milliseconds"].Median:0.0} ms a page)"))),
            walks.All(walk => values[$"{walk.Name}: median"].Median <= MedianBar && values[$"{walk.Name}: 95th percentile"].Median <= TailBar),
            values);

        TimeSpan Ask(string query)
        {
            var took = connection.Exchange(server.Requests.Get($"/Users?count={PageSize}&{query}"));
            LoadGenerator.Expect(200)(connection);
            return took;
        }

        string? NextCursor()
        {
            var key = "\"nextCursor\":\""u8;
            var start = connection.Body.IndexOf(key);
            return start < 0 ? null : Encoding.ASCII.GetString(connection.Body[(start + key.Length)..][..connection.Body[(start + key.Length)..].IndexOf((byte)'"')]);
        }
    }

    private static string? ByCursor(string? cursor, int seen) => cursor is null && seen > 0 ? null : $"cursor={cursor}";

    private static string? ByIndex(string? cursor, int seen) => seen >= Users ? null : $"startIndex={seen + 1}";
}
