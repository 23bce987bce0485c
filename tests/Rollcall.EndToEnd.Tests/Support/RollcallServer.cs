using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Rollcall.EndToEnd.Tests.Support;

/// <summary>A server process over a data folder; it can be killed, stopped and started again at the same address.</summary>
public sealed class RollcallServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly StringBuilder _error = new();
    private Process _process = null!;

    private RollcallServer(RollcallCommand command, string? data)
    {
        Command = command;
        Data = data ?? Path.Combine(command.Folder, "data");
        Url = $"http://127.0.0.1:{FreePort()}";
        GovernanceUrl = $"http://127.0.0.1:{FreePort()}";
        if (data is not null)
            command.Environment["ROLLCALL_DATA"] = data;
        command.Environment["ROLLCALL_ACCESS_URL"] = Url;
        command.Environment["ROLLCALL_GOVERNANCE_URL"] = GovernanceUrl;
    }

    /// <summary>The command line, with the server's settings.</summary>
    public RollcallCommand Command { get; }

    /// <summary>The data folder.</summary>
    public string Data { get; }

    /// <summary>The database in it.</summary>
    public string DatabaseFile => Path.Combine(Data, "access.db");

    /// <summary>Where its Access side is reached.</summary>
    public string Url { get; }

    /// <summary>Where its Governance side is reached.</summary>
    public string GovernanceUrl { get; }

    /// <summary>What it said on standard output, up to the ready line.</summary>
    public IReadOnlyList<string> Announced { get; private set; } = [];

    /// <summary>Its process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>What it has said on standard error.</summary>
    public string Error
    {
        get
        {
            lock (_error)
                return _error.ToString();
        }
    }

    /// <summary>Starts a server and waits for its ready line.</summary>
    /// <param name="folder">Where it starts.</param>
    /// <param name="data">The data folder; if null it is left to the default, <c>data</c> below <paramref name="folder"/>.</param>
    /// <param name="arguments">What to start; <c>serve access</c> if null.</param>
    public static async Task<RollcallServer> StartAsync(string folder, string? data = null, string[]? arguments = null)
    {
        var server = new RollcallServer(new RollcallCommand { Folder = folder }, data);
        await server.StartAgainAsync(arguments);
        return server;
    }

    /// <summary>Starts it again after its end.</summary>
    public async Task StartAgainAsync(string[]? arguments = null)
    {
        _process = Command.Start(arguments ?? ["serve", "access"]);
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_error)
                _error.AppendLine(line.Data);
        };
        _process.BeginErrorReadLine();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var announced = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            announced.Add(line);
            Announced = announced;
            if (line.StartsWith("Ready", StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"The server did not start: {Error}");
    }

    /// <summary>Ends it without a warning, as a loss of power or the kernel does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _process.Dispose();
    }

    /// <summary>Sends SIGTERM.</summary>
    public void Terminate() => Assert.Equal(0, SendSignal(_process.Id, 15));

    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitCodeAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Makes an integration with a static token.</summary>
    public async Task<ScimAccess> AddIntegrationAsync(string name, params IEnumerable<string> options)
    {
        var made = await Command.JsonAsync(["integrations", "create", name, "--static-token", .. options]);
        return new ScimAccess(name, made.GetProperty("scimBaseUrl").GetString()!, made.GetProperty("token").GetString()!);
    }

    /// <summary>Makes an access list of an integration; its SCIM id and title.</summary>
    public async Task<(string Id, string Title)> AddListAsync(ScimAccess integration, string name)
    {
        var list = await Command.JsonAsync("lists", "create", "--name", name, "--title", name, "--type", "scim", "--integration", integration.Name, "--owner", "ann");
        return (list.GetProperty("scimId").GetString()!, name);
    }

    /// <summary>Fails the test if the database contradicts itself.</summary>
    public async Task CheckStoreAsync()
    {
        var result = await Command.RunAsync("check-store");
        Assert.True(result.Exit == 0, result.Output + result.Error);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (IsRunning)
                await KillAsync();
        }
        catch (InvalidOperationException)
        {
            // It was killed before.
        }
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}

/// <summary>What a platform is given.</summary>
/// <param name="Name">The integration's name.</param>
/// <param name="BaseUrl">The SCIM base URL.</param>
/// <param name="Token">A static bearer token.</param>
public sealed record ScimAccess(string Name, string BaseUrl, string Token)
{
    /// <summary>A client with connections of its own.</summary>
    public HttpClient Connect()
    {
        var client = new HttpClient { BaseAddress = new Uri(BaseUrl + "/"), Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }
}
