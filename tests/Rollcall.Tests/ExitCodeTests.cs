using Xunit;

namespace Rollcall.Tests;

/// <summary>Exit codes and reasons. Rows without answers must not reach the server; "down" means that none listens.</summary>
public sealed class ExitCodeTests
{
    private const string Table = "exit-codes.json";
    private const string Down = "http://127.0.0.1:1";

    public static TheoryData<string> Ids => Cases.Ids<Row>(Table, row => row.Id);

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Verb_ThatFails_EndsWithItsCodeAndReason(string id)
    {
        var row = Cases.Read<Row>(Table).Single(candidate => candidate.Id == id);
        await using var server = await FakeServer.StartAsync(row.Answers ?? []);
        using var cli = Cli.For(row.Down ? Down : server.Url);
        foreach (var (name, value) in row.Environment ?? [])
            cli.Environment[name] = value;

        var result = await cli.RunAsync(row.Args);

        Assert.Equal(row.Exit, result.Exit);
        Assert.Equal("", result.Output);
        Assert.Equal(string.Join('\n', row.Error) + "\n", result.Error.Replace(server.Url, "http://server", StringComparison.Ordinal).Replace(cli.Folder, "FOLDER", StringComparison.Ordinal));
        Assert.Equal(row.Answers?.Count ?? 0, server.Requests.Count);
        Assert.DoesNotContain(Cli.Token, result.Error, StringComparison.Ordinal);
    }

    private sealed record Row(
        string Id,
        IReadOnlyList<string> Args,
        int Exit,
        IReadOnlyList<string> Error,
        IReadOnlyList<FakeAnswer>? Answers = null,
        Dictionary<string, string>? Environment = null,
        bool Down = false);
}
