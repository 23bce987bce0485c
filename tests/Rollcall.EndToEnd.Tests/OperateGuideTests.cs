using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rollcall.EndToEnd.Tests.Support;

namespace Rollcall.EndToEnd.Tests;

/// <summary><c>docs/operate.md</c> is true: its commands run in their order, and the names that it uses are there.</summary>
public sealed partial class OperateGuideTests
{
    // What the commands expect of a machine: a service that is controlled, and its journal.
    private const string Systemctl =
        """
        #!/bin/bash
        # Stands for systemd: systemctl start|stop|restart rollcall
        stop() { [ -e pid ] || return 0; kill "$(cat pid)"; while kill -0 "$(cat pid)" 2>/dev/null; do read -rt 0.05 <> <(:) || :; done; rm pid; }
        start() {
          : > out
          rollcall serve access > out 2>> journal & echo $! > pid
          until grep -q ^Ready out; do kill -0 "$(cat pid)" 2>/dev/null || { cat journal >&2; exit 1; }; read -rt 0.05 <> <(:) || :; done
        }
        case $1 in start) start ;; stop) stop ;; restart) stop; start ;; esac
        """;

    private static readonly string Guide = File.ReadAllText(Repository.Docs("operate.md"));

    [Fact]
    public async Task Commands_RunInTheirOrder()
    {
        using var folder = new TempFolder();
        Script(folder["systemctl"], Systemctl);
        Script(folder["journalctl"], "#!/bin/bash\ncat journal");
        await using var server = await RollcallServer.StartAsync(folder.Path);
        await server.Command.JsonAsync("integrations", "create", "sailpoint");
        server.Terminate();
        await server.ExitCodeAsync();

        var start = new ProcessStartInfo("bash", ["-c", $"set -euxo pipefail\ntrap 'systemctl stop rollcall' EXIT\nsystemctl start rollcall\n{string.Join("\n", Blocks("sh"))}"])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in server.Command.Environment)
            start.Environment[name] = value;
        start.Environment["ROLLCALL_DATA"] = server.Data;
        start.Environment["PATH"] = $"{folder.Path}:{Path.GetDirectoryName(RollcallCommand.Executable)}:{start.Environment["PATH"]}";
        using var script = Process.Start(start)!;
        var output = script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(script.ExitCode == 0, $"{await output}\n{await error}");

        // What it did is what the guide says.
        Assert.Contains("rollcall_data_writer_queue", await output, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(server.Data, "access.db.before-*"));
        Assert.Equal(43, (await File.ReadAllTextAsync(folder["sailpoint-secret"], TestContext.Current.CancellationToken)).Trim().Length);
    }

    [Fact]
    public async Task Metrics_ThatAreNamed_AreThere()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path);
        var platform = await server.AddIntegrationAsync("acme");
        var (list, _) = await server.AddListAsync(platform, "payroll");
        using var http = platform.Connect();
        using var refused = new HttpRequestMessage(HttpMethod.Delete, new Uri($"Groups/{list}", UriKind.Relative));
        refused.Headers.TryAddWithoutValidation("If-Match", "W/\"99\"");
        using var answer = await http.SendAsync(refused, TestContext.Current.CancellationToken);
        using var admin = new HttpClient { BaseAddress = new Uri(server.Url) };
        admin.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(server.Data, "admin-token"), TestContext.Current.CancellationToken)).Trim());
        // Only who comes back to the change feed follows it.
        var place = JsonNode.Parse(await admin.GetStringAsync(new Uri("/api/v1/changes?after=now", UriKind.Relative), TestContext.Current.CancellationToken))!["next"];
        await admin.GetStringAsync(new Uri($"/api/v1/changes?after={place}", UriKind.Relative), TestContext.Current.CancellationToken);
        var metrics = await admin.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);

        var named = Metric().Matches(Guide).Select(match => match.Value).Distinct().ToList();
        Assert.True(named.Count > 10);
        Assert.All(named, name => Assert.Contains(name, metrics, StringComparison.Ordinal));
        // And none of ours is left out.
        var ours = Own().Matches(metrics).Select(match => match.Groups[1].Value);
        Assert.All(ours, name => Assert.Contains(name, Guide, StringComparison.Ordinal));
        Assert.All((string[])["http_route=", "http_request_method=", "http_response_status_code=", "integration=\"acme\"", "result=\"hit\""], label => Assert.Contains(label, metrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unit_IsRight()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "There is no systemd-analyze here.");
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["rollcall.service"], Blocks("ini")[0].Replace("/opt/rollcall/rollcall", RollcallCommand.Executable, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        using var verify = Process.Start(new ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", folder["rollcall.service"]]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = await verify.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await verify.WaitForExitAsync(TestContext.Current.CancellationToken);
        // It tells of the machine's own units as well.
        Assert.DoesNotContain("rollcall.service", error, StringComparison.Ordinal);
    }

    private static List<string> Blocks(string language) => [.. Block().Matches(Guide).Where(match => match.Groups[1].Value == language).Select(match => match.Groups[2].Value)];

    private static void Script(string path, string text)
    {
        File.WriteAllText(path, text + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\b(rollcall_(access|data)_|http_server_|dotnet_process_)\w+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^# TYPE (rollcall_\w+) ", RegexOptions.Multiline)]
    private static partial Regex Own();
}
