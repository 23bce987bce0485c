using Rollcall.Commands;
using Rollcall.Web.Settings;

namespace Rollcall.Tests;

/// <summary>How a command line ended.</summary>
internal sealed record CliResult(int Exit, string Output, string Error);

/// <summary>A shell in which <c>rollcall</c> is run: its own folder, its own environment.</summary>
internal sealed class Cli : IDisposable
{
    /// <summary>The admin token that the environment gives.</summary>
    public const string Token = "admin-token-of-the-tests-0123456789";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rollcall-cli-");

    /// <summary>The current folder.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Environment variables.</summary>
    public Dictionary<string, string> Environment { get; } = new() { ["ROLLCALL_ADMIN_TOKEN"] = Token };

    /// <summary>What standard input holds.</summary>
    public string Input { get; set; } = "";

    /// <summary>Whether standard output is a terminal that shows colours.</summary>
    public bool HasColours { get; set; }

    /// <summary>What <c>serve</c> was asked for, if it was.</summary>
    public (RollcallSettings Settings, ServeSides Sides)? Served { get; private set; }

    /// <summary>A shell whose environment names the server.</summary>
    public static Cli For(FakeServer server) => For(server.Url);

    /// <summary>A shell whose environment names the server, for both sides.</summary>
    public static Cli For(string url)
    {
        var cli = new Cli();
        cli.Environment["ROLLCALL_ACCESS_URL"] = url;
        cli.Environment["ROLLCALL_GOVERNANCE_URL"] = url;
        return cli;
    }

    /// <summary>Runs a command line.</summary>
    public async Task<CliResult> RunAsync(params IReadOnlyList<string> arguments)
    {
        using var input = new StringReader(Input);
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var exit = await CommandLine.RunAsync(arguments, new Shell(input, output, error, Environment, Folder) { HasColours = HasColours }, (settings, sides, _) =>
        {
            Served = (settings, sides);
            return Task.FromResult(0);
        });
        return new CliResult(exit, output.ToString(), error.ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
