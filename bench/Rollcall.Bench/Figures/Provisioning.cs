using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>How fast approved access requests become memberships, and that they survive a rival who changes the same list.</summary>
internal static class Provisioning
{
    private const int Users = 2_000;
    private const int Lists = 100;
    private const int ManyRequests = 1_000;
    private const int StormRequests = 500;
    private const int Callers = 16;
    private const double CommittedBar = 300;
    private static readonly TimeSpan RivalEvery = TimeSpan.FromMilliseconds(20);

    public static Figure Requests { get; } = new(
        "requests",
        "1,000 approved access requests on 100 lists, from 16 callers: committed a second, from the first request until the last membership is verified; durable commits of Governance for each", "≥ 300", MeasureRequestsAsync);

    public static Figure Storm { get; } = new(
        "storm", "500 approved access requests onto one list while a rival commits a change of it every 20 ms: committed, on the list, the rival's members there, duplicates; requests to the list, 412s, retries, seconds",
        "500, 500, all, 0", MeasureStormAsync);

    private static async Task<Outcome> MeasureRequestsAsync(BenchRun run)
    {
        List<double> rates = [], commits = [];
        for (var round = 0; round < Math.Min(run.Options.Rounds, 3); round++)
        {
            await using var target = await run.StartGovernedServerAsync(Users, Lists);
            await using var governance = await PrepareAsync(run, target);
            var entitlements = await governance.EntitlementsAsync();
            var (before, _) = CountedServer.Ask(governance.Process);
            var start = Stopwatch.GetTimestamp();
            // Nobody is on the list already: list i has members i × 40 to i × 40 + 39 of the users, in a circle.
            await RequestAsync(governance, [.. Enumerable.Range(0, ManyRequests).Select(i => (Person: ((i % Lists * 40) + 100 + (i / Lists)) % Users, Entitlement: entitlements[target.Dataset.Groups[$"governed-{i % Lists}"]]))]);
            await governance.UntilIdleAsync();
            var took = Stopwatch.GetElapsedTime(start);
            var (after, _) = CountedServer.Ask(governance.Process);
            var completed = await governance.CountAsync("requests?state=completed");
            if (completed != ManyRequests)
                throw new InvalidOperationException($"{completed} of {ManyRequests} requests were completed.");
            rates.Add(ManyRequests / took.TotalSeconds);
            commits.Add((after - before) / (double)ManyRequests);
        }
        var (rate, each) = (new Series(rates), new Series(commits));
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture, $"{rate.Show("0")} a second; {each.Show()} commits each"), rate.Median >= CommittedBar,
            new Dictionary<string, Series> { ["committed a second"] = rate, ["commits of each"] = each });
    }

    private static async Task<Outcome> MeasureStormAsync(BenchRun run)
    {
        List<double> committed = [], present = [], lost = [], duplicates = [], changes = [], requests = [], conflicts = [], retries = [], seconds = [];
        for (var round = 0; round < Math.Min(run.Options.Rounds, 3); round++)
        {
            await using var target = await run.StartGovernedServerAsync(Users, Lists);
            await using var governance = await PrepareAsync(run, target);
            // List 0 has the users 0 to 39; people are taken from 100 on, the rival's from 1,000 on.
            var group = target.Dataset.Groups["governed-0"];
            var entitlement = (await governance.EntitlementsAsync())[group];
            var before = Revision(target, group);
            using var isOver = new CancellationTokenSource();
            var rival = Task.Run(() => ActAsRivalAsync(target, group, isOver.Token));
            var start = Stopwatch.GetTimestamp();
            await RequestAsync(governance, [.. Enumerable.Range(0, StormRequests).Select(i => (100 + i, entitlement))]);
            await governance.UntilIdleAsync();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            await isOver.CancelAsync();
            var added = await rival;
            var members = Members(target, group);
            var people = Enumerable.Range(100, StormRequests).Select(i => target.Dataset.Users[i]).ToHashSet(StringComparer.Ordinal);
            committed.Add(await governance.CountAsync("requests?state=completed"));
            present.Add(members.Distinct().Count(people.Contains));
            lost.Add(added.Except(members).Count());
            duplicates.Add(members.Count - members.Distinct().Count());
            changes.Add(added.Count);
            conflicts.Add(await governance.MetricAsync("rollcall_governance_provisioning_conflicts_total"));
            // Each change that is committed moves the list's revision by one; the rest of ours were refused.
            requests.Add(Revision(target, group) - before - added.Count + conflicts[^1]);
            retries.Add(await governance.MetricAsync("rollcall_governance_provisioning_attempts_total", "verdict=\"retry\""));
        }
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture,
                $"{committed.Min():0}, {present.Min():0}, {changes.Sum() - lost.Sum():0} of {changes.Sum():0}, {duplicates.Sum():0}; {new Series(requests).Show("0")} requests, 412s {new Series(conflicts).Show("0")}, attempts that failed {new Series(retries).Show("0")}, {new Series(seconds).Show()} s"),
            committed.Concat(present).All(count => count == StormRequests) && lost.Sum() == 0 && duplicates.Sum() == 0,
            new Dictionary<string, Series>
            {
                ["committed"] = new(committed), ["present"] = new(present), ["rival's changes"] = new(changes), ["rival's changes lost"] = new(lost), ["duplicates"] = new(duplicates),
                ["requests to the list"] = new(requests), ["412s"] = new(conflicts), ["failed attempts"] = new(retries), ["seconds"] = new(seconds),
            });
    }

    /// <summary>Governance that has aggregated the server, with an identity for each of its users, and approves by itself.</summary>
    private static async Task<GovernanceServer> PrepareAsync(BenchRun run, RollcallServer target)
    {
        var governance = await GovernanceServer.StartAsync(CountedServer.Command, run.NewFolder(), target);
        var people = new StringBuilder("id,email\n");
        for (var i = 0; i < Users; i++)
            people.Append(CultureInfo.InvariantCulture, $"p{i},{Dataset.UserName(i)}\n");
        await governance.ImportAsync(people.ToString());
        await governance.ApproveByItselfAsync();
        await governance.AggregateAsync("aggregateGroups");
        await governance.AggregateAsync("aggregateAccounts");
        return governance;
    }

    /// <summary>Makes the requests, one each, as fast as some callers can.</summary>
    private static Task RequestAsync(GovernanceServer governance, IReadOnlyList<(int Person, long Entitlement)> requests)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < requests.Count; i = Interlocked.Increment(ref next))
                await governance.RequestAsync($"p{requests[i].Person}", requests[i].Entitlement);
        })));
    }

    /// <summary>Adds a member of its own every 20 ms.</summary>
    /// <returns>Those whose addition was acknowledged.</returns>
    private static async Task<List<string>> ActAsRivalAsync(RollcallServer target, string group, CancellationToken cancellationToken)
    {
        var added = new List<string>();
        using var connection = target.Connect();
        foreach (var user in target.Dataset.Users.Skip(1_000))
        {
            if (cancellationToken.IsCancellationRequested)
                break;
            connection.Exchange(target.Requests.Add(group, user));
            if (connection.Status == 204)
                added.Add(user);
            await Task.Delay(RivalEvery, TimeProvider.System, CancellationToken.None);
        }
        return added;
    }

    private static long Revision(RollcallServer target, string group)
    {
        using var connection = target.Connect();
        connection.Exchange(target.Requests.Get($"/Groups/{group}?excludedAttributes=members"));
        return long.Parse(Encoding.ASCII.GetString(connection.Header("\r\nETag:"u8)).Trim('W', '/', '"', ' '), CultureInfo.InvariantCulture);
    }

    private static List<string> Members(RollcallServer target, string group)
    {
        using var connection = target.Connect();
        connection.Exchange(target.Requests.Get($"/Groups/{group}?attributes=members.value"));
        return [.. JsonNode.Parse(connection.Body)!["members"]!.AsArray().Select(member => (string)member!["value"]!)];
    }
}
