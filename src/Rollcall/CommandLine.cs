using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using Rollcall.Commands;
using Rollcall.Web.Settings;

namespace Rollcall;

/// <summary>The whole command line: its verbs, and what is common to running any of them.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">What stands after <c>rollcall</c>.</param>
    /// <param name="shell">The surroundings.</param>
    /// <param name="serve">Serves the sides until the process is asked to stop; answers the exit code.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Shell shell, ServeEntry serve)
    {
        var root = Create(shell, serve);
        if (CompletionCommand.TrySuggest(arguments, root, shell.Output))
            return ExitCode.Done;
        // "@file" belongs to the options for secrets, which must never be taken apart into arguments.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Action is null or ParseErrorAction)
            return await WrongUsageAsync(parsed, shell.Error);

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = shell.Output,
                Error = shell.Error,
                EnableDefaultExceptionHandler = false,
                // The host of "serve" handles signals itself and may drain for longer than this library would wait.
                ProcessTerminationTimeout = null,
            });
        }
        catch (CommandFailure failure)
        {
            await shell.Error.WriteLineAsync($"rollcall: {failure.Message}");
            return failure.ExitCode;
        }
        catch (SettingsException failure)
        {
            await shell.Error.WriteLineAsync($"rollcall: {Shell.Printable(failure.Message)}.");
            return failure.FromCommandLine ? ExitCode.Usage : ExitCode.Refused;
        }
    }

    /// <summary>The root command with everything below it.</summary>
    public static Verb Create(Shell shell, ServeEntry serve)
    {
        var settings = new SettingOptions(shell);
        var connection = new ConnectionOptions(shell, settings);
        var server = new Server(shell, connection, Side.Access);
        var governance = new Server(shell, connection, Side.Governance);

        var root = new Verb("rollcall", "Keeps access lists and lets identity-governance platforms decide, over SCIM 2.0, who is on them. Without a command it serves both sides; \"rollcall serve --help\" lists the settings.") { ShowsInherited = false }
            .With(ServeCommand.Create(settings, connection, serve))
            .With(IntegrationCommands.Create(server), ListCommands.Create(server), UserCommands.Create(server), AccessCommands.Create(server), AuditCommand.Create(server))
            .With(ApplyCommand.Create(server, shell), ExportCommand.Create(server, shell))
            .With(AggregateCommands.Create(governance), TaskCommands.Create(governance), ScheduleCommands.Create(governance), AccountCommands.Create(governance), CatalogCommands.Create(governance), DriftCommand.Create(governance))
            .With(IdentityCommands.Create(governance), RequestCommands.CreateRequest(governance), RequestCommands.Create(governance), ApprovalCommands.Create(governance))
            .With(DemoCommand.Create(shell, settings))
            .With([.. StoreCommands.Create(shell, settings, connection), CompletionCommand.Create(shell)])
            .With([.. connection.All])
            .WithUnlisted(settings.All)
            .With(new HelpOption { Action = new HelpWriter(), Description = "Shows help." })
            .With(new VersionOption("--version") { Action = new PrintVersion(), Description = "Shows the version, and the commit that it was built from." })
            .WithExamples(
                "rollcall",
                "rollcall serve access --data /var/lib/rollcall",
                "rollcall integrations create sailpoint --platform identityiq",
                "rollcall lists members list payroll --output json");
        return ServeCommand.ServeWith(root, ServeSides.Both, settings, connection, serve);
    }

    private static async Task<int> WrongUsageAsync(ParseResult parsed, TextWriter error)
    {
        var command = parsed.CommandResult.Command;
        foreach (var message in Reasons(parsed, command).Distinct())
            await error.WriteLineAsync($"rollcall: {message}");
        await error.WriteLineAsync($"See \"{HelpWriter.FullName(command)} --help\".");
        return ExitCode.Usage;
    }

    private static IEnumerable<string> Reasons(ParseResult parsed, Command command)
    {
        // Of arguments that nothing expects only the first is repeated, and that without a value: what follows a
        // misspelt --token is a secret.
        if (parsed.UnmatchedTokens is [var unmatched, ..])
            yield return $"\"{Shell.Echo(unmatched.StartsWith('-') ? unmatched.Split('=')[0] : unmatched)}\" is not expected here.";
        if (command.Action is null)
        {
            yield return $"Name one of the commands of \"{HelpWriter.FullName(command)}\": {string.Join(", ", command.Subcommands.Select(verb => verb.Name))}.";
            yield break;
        }

        foreach (var fault in parsed.Errors)
        {
            if (!parsed.UnmatchedTokens.Any(token => fault.Message.Contains($"'{token}'", StringComparison.Ordinal)))
                yield return fault.Message;
        }
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        private const int ShownOfCommit = 12;

        public override int Invoke(ParseResult parseResult)
        {
            var version = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            // What follows "+" is the commit; a build outside a working copy has none.
            var parts = version.Split('+');
            parseResult.InvocationConfiguration.Output.WriteLine(parts is [var number, { Length: >= ShownOfCommit } commit]
                ? $"rollcall {number} (commit {commit[..ShownOfCommit]})"
                : $"rollcall {parts[0]}");
            return ExitCode.Done;
        }
    }
}
