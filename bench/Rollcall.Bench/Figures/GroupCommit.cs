using Rollcall.Bench.Load;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>What it gains that writes which come at the same time share a commit.</summary>
internal static class GroupCommit
{
    private const double Bar = 1.8;
    private const int UsersPerClient = 50;

    public static Figure Figure { get; } = new(
        "group-commit", "Durable PATCHes a second, 32 clients on 32 lists, over the same server committing one write at a time", "≥ 1.8", MeasureAsync);

    private static async Task<Outcome> MeasureAsync(BenchRun run)
    {
        await using var grouped = await run.StartServerAsync();
        await using var single = await run.StartServerAsync("--access-group-commit", "1");
        using var measured = Generator(grouped);
        using var compared = Generator(single);
        return Ratio.Measure(run.Options, measured.Run, compared.Run).AtLeast(Bar);
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
