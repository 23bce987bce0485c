using System.CommandLine;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access;
using Rollcall.Governance;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;
using Xunit;

namespace Rollcall.Tests;

/// <summary>
/// The outside contract, which scripts and other people's software depend on, stands in <c>Data/contract.json</c>: settings,
/// paths, verbs and flags of both sides. Nothing of it is missing, nothing is beyond it, and help and documentation name it.
/// What stands under "pending" is decided, but not there yet.
/// </summary>
public sealed class ContractTests
{
    private static readonly Contract Expected = JsonSerializer.Deserialize<Contract>(
        File.ReadAllText(Path.Combine(Repository.Tests, "Data", "contract.json")), JsonSerializerOptions.Web)!;

    private sealed record Contract(IReadOnlyList<Setting> Settings, IReadOnlyList<string> Paths, IReadOnlyList<string> GovernancePaths, Dictionary<string, string> Verbs, Pending Pending);

    private sealed record Setting(string Variable, string Flag, string File);

    private sealed record Pending(IReadOnlyList<string> Paths, Dictionary<string, string> Verbs);

    [Fact]
    public void Settings_AreThoseOfTheContract() => AssertSame(
        Expected.Settings.Select(setting => setting.ToString()),
        // One is for measurement and in no documentation.
        SettingKey.All.Where(key => key.Path != SettingKey.GroupCommitForMeasurement.Path).Select(key => new Setting(key.Variable, key.Flag, key.Path).ToString()));

    [Fact]
    public async Task Paths_OfAccess_AreThoseOfTheContract()
    {
        using var cli = new Cli();
        var settings = new RollcallSettings { Data = Path.Combine(cli.Folder, "data"), Access = SideSettings.DefaultFor(Side.Access, freePort: true) };
        using var folder = DataFolder.Open(settings);
        await using var server = await AccessServer.CreateAsync(settings, folder);
        var mapped = await MappedAsync(server.Host);
        AssertSame(Expected.Paths, mapped);
        Assert.Empty(Expected.Pending.Paths.Intersect(mapped.Select(call => call.Split(' ')[1])));
    }

    [Fact]
    public async Task Paths_OfGovernance_AreThoseOfTheContract()
    {
        using var cli = new Cli();
        var settings = new RollcallSettings { Data = Path.Combine(cli.Folder, "data"), Governance = SideSettings.DefaultFor(Side.Governance, freePort: true) };
        using var folder = DataFolder.Open(settings);
        await using var server = await GovernanceServer.CreateAsync(settings, folder);
        AssertSame(Expected.GovernancePaths, await MappedAsync(server.Host));
    }

    [Fact]
    public void Verbs_AreThoseOfTheContract()
    {
        var verbs = Leaves(Root()).ToDictionary(verb => HelpWriter.FullName(verb), Usage);
        AssertSame(Expected.Verbs.Select(verb => $"{verb.Key}: {verb.Value}"), verbs.Select(verb => $"{verb.Key}: {verb.Value}"));
        Assert.Empty(Expected.Pending.Verbs.Keys.Intersect(verbs.Keys));
    }

    [Fact]
    public void Help_NamesEachSettingAndFlag()
    {
        foreach (var verb in Leaves(Root()))
        {
            var help = Help(verb);
            Assert.All(Usage(verb).Split(' ', StringSplitOptions.RemoveEmptyEntries), part => Assert.Contains(part.Trim('[', ']'), help, StringComparison.Ordinal));
        }
        var serving = Help(Root().Subcommands.Single(verb => verb.Name == "serve"));
        Assert.All(Expected.Settings, setting => Assert.Contains(setting.Flag + " ", serving, StringComparison.Ordinal));
    }

    [Fact]
    public void Documentation_NamesEachSettingAndVerb()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "README.md")) + File.ReadAllText(Path.Combine(Repository.Root, "docs", "operate.md"));
        Assert.All(Expected.Settings, setting => Assert.Contains(setting.Variable, text, StringComparison.Ordinal));
        foreach (var verb in (string[])["check-store", "backup", "restore", "completion"])
            Assert.Contains($"rollcall {verb}", text, StringComparison.Ordinal);
    }

    /// <summary>What a side has mapped; /openapi/v1.json has told all of it that is admin API.</summary>
    private static async Task<List<string>> MappedAsync(SideHost host)
    {
        var mapped = ((IEndpointRouteBuilder)host.App).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().SelectMany(Calls).Distinct().ToList();
        await host.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(host.ListeningUrl) };
        var document = JsonElement.Parse(await http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        var told = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"));
        AssertSame(mapped.Where(call => call.Contains("/api/v1/", StringComparison.Ordinal)), told);
        await host.StopAsync(new CancellationToken(canceled: true));
        return mapped;
    }

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (known, found) = (expected.ToHashSet(StringComparer.Ordinal), actual.ToHashSet(StringComparer.Ordinal));
        var differences = known.Except(found).Select(item => $"missing: {item}").Concat(found.Except(known).Select(item => $"not in Data/contract.json: {item}"));
        Assert.True(known.SetEquals(found), string.Join('\n', differences));
    }

    // "LIST [NAME] --force": arguments and the verb's own options, in the order of the help.
    private static string Usage(Command verb) => string.Join(' ',
        [
            .. verb.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name),
            .. verb.Options.Where(option => !option.Recursive && !option.Hidden && (verb as Verb)?.Groups.Any(group => group.Title == "Settings" && group.Options.Contains(option)) is not true).Select(option => option.Name),
        ]);

    private static string Help(Command command)
    {
        using var output = new StringWriter();
        HelpWriter.Write(output, command);
        return output.ToString();
    }

    // HEAD comes with GET.
    private static IEnumerable<string> Calls(RouteEndpoint endpoint) =>
        (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Except(["HEAD"]).Select(method => $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}");

    private static Verb Root() =>
        CommandLine.Create(new Shell(TextReader.Null, TextWriter.Null, TextWriter.Null, new Dictionary<string, string>(), Path.GetTempPath()), (_, _, _) => Task.FromResult(0));

    private static IEnumerable<Command> Leaves(Command command) => command.Subcommands.Where(verb => verb.Name != "serve").SelectMany(Leaves).DefaultIfEmpty(command);
}
