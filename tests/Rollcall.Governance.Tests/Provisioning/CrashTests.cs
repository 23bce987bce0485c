using System.Text.Json.Nodes;
using Rollcall.Governance.Provisioning;

namespace Rollcall.Governance.Tests.Provisioning;

/// <summary>
/// The process ends at any step: before a request is sent, or when the server has answered it but the answer has not arrived.
/// After the next start everything is brought to its end, and nothing has had an effect twice.
/// </summary>
public sealed class CrashTests
{
    // By PATCH: configuration, group, change, verification, and before them the account. By PUT the same number at most.
    private const int MostRequests = 6;

    public static TheoryData<bool, int, bool> Steps()
    {
        var steps = new TheoryData<bool, int, bool>();
        foreach (var usePatch in (bool[])[true, false])
        {
            for (var step = 1; step <= MostRequests; step++)
            {
                steps.Add(usePatch, step, true);
                steps.Add(usePatch, step, false);
            }
        }
        return steps;
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Crash_AtAnyStep_LosesNothing_AndDoublesNothing(bool usePatch, int step, bool isBefore)
    {
        using var folder = new TempFolder();
        var reached = new TaskCompletionSource();
        async Task EndAsync(int number, CancellationToken cancellationToken)
        {
            if (number != step)
                return;
            reached.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        var meddler = new Meddler();
        if (isBefore)
            meddler.Before = async (number, _, cancellationToken) =>
            {
                await EndAsync(number, cancellationToken);
                return null;
            };
        else
            meddler.After = (number, _, cancellationToken) => EndAsync(number, cancellationToken);

        await using var world = await World.StartAsync(new JsonObject { ["usePatch"] = usePatch }, meddler, folder);
        var rival = await world.UserAsync("rival");
        var id = await world.App.PlanAsync(world.ApplicationId, await world.App.IdentityAsync("ada"), world.GroupId);
        // Not every way to change a group takes as many requests.
        var isReached = await Task.WhenAny(reached.Task, world.App.Server.Provisioner.WhenIdleAsync()) == reached.Task;
        if (isReached)
        {
            await world.RestartAsync(folder, new Meddler());
            await world.ChangeAsRivalAsync("add", rival);
        }
        var shown = await world.App.TransactionAsync(id);

        Assert.Equal("done", (string)shown["state"]!);
        Assert.Equal(isReached ? ["ada@example.com", "rival@example.com"] : ["ada@example.com"], await world.Target.MembersAsync("prod"));
        var (_, users) = await world.Target.ScimAsync("GET", "/Users?filter=userName%20eq%20%22ada@example.com%22");
        Assert.Equal(1, (int)users!["totalResults"]!);
        // No change of the group was sent twice: its version moved once for this membership.
        var (_, group) = await world.Target.ScimAsync("GET", $"/Groups/{world.ScimId}?attributes=meta");
        Assert.Equal(isReached ? "W/\"3\"" : "W/\"2\"", (string)group!["meta"]!["version"]!);
    }

    [Fact]
    public async Task Lease_ThatRanOut_LetsTheFirstWorkerWriteNothing()
    {
        await using var world = await World.StartAsync();
        var database = world.App.Server.Database;
        var lease = await database.WriteAsync(async session =>
        {
            await Lanes.CallAsync(session, "group:99", world.ApplicationId, session.Now);
            return (await Lanes.TakeAsync(session, 1)).Single();
        });
        Assert.Empty(await database.WriteAsync(session => Lanes.TakeAsync(session, 1)));
        world.App.Clock.Advance(Lanes.Lease + TimeSpan.FromSeconds(1));
        var next = await database.WriteAsync(session => Lanes.TakeAsync(session, 1));
        // The provisioner of the side itself may have been quicker; either way the first lease is over.
        Assert.All(next, taken => Assert.Equal(lease.Fence + 1, taken.Fence));
        await Assert.ThrowsAsync<LaneLostException>(() => new Journal(database, world.App.Clock, lease).FinishAsync([], []));
    }
}
