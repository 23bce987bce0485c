using System.Globalization;
using System.Net.Http.Json;
using Microsoft.Data.Sqlite;
using Rollcall.Bench.Load;
using Rollcall.Bench.Results;
using Rollcall.Bench.Servers;

namespace Rollcall.Bench.Figures;

/// <summary>What it costs reads that each of them has its row in the audit log.</summary>
internal static class AuditedReads
{
    private const int Clients = 32;
    private const int UsersRead = 1_000;

    public static Figure Figure { get; } = new(
        "audit-reads", "GET /Users/{id} with 32 connections and a row in the audit log for each, over the same summed up by the minute", "≥ 0.80", MeasureAsync);

    private static async Task<Outcome> MeasureAsync(BenchRun run)
    {
        await using var all = await run.StartServerAsync();
        await using var summary = await run.StartServerAsync();
        using (var changed = await all.Admin.PatchAsJsonAsync($"integrations/{Dataset.Integration}", new { rules = new { auditReads = "all" } }))
            changed.EnsureSuccessStatusCode();
        double read = 0;
        Ratio ratio;
        using (var measured = Generator(all))
        using (var compared = Generator(summary))
        {
            ratio = Ratio.Measure(
                run.Options,
                time =>
                {
                    var rate = measured.Run(time);
                    read += rate * time.TotalSeconds;
                    return rate;
                },
                compared.Run);
        }
        // Whoever looks is shown all that was answered, so what is missing was dropped.
        using (var look = await all.Admin.GetAsync(new Uri("audit?count=1", UriKind.Relative)))
            look.EnsureSuccessStatusCode();
        var written = new Series([Rows(all) / read]);
        var outcome = ratio.AtLeast(0.8, string.Create(CultureInfo.InvariantCulture, $"; {Math.Min(1, written.Median):P0} of the reads have a row"));
        return outcome with { Values = new Dictionary<string, Series>(outcome.Values) { ["rowsForEachRead"] = written } };
    }

    private static LoadGenerator Generator(RollcallServer server)
    {
        const int Step = (Dataset.ListedUsers - Dataset.FirstPlainUser) / UsersRead;
        var requests = Enumerable.Range(0, UsersRead).Select(i => server.Requests.Get($"/Users/{server.Dataset.Users[Dataset.FirstPlainUser + (i * Step)]}")).ToArray();
        return new LoadGenerator(server.Url, LoadGenerator.Clients(Clients, i => [.. requests[(i * 31)..], .. requests[..(i * 31)]])) { Check = LoadGenerator.Expect(200) };
    }

    private static long Rows(RollcallServer server)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = server.DatabaseFile, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from audit where outcome = 'read' and code = 'user.read'";
        return (long)command.ExecuteScalar()!;
    }
}
