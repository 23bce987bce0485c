using System.Net.Sockets;
using System.Text;
using Rollcall.EndToEnd.Tests.Support;
using Rollcall.Testing.Histories;
using Rollcall.Testing.Stores;

namespace Rollcall.EndToEnd.Tests;

/// <summary>SIGTERM: what runs is finished, what was acknowledged stays, the exit code is 0.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task Terminated_DuringAStorm_ExitsInOrder_AndLosesNothing()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path);
        var platform = await server.AddIntegrationAsync("acme");
        var storm = new Storm(_ => platform.Connect(), seed: 3);
        await storm.PrepareAsync([await server.AddListAsync(platform, "one")], users: 24);
        var running = storm.RunAsync(CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        server.Terminate();

        Assert.Equal(0, await server.ExitCodeAsync());
        await running;
        Assert.DoesNotContain(storm.History.Operations, operation => operation.Status >= 500);
        // In order: the log is folded into the file.
        Assert.False(File.Exists(server.DatabaseFile + "-wal"));
        await server.CheckStoreAsync();
        using var file = new AccessFile(server.DatabaseFile);
        if (HistoryChecker.Check(storm.History, file.State()) is { } violation)
            Assert.Fail(violation.ToString());
    }

    [Fact]
    public async Task Terminated_DuringARequest_FinishesIt()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path);
        var platform = await server.AddIntegrationAsync("acme");
        var url = new Uri(platform.BaseUrl);
        const string Body = """{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"slow@example.com"}""";

        // 1. A request whose body the server is waiting for: "100 Continue" says so.
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await SendAsync(stream, $"POST {url.AbsolutePath}/Users HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {platform.Token}\r\n"
            + $"Content-Type: application/scim+json\r\nContent-Length: {Body.Length}\r\nExpect: 100-continue\r\n\r\n");
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal("", await reader.ReadLineAsync(TestContext.Current.CancellationToken));

        // 2. The server stops listening, and waits.
        server.Terminate();
        while (await ListensAsync(url))
            await Task.Yield();
        Assert.True(server.IsRunning);

        // 3. The request goes on to its end, and then the process.
        await SendAsync(stream, Body);
        Assert.Equal("HTTP/1.1 201 Created", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await server.ExitCodeAsync());
        await server.StartAgainAsync();
        var users = await server.Command.JsonAsync("users", "list", "--user-name", "slow@example.com");
        Assert.Equal(1, users.GetProperty("items").GetArrayLength());
    }

    private static ValueTask SendAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

    private static async Task<bool> ListensAsync(Uri url)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
