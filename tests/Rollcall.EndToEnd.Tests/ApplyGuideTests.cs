using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Rollcall.EndToEnd.Tests.Support;

namespace Rollcall.EndToEnd.Tests;

/// <summary>
/// <c>docs/apply.md</c> is true: its files are written, its commands run in their order against a fresh server, and what they print
/// is what stands there. <c>ROLLCALL_UPDATE_GOLDEN=1</c> writes what they print into the guide.
/// </summary>
public sealed partial class ApplyGuideTests
{
    private static readonly string GuideFile = Repository.Docs("apply.md");

    [Fact]
    public async Task Examples_PrintWhatTheGuideShows()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path);
        var guide = await File.ReadAllTextAsync(GuideFile, TestContext.Current.CancellationToken);
        var told = new StringBuilder();
        var end = 0;
        foreach (Match block in Block().Matches(guide))
        {
            var text = block.Groups["text"];
            told.Append(guide, end, text.Index - end);
            end = text.Index + text.Length;
            told.Append(block.Groups["language"].Value == "yaml" ? await WriteAsync(folder, text.Value) : await RunAsync(server, folder, text.Value));
        }
        told.Append(guide, end, guide.Length - end);

        if (Environment.GetEnvironmentVariable("ROLLCALL_UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(GuideFile, told.ToString(), TestContext.Current.CancellationToken);
        else
            Assert.Equal(guide, told.ToString());
    }

    /// <summary>The first line is a comment with the name of the file.</summary>
    private static async Task<string> WriteAsync(TempFolder folder, string text)
    {
        await File.WriteAllTextAsync(folder[text[2..text.IndexOf('\n', StringComparison.Ordinal)]], text, TestContext.Current.CancellationToken);
        return text;
    }

    /// <summary>Runs the commands of a block; what they print stands below each.</summary>
    private static async Task<string> RunAsync(RollcallServer server, TempFolder folder, string block)
    {
        var told = new StringBuilder();
        foreach (var line in block.Split('\n').Where(line => line.StartsWith("$ ", StringComparison.Ordinal)))
        {
            var start = new ProcessStartInfo("bash", ["-c", $"({line[2..]}) 2>&1"]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true };
            foreach (var (name, value) in server.Command.Environment)
                start.Environment[name] = value;
            start.Environment["PATH"] = $"{Path.GetDirectoryName(RollcallCommand.Executable)}:{start.Environment["PATH"]}";
            using var command = Process.Start(start)!;
            told.Append(line).Append('\n').Append(await command.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
            await command.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        return told.ToString();
    }

    [GeneratedRegex(@"^```(?<language>yaml|console)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
