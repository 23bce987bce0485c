using System.Text.Json;
using Rollcall.Web.Settings;
using Xunit;

namespace Rollcall.Tests;

/// <summary>Corners of the output that no verb's golden shows.</summary>
public sealed class OutputTests
{
    private static readonly JsonElement FirstPage = JsonElement.Parse("""{"items":[{"id":"1","userName":"alice","active":true}],"nextCursor":"two"}""");

    [Fact]
    public async Task ControlCharacters_InAnswers_DoNotReachTheTerminal()
    {
        var user = JsonElement.Parse("""{"items":[{"id":"1","userName":"al\u001b]0;owned\u0007ice","displayName":"a\r\nb"}]}""");
        await using var server = await FakeServer.StartAsync(new FakeAnswer(200, user), new FakeAnswer(409, JsonElement.Parse("""{"detail":"no \u001b[2J"}""")));
        using var cli = Cli.For(server);

        var listed = await cli.RunAsync("users", "list");
        var refused = await cli.RunAsync("users", "show", "1");

        Assert.Contains("al\uFFFD]0;owned\uFFFDice", listed.Output, StringComparison.Ordinal);
        Assert.Contains("a\uFFFD\uFFFDb", listed.Output, StringComparison.Ordinal);
        Assert.Equal("rollcall: no \uFFFD[2J\n", refused.Error);
    }

    [Fact]
    public async Task JsonOfAList_ThatBreaksOffAfterAPage_IsNoWholeDocument()
    {
        await using var server = await FakeServer.StartAsync(new FakeAnswer(200, FirstPage), new FakeAnswer(503, JsonElement.Parse("""{"detail":"Busy."}""")));
        using var cli = Cli.For(server);
        var result = await cli.RunAsync("users", "list", "--output", "json");
        Assert.Equal((1, "rollcall: Busy.\n"), (result.Exit, result.Error));
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(result.Output));
    }

    [Fact]
    public async Task Cursor_ThatIsGivenTwice_EndsTheList()
    {
        await using var server = await FakeServer.StartAsync(new FakeAnswer(200, FirstPage), new FakeAnswer(200, FirstPage));
        using var cli = Cli.For(server);
        var result = await cli.RunAsync("users", "list");
        Assert.Equal(1, result.Exit);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public void Table_WithAWiderCellOnALaterPage_KeepsItWhole()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var table = new TableWriter(output, ["NAME", "KIND"]);
        table.Write([["Zoë", "person"]]);
        table.Write([["someone-longer", "person"]]);
        Assert.Equal("NAME  KIND\nZoë   person\nsomeone-longer  person\n", output.ToString());
    }

    [Theory]
    [InlineData("http://*:8080", "http://127.0.0.1:8080/")]
    [InlineData("http://0.0.0.0:8080", "http://127.0.0.1:8080/")]
    [InlineData("https://[::]:8443", "https://[::1]:8443/")]
    [InlineData("http://localhost:8080", "http://localhost:8080/")]
    public void ServerThatListensOnEveryAddress_IsAskedOnLoopback(string listening, string asked) =>
        Assert.Equal(asked, Resolve(listening).Url.AbsoluteUri);

    [Theory]
    [InlineData("https://example.com", "https://example.com/")]
    [InlineData("https://example.com/rollcall/", "https://example.com/rollcall/")]
    [InlineData("https://example.com/rollcall", "https://example.com/rollcall/")]
    public void Url_KeepsItsPath(string given, string asked) =>
        Assert.Equal(asked, Resolve("http://127.0.0.1:8080", "--url", given).Url.AbsoluteUri);

    [Fact]
    public void Connection_DoesNotSayItsToken() =>
        Assert.DoesNotContain(Cli.Token, Resolve("http://127.0.0.1:8080").ToString(), StringComparison.Ordinal);

    private static Connection Resolve(string listening, params string[] arguments)
    {
        var environment = new Dictionary<string, string> { ["ROLLCALL_ACCESS_URL"] = listening, ["ROLLCALL_ADMIN_TOKEN"] = Cli.Token };
        var shell = new Shell(TextReader.Null, TextWriter.Null, TextWriter.Null, environment, Path.GetTempPath());
        var connection = new ConnectionOptions(shell, new SettingOptions(shell));
        return connection.Resolve(new Verb("verb", "A verb.").With([.. connection.All]).Parse(arguments), Side.Access);
    }
}
