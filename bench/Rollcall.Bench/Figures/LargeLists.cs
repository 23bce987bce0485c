using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>The widest changes, and how long they keep another writer waiting.</summary>
internal static class LargeLists
{
    private const double SecondsBar = 2;

    public static Figure Figure { get; } = new(
        "large",
        "Deleting a user who is on 1,000 lists; renaming, claiming by the first PATCH, emptying a list of 100,000; creating one by POST: seconds, and the longest wait of another writer meanwhile",
        "≤ 2 each", MeasureAsync);

    private static async Task<Outcome> MeasureAsync(BenchRun run)
    {
        await using var server = await run.StartServerAsync();
        using var connection = server.Connect();
        var (requests, dataset) = (server.Requests, server.Dataset);
        var everybody = string.Join(',', dataset.Users.Skip(Dataset.TeamMembers).Take(Dataset.ListedUsers).Select(id => $$"""{"value":"{{id}}"}"""));
        var seconds = new Dictionary<string, List<double>>();
        var waits = new Dictionary<string, List<double>>();
        for (var i = 0; i < Math.Min(run.Options.Rounds, Dataset.LargeLists); i++)
        {
            var large = dataset.Groups[$"large-{i}"];
            await MeasureAsync("rename", () => RenameAsync(server, $"large-{i}"));
            await MeasureAsync("claim", () => Send(requests.Add(large, dataset.Users[Dataset.ListedUsers]), 204));
            await MeasureAsync("empty", () => Send(requests.RemoveAll(large), 204));
            await MeasureAsync("create", () => Send(requests.Post("/Groups?attributes=id", $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"small {{i + 1}}","members":[{{everybody}}]}"""), 201));
            await MeasureAsync("delete user", () => Send(requests.Delete($"/Users/{dataset.Users[i]}"), 204));
        }
        return new Outcome(
            string.Join("; ", seconds.Select(entry => string.Create(CultureInfo.InvariantCulture,
                $"{entry.Key} {new Series(entry.Value).Show()} s, wait {new Series(waits[entry.Key]).Most:0.00} s"))),
            seconds.Values.All(values => new Series(values).Median <= SecondsBar),
            seconds.ToDictionary(entry => $"{entry.Key}: seconds", entry => new Series(entry.Value))
                .Concat(waits.ToDictionary(entry => $"{entry.Key}: longest wait in seconds", entry => new Series(entry.Value))).ToDictionary());

        async Task MeasureAsync(string name, Func<Task> act)
        {
            var (took, wait) = await BesideAnotherWriterAsync(server, act);
            (seconds.TryGetValue(name, out var list) ? list : seconds[name] = []).Add(took.TotalSeconds);
            (waits.TryGetValue(name, out list) ? list : waits[name] = []).Add(wait.TotalSeconds);
        }

        Task Send(ReadOnlyMemory<byte> request, int status)
        {
            connection.Exchange(request);
            LoadGenerator.Expect(status)(connection);
            return Task.CompletedTask;
        }
    }

    private static async Task RenameAsync(RollcallServer server, string list)
    {
        using var response = await server.Admin.PatchAsJsonAsync($"lists/{list}", new { title = $"{list} renamed" });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Does something while another client adds and removes a member of a small list, one after the other.</summary>
    public static async Task<(TimeSpan Took, TimeSpan LongestWait)> BesideAnotherWriterAsync(RollcallServer server, Func<Task> act)
    {
        var isOver = false;
        var isRunning = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var other = Task.Run(() =>
        {
            using var connection = server.Connect();
            var (group, user) = (server.Dataset.Groups["small-0"], server.Dataset.Users[^1]);
            var check = LoadGenerator.ExpectChange(204);
            var longest = TimeSpan.Zero;
            for (var adds = true; !Volatile.Read(ref isOver) || !adds; adds = !adds)
            {
                var wait = connection.Exchange(adds ? server.Requests.Add(group, user) : server.Requests.Remove(group, user));
                check(connection);
                if (isRunning.Task.IsCompleted)
                    longest = wait > longest ? wait : longest;
                else if (!adds)
                    isRunning.SetResult(); // The first two warmed up.
            }
            return longest;
        });
        await isRunning.Task;
        var start = Stopwatch.GetTimestamp();
        await act();
        var took = Stopwatch.GetElapsedTime(start);
        Volatile.Write(ref isOver, true);
        return (took, await other);
    }
}
