using System.Net;
using System.Net.Sockets;
using Rollcall.EndToEnd.Tests.Support;

namespace Rollcall.EndToEnd.Tests;

/// <summary><c>rollcall demo</c> plays the whole story: what a newcomer sees first works.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task Demo_PassesEveryStep_AndLeavesNothingBehind()
    {
        using var folder = new TempFolder();
        // Settings of the surroundings don't count: neither a data folder nor a token that no server would take.
        var command = new RollcallCommand { Folder = folder.Path, Environment = { ["ROLLCALL_DATA"] = "/", ["ROLLCALL_ADMIN_TOKEN"] = "short", ["ROLLCALL_DRAIN"] = "never", ["TMPDIR"] = folder.Path } };
        var result = await command.RunAsync("demo", "--check");

        Assert.Equal((0, ""), (result.Exit, result.Error));
        Assert.Matches(@"\ndemo: (\d+) of \1 steps passed\n$", result.Output);
        Assert.Matches("412, fetch, retry +PATCH with If-Match W/\"2\" was answered 412; fetched again; PATCH with If-Match W/\"3\" was answered 204", result.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Demo_TakesFreePorts_WhereItsOwnAreTaken_AndShowsTheWire()
    {
        using var folder = new TempFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 8090) { ExclusiveAddressUse = true };
        try
        {
            taken.Start();
        }
        catch (SocketException)
        {
            // Somebody else has taken it: as good.
        }
        var result = await new RollcallCommand { Folder = folder.Path, Environment = { ["TMPDIR"] = folder.Path } }.RunAsync("demo", "--check", "--wire");
        Assert.Equal(0, result.Exit);
        Assert.DoesNotContain("Governance http://127.0.0.1:8090", result.Output, StringComparison.Ordinal);
        Assert.Contains("     >   If-Match: W/\"1\"", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("client_secret", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("access_token", result.Output, StringComparison.Ordinal);
    }
}
