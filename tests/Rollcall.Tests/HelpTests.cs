using System.CommandLine;
using Xunit;

namespace Rollcall.Tests;

/// <summary>Help texts are part of the product: each is looked at and kept under <c>Golden/help</c>.</summary>
public sealed class HelpTests
{
    // As the command line itself: "@file" is a value.
    private static readonly ParserConfiguration AsItIs = new() { ResponseFileTokenReplacer = null };

    public static TheoryData<string> Commands => [.. All().Select(HelpWriter.FullName)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfEachCommand_IsAsKept(string command)
    {
        using var cli = new Cli();
        var result = await cli.RunAsync([.. command.Split(' ')[1..], "--help"]);
        Assert.Equal((0, ""), (result.Exit, result.Error));
        Golden.Matches($"help/{command.Replace(' ', '-')}.txt", result.Output);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void EachCommandArgumentAndOption_IsDescribed(string name)
    {
        var command = All().Single(candidate => HelpWriter.FullName(candidate) == name);
        Assert.EndsWith(".", command.Description, StringComparison.Ordinal);
        Assert.All(command.Arguments, argument => Assert.EndsWith(".", argument.Description, StringComparison.Ordinal));
        Assert.All(command.Options.Where(option => !option.Hidden), option => Assert.EndsWith(".", option.Description, StringComparison.Ordinal));
    }

    [Fact]
    public void NoLineOfHelp_ButAnExample_IsWiderThanTheScreen()
    {
        foreach (var command in All())
        {
            using var output = new StringWriter();
            HelpWriter.Write(output, command);
            var lines = output.ToString().Split("Examples:")[0].Split('\n');
            Assert.All(lines, line => Assert.True(line.Length <= 100, $"{HelpWriter.FullName(command)}: {line}"));
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void EachExample_IsRightUsage(string name)
    {
        var root = Root();
        var examples = (All().Single(candidate => HelpWriter.FullName(candidate) == name) as Verb)!.Examples;
        Assert.All(examples, example => Assert.Empty(root.Parse(example["rollcall".Length..], AsItIs).Errors));
    }

    [Fact]
    public async Task Version_IsThatOfTheAssembly()
    {
        using var cli = new Cli();
        var result = await cli.RunAsync("--version");
        Assert.Equal((0, ""), (result.Exit, result.Error));
        Assert.Matches(@"^rollcall \d+\.\d+\.\d+(-[0-9a-z.]+)?( \(commit [0-9a-f]{12}\))?\n$", result.Output);
    }

    private static Verb Root() =>
        CommandLine.Create(new Shell(TextReader.Null, TextWriter.Null, TextWriter.Null, new Dictionary<string, string>(), Path.GetTempPath()), (_, _, _) => Task.FromResult(0));

    private static IEnumerable<Command> All()
    {
        return Below(Root());

        static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(Below).Prepend(command);
    }
}
