using System.Diagnostics;
using Rollcall.EndToEnd.Tests.Support;

namespace Rollcall.EndToEnd.Tests;

/// <summary>The script of <c>rollcall completion bash</c>, in bash.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("rollcall int", "integrations")]
    [InlineData("rollcall lists mem", "members")]
    [InlineData("rollcall integrations create acme --platform i", "identityiq isc")]
    [InlineData("rollcall completion ", "bash fish pwsh zsh")]
    [InlineData("rollcall frob ", "")]
    public async Task Bash_IsGivenTheWords(string line, string words)
    {
        using var folder = new TempFolder();
        var start = new ProcessStartInfo("bash", ["--norc", "-c",
            """
            source <(rollcall completion bash)
            complete -p rollcall
            COMP_LINE="$1" COMP_POINT=${#1}
            _rollcall_complete rollcall
            echo "${COMPREPLY[*]}"
            """, "bash", line])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{Path.GetDirectoryName(RollcallCommand.Executable)}:{start.Environment["PATH"]}";
        using var bash = Process.Start(start)!;
        var error = bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("", $"complete -o default -F _rollcall_complete rollcall\n{words}\n"), (await error, output));
    }
}
