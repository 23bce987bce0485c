using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>Many lists from files at once, and the same files again.</summary>
internal static class Apply
{
    private const int Lists = 5_000;
    private const double RatioBar = 0.3;

    public static Figure Figure { get; } = new(
        "apply", "Applying documents of 5,000 lists again, without changes, over applying them first; with one list changed over that; seconds, and the longest wait of another writer meanwhile", "≤ 0.3", MeasureAsync);

    private static async Task<Outcome> MeasureAsync(BenchRun run)
    {
        await using var server = await run.StartServerAsync();
        List<double> seconds = [], waits = [], again = [], changed = [];
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            var documents = Documents(round);
            var (took, wait) = await LargeLists.BesideAnotherWriterAsync(server, () => SendAsync(server, documents, created: Lists));
            var (tookAgain, _) = await LargeLists.BesideAnotherWriterAsync(server, () => SendAsync(server, documents, created: 0));
            var (tookChanged, _) = await LargeLists.BesideAnotherWriterAsync(server, () => SendAsync(server, documents.Replace("part 7 of", "part VII of", StringComparison.Ordinal), created: 0));
            seconds.Add(took.TotalSeconds);
            waits.Add(wait.TotalSeconds);
            again.Add(tookAgain.TotalSeconds);
            changed.Add(tookChanged.TotalSeconds);
        }
        var (first, second) = (new Series(seconds), new Series(again));
        var ratio = new Series([.. seconds.Zip(again, (one, other) => other / one)]);
        var ratioChanged = new Series([.. seconds.Zip(changed, (one, other) => other / one)]);
        return new Outcome(
            string.Create(CultureInfo.InvariantCulture,
                $"{ratio.Show()}; with one changed {ratioChanged.Show()}; {second.Median:0.00} over {first.Show()} s, wait {new Series(waits).Most:0.00} s"), ratio.Median <= RatioBar,
            new Dictionary<string, Series>
            {
                ["ratio"] = ratio, ["ratioWithOneChanged"] = ratioChanged, ["seconds"] = first, ["secondsAgain"] = second, ["secondsWithOneChanged"] = new(changed),
                ["longest wait in seconds"] = new(waits),
            });
    }

    private static string Documents(int round)
    {
        var yaml = new StringBuilder();
        for (var i = 0; i < Lists; i++)
        {
            yaml.Append(CultureInfo.InvariantCulture,
                $"""
                 ---
                 kind: access_list
                 version: v1
                 metadata:
                   name: applied-{round}-{i:0000}
                   labels:
                     team: "{i % 50}"
                 spec:
                   type: static
                   title: "Applied list {i}"
                   description: Who may work on part {i} of the system
                   owners:
                   - name: owner{i % 100}@example.com
                     description: head of team {i % 50}
                   - name: deputy{i % 100}@example.com
                   audit:
                     recurrence:
                       frequency: 6 months
                       day_of_month: "1"
                   membership_requires:
                     roles: [employee]
                   grants:
                     roles: [part-{i}-reader, part-{i}-writer]
                     traits:
                       part: ["{i}"]

                 """);
        }
        return yaml.ToString();
    }

    private static async Task SendAsync(RollcallServer server, string documents, int created)
    {
        using var content = new StringContent(documents, new MediaTypeHeaderValue("application/yaml"));
        using var response = await server.Admin.PostAsync("apply", content);
        var answer = JsonNode.Parse(await response.Content.ReadAsStreamAsync())!;
        if ((int?)answer["summary"]?["created"] != created)
            throw new InvalidOperationException($"The server answered {(int)response.StatusCode} {answer["detail"]}");
    }
}
