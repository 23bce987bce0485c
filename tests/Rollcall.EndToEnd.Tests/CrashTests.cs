using System.Diagnostics;
using Rollcall.EndToEnd.Tests.Support;
using Rollcall.Testing.Histories;
using Rollcall.Testing.Stores;

namespace Rollcall.EndToEnd.Tests;

/// <summary>The server is killed in the middle of everything: what it acknowledged is there when it is back, and nothing is half there.</summary>
public sealed class CrashTests
{
    private const int Rounds = 4;

    [Fact]
    public async Task KilledInAStorm_NothingAcknowledgedIsLost_AndNothingIsHalfWritten()
    {
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path);
        var platform = await server.AddIntegrationAsync("acme");
        var storm = new Storm(_ => platform.Connect(), seed: 42);
        await storm.PrepareAsync([await server.AddListAsync(platform, "one"), await server.AddListAsync(platform, "two")], users: 24);

        for (var round = 0; round < Rounds; round++)
        {
            var running = storm.RunAsync(CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(900 + (150 * round)), TimeProvider.System, TestContext.Current.CancellationToken);
            await server.KillAsync();
            await running;

            var started = Stopwatch.StartNew();
            await server.StartAgainAsync();
            Assert.InRange(started.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
            await server.CheckStoreAsync();
            using var file = new AccessFile(server.DatabaseFile);
            if (HistoryChecker.Check(storm.History, file.State()) is { } violation)
                Assert.Fail(violation.ToString());
        }

        var operations = storm.History.Operations;
        Assert.Contains(operations, operation => operation.IsUnknown);
        Assert.True(operations.Count(operation => operation.IsChange) > 100, $"only {operations.Count} operations");
    }
}
