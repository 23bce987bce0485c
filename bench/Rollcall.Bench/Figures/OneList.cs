using System.Globalization;
using System.Text;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>Many clients that change the same list: nothing acknowledged is lost, nothing stale gets through.</summary>
internal static class OneList
{
    private const int Clients = 32;
    private const int AddsPerClient = 100;
    private const double SecondsBar = 3;

    public static Figure Adds { get; } = new(
        "adds", "32 clients × 100 adds to one list without precondition: acknowledged, present, seconds", "3,200, 3,200, ≤ 3", MeasureAddsAsync);

    public static Figure Puts { get; } = new(
        "puts", "32 concurrent PUTs with one If-Match", "1 success, 31 × 412", MeasurePutsAsync);

    private static async Task<Outcome> MeasureAddsAsync(BenchRun run)
    {
        await using var server = await run.StartServerAsync();
        List<double> acknowledged = [], present = [], seconds = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            var group = server.Dataset.Groups[$"small-{round}"];
            var count = 0;
            using var generator = new LoadGenerator(server.Url, LoadGenerator.Clients(Clients, client =>
                [.. server.Dataset.Users.Skip(Dataset.ListedUsers + (client * AddsPerClient)).Take(AddsPerClient).Select(user => server.Requests.Add(group, user))]))
            {
                Check = connection => count += connection.Status == 204 ? 1 : 0,
            };
            seconds.Add(generator.RunThrough().TotalSeconds);
            acknowledged.Add(count);
            present.Add(server.MembersShown(group));
        }
        var took = new Series(seconds);
        var all = Clients * AddsPerClient;
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{acknowledged.Min():N0}, {present.Min():N0}, {took.Show()}"),
            acknowledged.All(count => count == all) && present.All(count => count == all) && took.Median <= SecondsBar,
            new Dictionary<string, Series> { ["acknowledged"] = new(acknowledged), ["present"] = new(present), ["seconds"] = took });
    }

    private static async Task<Outcome> MeasurePutsAsync(BenchRun run)
    {
        await using var server = await run.StartServerAsync();
        List<double> successes = [], refusals = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            var group = server.Dataset.Groups[$"small-{round}"];
            var version = Version(server, group);
            var statuses = new List<int>();
            // Each of them wants other members, so that none of them is without effect.
            using var generator = new LoadGenerator(server.Url, LoadGenerator.Clients(Clients, client =>
                [server.Requests.Put(group, $"small {round}", version, server.Dataset.Users[client])]))
            {
                Check = connection => statuses.Add(connection.Status),
            };
            generator.RunThrough();
            successes.Add(statuses.Count(status => status == 200));
            refusals.Add(statuses.Count(status => status == 412));
        }
        var (done, refused) = (new Series(successes), new Series(refusals));
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{done.Show("0")} successes, {refused.Show("0")} × 412"),
            successes.All(count => count == 1) && refusals.All(count => count == Clients - 1),
            new Dictionary<string, Series> { ["successes"] = done, ["refusals"] = refused });
    }

    private static string Version(RollcallServer server, string group)
    {
        using var connection = server.Connect();
        connection.Exchange(server.Requests.Get($"/Groups/{group}"));
        return Encoding.ASCII.GetString(connection.Header("\r\nETag:"u8));
    }
}
