using Xunit;

namespace Rollcall.Tests;

/// <summary><c>rollcall completion</c>, and what shells ask the executable for with <c>[suggest:POSITION]</c>.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("rollcall u", "users")]
    [InlineData("/usr/local/bin/rollcall u", "users")]
    [InlineData("rollcall lists members ", "add list remove", true)]
    [InlineData("rollcall lists members list --", "--data --help --output --token --url", true)]
    [InlineData("rollcall users unblock ann ", "--data --help --output --token --url -h", true)]
    [InlineData("rollcall lists create --ty", "--type")]
    [InlineData("rollcall lists create --type ", "local scim static", true)]
    [InlineData("rollcall frob ", "")]
    [InlineData("rollcall", "")]
    [InlineData("rollcall \"unclosed", "")]
    public async Task Suggest_GivesTheWords(string line, string words, bool inAnyOrder = false)
    {
        using var cli = new Cli();
        var result = await cli.RunAsync($"[suggest:{line.Length}]", line);
        var given = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((0, ""), (result.Exit, result.Error));
        Assert.Equal(Sorted(words.Split(' ', StringSplitOptions.RemoveEmptyEntries)), Sorted(given));

        IEnumerable<string> Sorted(IEnumerable<string> list) => inAnyOrder ? list.Order(StringComparer.Ordinal) : list;
    }

    [Fact]
    public async Task Suggest_LooksAtWhatStandsBeforeThePosition()
    {
        using var cli = new Cli();
        Assert.Equal("users\n", (await cli.RunAsync("[suggest:10]", "rollcall u and more")).Output);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task Script_IsAsKept(string shell)
    {
        using var cli = new Cli();
        var result = await cli.RunAsync("completion", shell);
        Assert.Equal((0, ""), (result.Exit, result.Error));
        Golden.Matches($"completion/{shell}.txt", result.Output);
    }
}
