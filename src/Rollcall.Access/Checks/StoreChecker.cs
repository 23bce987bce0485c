using System.Diagnostics;
using Rollcall.Data;
using Rollcall.Data.Migrations;
using Rollcall.Data.Sqlite;

namespace Rollcall.Access.Checks;

/// <summary>What one check of the database came to.</summary>
/// <param name="Name">The check's name.</param>
/// <param name="Rule">What must hold, as a sentence.</param>
/// <param name="Remedy">What to do where it does not, as a sentence.</param>
/// <param name="Rows">How many rows were looked at.</param>
/// <param name="ProblemCount">How many things contradict the rule.</param>
/// <param name="Problems">The first of them, at most <see cref="StoreChecker.MostProblemsTold"/>, a line each.</param>
/// <param name="Duration">How long it took.</param>
public sealed record StoreCheckResult(
    string Name, string Rule, string Remedy, long Rows, long ProblemCount, IReadOnlyList<string> Problems, TimeSpan Duration);

/// <summary>
/// Recomputes what the Access side's database keeps: counters from rows, revisions from the change feed, memberships from
/// their history, documents from columns. It only reads, in one snapshot, so the server may be running; as long as it
/// runs, the write-ahead log grows.
/// </summary>
public static class StoreChecker
{
    /// <summary>How many problems of one check are told; all are counted.</summary>
    public const int MostProblemsTold = 20;

    internal static IReadOnlyList<StoreCheck> Checks { get; } =
        [FileChecks.Integrity, FileChecks.UniqueKeys, .. ResourceChecks.All, DocumentChecks.Users, DocumentChecks.Lists, .. HistoryChecks.All];

    /// <summary>Checks the embedded database.</summary>
    /// <param name="path">The file.</param>
    /// <param name="told">Given each result as it is there; null where nobody waits.</param>
    /// <exception cref="DatabaseUnavailableException">The file can't be read.</exception>
    /// <exception cref="MigrationException">The file is not of this release.</exception>
    public static async Task<IReadOnlyList<StoreCheckResult>> RunAsync(string path, Action<StoreCheckResult>? told = null)
    {
        await using var file = SqliteFile.Open(path);
        await AccessStore.CheckSchemaAsync(file, AccessStore.Migrations[^1].Number);
        return await file.ReadAsync(async session =>
        {
            var results = new List<StoreCheckResult>();
            foreach (var check in Checks)
            {
                results.Add(await RunAsync(session, check));
                told?.Invoke(results[^1]);
            }
            return results;
        });
    }

    private static async ValueTask<StoreCheckResult> RunAsync(Session session, StoreCheck check)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var (rows, count) = (0L, 0L);
        var problems = new List<string>();
        try
        {
            rows = await check.CountAsync(session);
            await check.FindAsync(session, Tell);
        }
        catch (DatabaseUnavailableException exception)
        {
            // The other checks may still tell something.
            Tell($"the file can't be read: {exception.Message}");
        }
        return new StoreCheckResult(check.Name, check.Rule, check.Remedy, rows, count, problems, Stopwatch.GetElapsedTime(startedAt));

        void Tell(string problem)
        {
            if (count++ < MostProblemsTold)
                problems.Add(problem);
        }
    }
}
