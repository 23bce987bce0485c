using System.CommandLine;
using System.CommandLine.Parsing;
using Rollcall.Web.Settings;

namespace Rollcall;

/// <summary>One run of a verb that talks to a server.</summary>
internal sealed record Call(ParseResult Parsed, ApiClient Api, Output Output, Shell Shell, CancellationToken CancellationToken)
{
    /// <summary>The value of an argument.</summary>
    public string this[Argument<string> argument] => Parsed.GetRequiredValue(argument);

    /// <summary>The value of an option; null where it is not given.</summary>
    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);
}

/// <summary>Connects verbs to the server of their side, which the command line and the settings name.</summary>
internal sealed class Server(Shell shell, ConnectionOptions connection, Side side)
{
    /// <summary>Makes a verb out of what it does with the server. Whatever goes wrong is thrown as <see cref="CommandFailure"/>.</summary>
    public Verb Verb(Verb verb, Func<Call, Task> run) =>
        (side == Side.Governance ? verb.With(connection.As) : verb).Does(async (parsed, cancellationToken) =>
        {
            using var api = new ApiClient(connection.Resolve(parsed, side));
            await run(new Call(parsed, api, new Output(shell, connection.IsJson(parsed)), shell, cancellationToken));
            return ExitCode.Done;
        });

    /// <summary>Whether an option was given.</summary>
    public static bool IsGiven(SymbolResult command, Option option) => command.GetResult(option) is { Implicit: false };
}
