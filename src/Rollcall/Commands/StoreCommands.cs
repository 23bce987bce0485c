using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rollcall.Access;
using Rollcall.Access.Backups;
using Rollcall.Access.Checks;
using Rollcall.Data;
using Rollcall.Data.Migrations;
using Rollcall.Web.Api;
using Rollcall.Web.Storage;

namespace Rollcall.Commands;

/// <summary>
/// <c>rollcall check-store</c>, <c>backup</c> and <c>restore</c>: they work on the files of the data folder, not through a
/// server, so they run on its machine and as its user.
/// </summary>
internal static class StoreCommands
{
    /// <summary>The verbs.</summary>
    public static IReadOnlyList<Verb> Create(Shell shell, SettingOptions settings, ConnectionOptions connection) =>
        [CheckVerb(shell, settings, connection), BackupVerb(shell, settings, connection), RestoreVerb(shell, settings, connection)];

    private static Verb CheckVerb(Shell shell, SettingOptions settings, ConnectionOptions connection) =>
        Local("check-store", "Checks the database: counts, revisions, histories, nesting, keys and documents are computed again and compared. It changes nothing; the server may run meanwhile.", connection)
            .WithExamples("rollcall check-store --data /var/lib/rollcall")
            .Does(async (parsed, _) =>
            {
                var isJson = connection.IsJson(parsed);
                var path = AccessStore.FileOf(settings.Load(parsed));
                try
                {
                    var results = await StoreChecker.RunAsync(path, result =>
                    {
                        if (!isJson)
                            Tell(shell.Output, result);
                    });
                    var wrong = results.Where(result => result.ProblemCount > 0).ToList();
                    if (isJson)
                        new Output(shell, json: true).Details(Document(path, results));
                    if (wrong.Count > 0)
                        throw CommandFailure.Refused(Counted($"{path} contradicts itself: {{0}} in {{1}}.", (wrong.Sum(result => result.ProblemCount), "problem"), (wrong.Count, "check")));
                    if (!isJson)
                        await shell.Output.WriteLineAsync($"{path} is right.");
                    return ExitCode.Done;
                }
                catch (DatabaseUnavailableException failure)
                {
                    throw CommandFailure.Refused(File.Exists(path)
                        ? $"{path} can't be read: it is damaged, no database, or not this user's to read."
                        : $"There is no database at {path}. Name the server's data folder with --data.", failure);
                }
                catch (MigrationException failure)
                {
                    throw CommandFailure.Refused($"{path} is not checked. {failure.Message}", failure);
                }
            });

    private static Verb BackupVerb(Shell shell, SettingOptions settings, ConnectionOptions connection)
    {
        var file = new Argument<string>("FILE") { Description = "Where the backup is to be; nothing may be there yet." };
        return Local("backup", "Copies the database to a file, while the server runs or not. The master key is not in it: keep that apart.", connection)
            .With(file)
            .WithExamples("rollcall backup /var/backups/rollcall-monday.db --data /var/lib/rollcall")
            .Does(async (parsed, _) =>
            {
                var loaded = settings.Load(parsed);
                var backup = await Refusing(() => DatabaseBackup.MakeAsync(AccessStore.FileOf(loaded), Path.Combine(shell.Folder, parsed.GetRequiredValue(file))));
                Answer(shell, connection, parsed, backup, output =>
                {
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Backed up to {backup.File}: {backup.Bytes:N0} bytes."));
                    output.WriteLine(loaded.MasterKey is null
                        ? $"Keep {Path.Combine(loaded.Data, DataFolder.MasterKeyName)} too, but apart from it: a restored server needs both."
                        : "Keep the master key too, but apart from it: a restored server needs both.");
                });
                return ExitCode.Done;
            });
    }

    private static Verb RestoreVerb(Shell shell, SettingOptions settings, ConnectionOptions connection)
    {
        var file = new Argument<string>("FILE") { Description = "The backup." };
        var force = new Option<bool>("--force") { Description = "Put a database that is there aside, and restore." };
        return Local("restore", "Puts a backup in the place of the database, after checking it. The server must be stopped, and the master key be the backup's. A database that is there is kept beside.", connection)
            .With(file, force)
            .WithExamples("rollcall restore /var/backups/rollcall-monday.db --data /var/lib/rollcall --force")
            .Does(async (parsed, _) =>
            {
                var loaded = settings.Load(parsed);
                using var folder = DataFolder.Open(loaded);
                var restored = await Refusing(() => DatabaseRestore.RunAsync(
                    Path.Combine(shell.Folder, parsed.GetRequiredValue(file)), AccessStore.FileOf(loaded), folder, parsed.GetValue(force), TimeProvider.System));
                Answer(shell, connection, parsed, restored, output =>
                {
                    output.WriteLine($"Restored to {restored.Database}.");
                    if (restored.KeptAside is { } aside)
                        output.WriteLine($"What was there before is {aside}; remove it when it is no longer needed.");
                });
                return ExitCode.Done;
            });
    }

    private static Verb Local(string name, string description, ConnectionOptions connection) => new Verb(name, description) { AsksServer = false }
        .Needs(result => !Server.IsGiven(result, connection.Url) && !Server.IsGiven(result, connection.Token),
            "--url and --token belong to the verbs that ask a server; this one works on the files of its data folder.");

    private static async Task<T> Refusing<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (BackupException failure)
        {
            throw CommandFailure.Refused(failure.Message, failure);
        }
    }

    private static void Answer<T>(Shell shell, ConnectionOptions connection, ParseResult parsed, T result, Action<TextWriter> text) =>
        new Output(shell, connection.IsJson(parsed)).Answer(JsonSerializer.SerializeToElement(result, ApiJson.Options), text);

    private static void Tell(TextWriter output, StoreCheckResult result)
    {
        var state = result.ProblemCount == 0 ? "right" : Counted("{0}: " + result.Rule, (result.ProblemCount, "problem"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Name,-20}{result.Rows,12:N0} rows{result.Duration.TotalMilliseconds,9:N0} ms  {state}"));
        foreach (var problem in result.Problems)
            output.WriteLine($"    {Shell.Printable(problem)}");
        if (result.ProblemCount > result.Problems.Count)
            output.WriteLine($"    and {result.ProblemCount - result.Problems.Count} more");
        if (result.ProblemCount > 0)
            output.WriteLine($"  {result.Remedy}");
    }

    private static JsonElement Document(string path, IReadOnlyList<StoreCheckResult> results) => JsonSerializer.SerializeToElement(
        new
        {
            Database = path,
            IsRight = results.All(result => result.ProblemCount == 0),
            Checks = results.Select(result => new
            {
                result.Name,
                result.Rule,
                result.Rows,
                Milliseconds = Math.Round(result.Duration.TotalMilliseconds, 1),
                result.ProblemCount,
                result.Problems,
                Remedy = result.ProblemCount > 0 ? result.Remedy : null,
            }),
        },
        ApiJson.Options);

    private static string Counted(string format, params (long Count, string What)[] counted) => string.Format(
        CultureInfo.InvariantCulture, format, [.. counted.Select(thing => $"{thing.Count} {thing.What}{(thing.Count == 1 ? "" : "s")}")]);
}
