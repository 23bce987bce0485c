using System.Diagnostics;
using Rollcall.EndToEnd.Tests.Support;

namespace Rollcall.EndToEnd.Tests;

/// <summary><c>docs/walkthrough.sh</c> does what it says, against a fresh server.</summary>
public sealed class WalkthroughTests
{
    [Fact]
    public async Task Walkthrough_Runs()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path);
        var start = new ProcessStartInfo("bash", [Repository.Docs("walkthrough.sh")])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in server.Command.Environment)
            start.Environment[name] = value;
        start.Environment["ROLLCALL"] = RollcallCommand.Executable;
        using var script = Process.Start(start)!;
        var output = script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(script.ExitCode == 0, await output + await error);
        // The heart of it: a stale version is refused, and the change goes through on a fresh one.
        Assert.Matches("(?s)PATCH [^\n]*-> 412.*PATCH [^\n]*-> 204", await output);
    }
}
