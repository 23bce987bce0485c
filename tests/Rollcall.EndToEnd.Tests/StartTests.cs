using System.Globalization;
using System.Net;
using Microsoft.Data.Sqlite;
using Rollcall.EndToEnd.Tests.Support;
using Rollcall.Testing;

namespace Rollcall.EndToEnd.Tests;

/// <summary>What the executable starts on, and what it refuses to start on.</summary>
public sealed class StartTests
{
    private static readonly IReadOnlyDictionary<string, RefusedStart> Rows = Cases.Rows<RefusedStart>("refused-starts.json");

    public static TheoryData<string> RefusedStarts => [.. Rows.Keys];

    public sealed record RefusedStart(
        string Id, string Says, Dictionary<string, string>? Environment = null, Dictionary<string, string>? Files = null, Dictionary<string, string>? Modes = null);

    [Theory]
    [MemberData(nameof(RefusedStarts))]
    public async Task UnsafeOrBrokenConfiguration_IsRefused_NamingTheSetting(string id)
    {
        var row = Rows[id];
        using var folder = new TempFolder();
        var data = Directory.CreateDirectory(folder["data"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        foreach (var (name, text) in row.Files ?? [])
        {
            await File.WriteAllTextAsync(Path.Combine(data, name), text, TestContext.Current.CancellationToken);
            SetMode(Path.Combine(data, name), "600");
        }
        foreach (var (name, mode) in row.Modes ?? [])
            SetMode(Path.Combine(data, name), mode);
        var command = new RollcallCommand { Folder = folder.Path, Environment = { ["ROLLCALL_DATA"] = data, ["ROLLCALL_ACCESS_URL"] = "http://127.0.0.1:0" } };
        foreach (var (name, value) in row.Environment ?? [])
            command.Environment[name] = value;

        var result = await command.RunAsync("serve", "access");

        Assert.Equal(1, result.Exit);
        Assert.Empty(result.Output);
        Assert.Contains(row.Says, result.Error, StringComparison.Ordinal);
        // A sentence for a person, neither a stack trace nor a secret.
        Assert.Single(result.Error.Trim().Split('\n'));
        Assert.All(row.Files?.Values ?? (IEnumerable<string>)[], text => Assert.DoesNotContain(text, result.Error, StringComparison.Ordinal));
    }

    /// <summary>Data folder and settings file were looked for beside the sources, where the verbs did not find them.</summary>
    [Fact]
    public async Task DotnetRun_StaysInTheCurrentFolder()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["appsettings.json"], """{ "Rollcall": { "Access": { "Url": "nowhere" } } }""", TestContext.Current.CancellationToken);

        var result = await new RollcallCommand { Folder = folder.Path, IsRunFromSources = true }.RunAsync("serve", "access");

        Assert.Equal(1, result.Exit);
        Assert.Contains("Rollcall:Access:Url in appsettings.json", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondProcess_OnTheSameData_IsRefused_NamingTheFirst()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path);
        var second = new RollcallCommand { Folder = folder.Path, Environment = { ["ROLLCALL_ACCESS_URL"] = "http://127.0.0.1:0" } };

        var result = await second.RunAsync("serve", "access");

        Assert.Equal(1, result.Exit);
        Assert.Contains(server.ProcessId.ToString(CultureInfo.InvariantCulture), result.Error, StringComparison.Ordinal);
        Assert.True(server.IsRunning);
    }

    [Fact]
    public async Task SchemaOfANewerRelease_IsRefused()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path);
        server.Terminate();
        Assert.Equal(0, await server.ExitCodeAsync());
        using (var connection = new SqliteConnection($"Data Source={server.DatabaseFile};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "update schema_version set minimum = 999";
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        var result = await server.Command.RunAsync("serve", "access");

        Assert.Equal(1, result.Exit);
        Assert.Contains("999", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RollcallAlone_Serves_InTheDataFolderBelowTheCurrentOne()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path, arguments: []);
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };

        using var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.True(File.Exists(folder["data/access.db"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder["data"]));
        Assert.Empty(server.Error);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, true, "serve")]
    [InlineData(true, false, "serve", "access")]
    [InlineData(false, true, "serve", "governance")]
    public async Task Sides_ThatAreNamed_Serve_AndAreAnnounced(bool access, bool governance, params string[] arguments)
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path, arguments: arguments);

        Assert.Equal(
            [
                .. access ? (string[])[$"Access       {server.Url}"] : [],
                .. governance ? (string[])[$"Governance   {server.GovernanceUrl}"] : [],
                $"Admin token  {folder["data/admin-token"]}",
                $"Data         {folder["data"]}",
                access ? "Ready. Connect a governance platform: rollcall integrations create NAME" : "Ready. Define an application to govern: rollcall apps create NAME",
            ], server.Announced);
        Assert.Equal((access, governance), (File.Exists(folder["data/access.db"]), File.Exists(folder["data/governance.db"])));
        // Each side answers its own verbs.
        Assert.Equal(access ? 0 : 3, (await server.Command.RunAsync("integrations", "list")).Exit);
        Assert.Equal(governance ? 0 : 3, (await server.Command.RunAsync("apps", "list")).Exit);
        server.Terminate();
        Assert.Equal(0, await server.ExitCodeAsync());
        Assert.Empty(server.Error.Trim());
    }

    [Fact]
    public async Task Governance_TestsTheAccessSideBesideIt()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path, arguments: ["serve"]);
        var made = await server.Command.JsonAsync("integrations", "create", "governance");
        await File.WriteAllTextAsync(folder["secret"], made.GetProperty("clientSecret").GetString(), TestContext.Current.CancellationToken);
        await server.Command.JsonAsync(
            "apps", "create", "access", "--base-url", made.GetProperty("scimBaseUrl").GetString()!, "--auth", "client-credentials",
            "--token-url", made.GetProperty("tokenUrl").GetString()!, "--client-id", made.GetProperty("clientId").GetString()!, "--client-secret", "@secret");

        var tested = await server.Command.RunAsync("apps", "test", "access");
        Assert.True(tested.Exit == 0, tested.Output + tested.Error);
        Assert.DoesNotContain("FAILED", tested.Output, StringComparison.Ordinal);

        var edited = await server.Command.RunAsync("apps", "edit", "access", "--client-secret", "not-it");
        Assert.Equal(0, edited.Exit);
        tested = await server.Command.RunAsync("apps", "test", "access", "--output", "json");
        Assert.Equal((1, false), (tested.Exit, tested.Json.GetProperty("ok").GetBoolean()));
    }

    private static void SetMode(string path, string mode) => File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
}
