using System.Diagnostics;
using System.Text.Json;

namespace Rollcall.EndToEnd.Tests.Support;

/// <summary>How a command ended.</summary>
/// <param name="Exit">The exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record CommandResult(int Exit, string Output, string Error)
{
    /// <summary>Standard output as the one JSON document that it is.</summary>
    public JsonElement Json => JsonElement.Parse(Output);
}

/// <summary>The built executable, and the environment that it is started in: nothing of ours but what the test sets.</summary>
public sealed class RollcallCommand
{
    /// <summary>Where the build put it, beside this test's own output.</summary>
    public static string Executable { get; } = FindExecutable();

    /// <summary>Settings, by environment variable.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The current folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether it is started from its sources, by <c>dotnet run</c>, as README's first command does.</summary>
    public bool IsRunFromSources { get; init; }

    /// <summary>Runs a verb to its end.</summary>
    public async Task<CommandResult> RunAsync(params IEnumerable<string> arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"rollcall {string.Join(' ', arguments)} did not end.\n{await output}\n{await error}");
        }
        return new CommandResult(process.ExitCode, await output, await error);
    }

    /// <summary>Runs a verb that is to succeed; what it says with <c>--output json</c>.</summary>
    public async Task<JsonElement> JsonAsync(params IEnumerable<string> arguments)
    {
        var result = await RunAsync([.. arguments, "--output", "json"]);
        Assert.True(result.Exit == 0, result.Error);
        return result.Json;
    }

    /// <summary>Starts it without waiting.</summary>
    public Process Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(IsRunFromSources ? "dotnet" : Executable, IsRunFromSources ? [.. RunFromSources, .. arguments] : arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("ROLLCALL_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static IEnumerable<string> RunFromSources
    {
        get
        {
            var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
            var sources = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../src/Rollcall"));
            return ["run", "--no-build", "--configuration", configuration, "--project", sources, "--"];
        }
    }

    private static string FindExecutable()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var path = Path.Combine(own.Parent!.Parent!.FullName, "Rollcall", own.Name, "rollcall");
        return File.Exists(path) ? path : throw new FileNotFoundException($"Build src/Rollcall first: there is no {path}.");
    }
}
