using System.Text;
using System.Text.Json;
using Xunit;

namespace Rollcall.Tests;

/// <summary><c>rollcall apply</c> and <c>rollcall export</c>: what they read, send, print and refuse.</summary>
public sealed class ApplyTests
{
    private const string Table = "apply.json";

    public static TheoryData<string> Ids => Cases.Ids<Row>(Table, row => row.Id);

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Apply_SendsAndPrints_AsKept(string id)
    {
        var row = Cases.Read<Row>(Table).Single(candidate => candidate.Id == id);
        var run = await VerbRun.OfAsync(["apply", .. row.Args], [new FakeAnswer(200, row.Answer)], cli =>
        {
            foreach (var (name, text) in row.Files)
                Write(cli, name, Encoding.UTF8.GetBytes(text));
            (cli.Input, cli.HasColours) = (row.Input, row.HasColours);
        });

        Assert.Equal("", run.Text.Error);
        Assert.True(JsonElement.DeepEquals(row.Answer, JsonElement.Parse(run.Json.Output)), run.Json.Output);
        Golden.Matches($"verbs/{id.Replace(' ', '-')}.txt", run.Transcript(withJson: false));
    }

    [Fact]
    public async Task Apply_TellsEachErrorWithItsPlace()
    {
        var problem = JsonElement.Parse(
            """
            {"status":400,"detail":"Nothing was changed: 3 things are wrong with the documents.","errors":[
              {"detail":"unknown type.","file":"lists.yaml","document":3,"line":12,"column":5,"kind":"access_list","name":"payroll","field":"spec.type"},
              {"detail":"This can't be read as YAML: x.","file":"b\u001b.yaml","line":1,"column":2},
              {"detail":"It is a member of 'b'.","kind":"access_list","name":"a"}]}
            """);
        await using var server = await FakeServer.StartAsync(new FakeAnswer(400, problem));
        using var cli = Cli.For(server);
        Write(cli, "lists.yaml", "kind"u8.ToArray());

        var result = await cli.RunAsync("apply", "-f", "lists.yaml");

        Assert.Equal((1, ""), (result.Exit, result.Output));
        Assert.Equal(
            """
            rollcall: Nothing was changed: 3 things are wrong with the documents.
              lists.yaml:12:5: access_list "payroll", spec.type: unknown type.
              b�.yaml:1:2: This can't be read as YAML: x.
              access_list "a": It is a member of 'b'.

            """, result.Error);
    }

    [Theory]
    [InlineData("none.yaml", "The file \"none.yaml\" can't be read; check the path and its permissions.")]
    [InlineData("binary.yaml", "The file \"binary.yaml\" is no text in UTF-8. Give YAML or JSON.")]
    [InlineData("large.yaml", "The file \"large.yaml\" is larger than 64 MiB, which the server does not take at once. Apply it in parts.")]
    [InlineData("empty", "The folder \"empty\" holds no *.yaml, *.yml or *.json file.")]
    public async Task Apply_RefusesFilesThatAreNone_WithoutSendingAnything(string file, string reason)
    {
        await using var server = await FakeServer.StartAsync();
        using var cli = Cli.For(server);
        Write(cli, "binary.yaml", [0x89, 0x50, 0x4E, 0x47, 0xFF]);
        Write(cli, "fine.yaml", "kind"u8.ToArray());
        Directory.CreateDirectory(Path.Combine(cli.Folder, "empty"));
        using (var large = File.Create(Path.Combine(cli.Folder, "large.yaml")))
            large.SetLength(100 * 1024 * 1024);

        var result = await cli.RunAsync("apply", "-f", "fine.yaml", file);

        Assert.Equal((1, "", $"rollcall: {reason}\n"), (result.Exit, result.Output, result.Error));
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("", "/api/v1/export")]
    [InlineData("--format yaml --type local --name a/b", "/api/v1/export?format=yaml&type=&name=a%2Fb")]
    [InlineData("--format json --integration sailpoint", "/api/v1/export?format=json&integration=sailpoint")]
    [InlineData("--output json", "/api/v1/export?format=json")]
    public async Task Export_PassesOnWhatTheServerSends(string arguments, string target)
    {
        var text = string.Concat(Enumerable.Repeat("---\nkind: \"Ünïcode 😀\"\n", 20_000));
        await using var server = await FakeServer.StartAsync(new FakeAnswer(200, Raw: text));
        using var cli = Cli.For(server);

        var result = await cli.RunAsync(["export", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((0, text, ""), (result.Exit, result.Output, result.Error));
        Assert.Equal(target, Assert.Single(server.Requests).Target);
    }

    [Theory]
    [InlineData("--format identityiq", "/api/v1/integrations/sailpoint/export?format=identityiq")]
    [InlineData("--format identityiq --fragment", "/api/v1/integrations/sailpoint/export?format=identityiq&fragment=true")]
    [InlineData("--format isc --output json", "/api/v1/integrations/sailpoint/export?format=isc")]
    public async Task ExportOfAnIntegration_PassesOnWhatTheServerSends(string arguments, string target)
    {
        const string text = "<Application name=\"Ünïcode 😀\"/>\n";
        await using var server = await FakeServer.StartAsync(new FakeAnswer(200, Raw: text));
        using var cli = Cli.For(server);

        var result = await cli.RunAsync(["integrations", "export", "sailpoint", .. arguments.Split(' ')]);

        Assert.Equal((0, text, ""), (result.Exit, result.Output, result.Error));
        Assert.Equal(target, Assert.Single(server.Requests).Target);
    }

    private static void Write(Cli cli, string name, byte[] content)
    {
        var path = Path.Combine(cli.Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    private sealed record Row(string Id, IReadOnlyList<string> Args, Dictionary<string, string> Files, JsonElement Answer, string Input = "", bool HasColours = false);
}
