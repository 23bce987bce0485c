using System.Globalization;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>What it gains that writes which come at the same time share a commit.</summary>
internal static class GroupCommit
{
    private const int UsersPerClient = 50;

    public static Figure OverSingle { get; } = new(
        "group-commit", "Durable PATCHes a second, 32 clients on 32 lists, over the same server committing one write at a time", "≥ 1.8", OverSingleAsync);

    public static Figure OverBare { get; } = new(
        "commits", "The same over single-row durable commits of a bare SQLite loop", "≥ 0.6", OverBareAsync);

    private static async Task<Outcome> OverSingleAsync(BenchRun run)
    {
        await using var grouped = await run.StartServerAsync();
        await using var single = await run.StartServerAsync("--access-group-commit", "1");
        using var measured = Generator(grouped);
        using var compared = Generator(single);
        return Ratio.Measure(run.Options, measured.Run, compared.Run).AtLeast(1.8);
    }

    private static async Task<Outcome> OverBareAsync(BenchRun run)
    {
        await using var server = await run.StartCountedServerAsync();
        using var measured = Generator(server);
        using var bare = new BareCommits(run.NewFolder());
        var groups = new List<double>();
        var syncs = new List<double>();
        var ratio = Ratio.Measure(
            run.Options,
            time =>
            {
                var (commitsBefore, writesBefore) = CountedServer.Ask(server.Process);
                var rate = measured.Run(time);
                var (commits, writes) = CountedServer.Ask(server.Process);
                groups.Add((double)(writes - writesBefore) / (commits - commitsBefore));
                return rate;
            },
            time =>
            {
                syncs.Add(bare.SyncsPerSecond(time / 3));
                return bare.CommitsPerSecond(time);
            });
        // What was counted while it warmed up is left out, as everywhere.
        var (group, sync) = (new Series(groups[1..]), new Series(syncs[1..]));
        var outcome = ratio.AtLeast(0.6, string.Create(CultureInfo.InvariantCulture, $"; {group.Show("0.0")} writes a commit; fdatasync {sync.Show("N0")} a second"));
        return outcome with { Values = new Dictionary<string, Series>(outcome.Values) { ["writesPerCommit"] = group, ["fdatasyncsPerSecond"] = sync } };
    }

    /// <summary>Clients that each add users to a list of their own and remove them again, one at a time.</summary>
    public static LoadGenerator Generator(RollcallServer server)
    {
        var dataset = server.Dataset;
        return new LoadGenerator(server.Url, LoadGenerator.Clients(Dataset.SmallLists, client =>
        {
            var group = dataset.Groups[$"small-{client}"];
            var users = dataset.Users.Skip(Dataset.ListedUsers + (client * UsersPerClient)).Take(UsersPerClient).ToArray();
            return [.. users.Select(user => server.Requests.Add(group, user)), .. users.Select(user => server.Requests.Remove(group, user))];
        }))
        {
            Check = LoadGenerator.ExpectChange(204),
        };
    }
}
