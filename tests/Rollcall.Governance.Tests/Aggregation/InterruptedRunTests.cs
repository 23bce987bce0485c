using Rollcall.Governance.Aggregation;

namespace Rollcall.Governance.Tests.Aggregation;

/// <summary>Runs that are killed at any step, or stopped, go on where they were: nothing is lost, nothing counted twice.</summary>
public sealed class InterruptedRunTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Run_KilledAtEachOfItsWrites_EndsAsIfItHadNot(bool hasCursors, bool afterCommit)
    {
        for (var step = 1; ; step++)
        {
            await using var world = await StartAsync(hasCursors);
            var id = await world.AskAsync(TaskKind.AggregateAccounts);
            var died = await world.DieAsync(step, afterCommit);
            await world.RestartAsync();
            await world.RunNextAsync(TestContext.Current.CancellationToken);

            var task = await world.TaskAsync(id);
            Assert.True(task.State == TaskState.Completed, $"step {step}: {task.State} {task.Message}");
            Assert.Equal((step, new TaskCounts(9, 2, 1, 6, 3)), (step, task.Counts));
            Assert.Empty(task.Problems);
            Assert.Equal(["u10@1: g1", "u11@1: g1", "u12@1: g1", "u4@2: g2", "u5@1: g1", "u6@1: g1", "u7@1: g1", "u8@1: g1", "u9@1: g1"], await world.AccountsAsync());
            if (!died)
            {
                Assert.InRange(step, 7, 20);
                return;
            }
        }
    }

    [Fact]
    public async Task Run_InterruptedInAWalkByIndex_TakesNothingForGoneIfTheListMovedMeanwhile()
    {
        await using var world = await StartAsync(hasCursors: false);
        var id = await world.AskAsync(TaskKind.AggregateAccounts);
        // After the first page, a resource of it goes and another comes at the end: the total is the same, but one is passed over.
        Assert.True(await world.DieAsync(3, afterCommit: false));
        world.Server.Users.RemoveAt(0);
        world.Server.Users.Add(MemoryServer.User("u13"));
        await world.RestartAsync();
        await world.RunNextAsync(TestContext.Current.CancellationToken);

        var task = await world.TaskAsync(id);
        Assert.Equal((TaskState.Completed, 0L), (task.State, task.Counts.Removed));
        Assert.Contains(task.Problems, problem => problem.Reason.StartsWith("The list changed while it was read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_StoppedByTheServersEnd_IsGivenBackAndGoesOn()
    {
        await using var world = await StartAsync(hasCursors: true);
        var id = await world.AskAsync(TaskKind.AggregateAccounts);
        using var stop = new CancellationTokenSource();
        world.Server.Before = request => _ = request == world.Server.Requests && request % 4 == 2 ? Stop(stop) : 0;
        await world.RunNextAsync(stop.Token);
        Assert.Equal(TaskState.Running, (await world.TaskAsync(id)).State);

        world.Server.Before = _ => { };
        // Nobody has to wait for a lease to run out.
        Assert.True(await world.RunNextAsync(TestContext.Current.CancellationToken));
        Assert.Equal(new TaskCounts(9, 2, 1, 6, 3), (await world.TaskAsync(id)).Counts);
    }

    [Fact]
    public async Task Run_ThatIsCancelled_WritesNothingMore()
    {
        await using var world = await StartAsync(hasCursors: true);
        var id = await world.AskAsync(TaskKind.AggregateAccounts);
        var before = world.Server.Requests;
        world.Server.Before = request =>
        {
            if (request == before + 2)
                world.Database.WriteAsync(async session => await TaskStore.CancelAsync(session, Audit.Change.OfTheSystem(world.Clock), (await TaskStore.FindAsync(session, id))!)).GetAwaiter().GetResult();
        };
        await world.RunNextAsync(TestContext.Current.CancellationToken);

        var task = await world.TaskAsync(id);
        // The page that was on its way may still have been written, or not.
        Assert.Equal((TaskState.Cancelled, 0L), (task.State, task.Counts.Removed));
        Assert.InRange(task.Counts.Read, 0, 6);
    }

    [Fact]
    public async Task TasksOfOneKind_RunOneAfterTheOther()
    {
        await using var world = await StartAsync(hasCursors: true);
        var (first, second) = (await world.AskAsync(TaskKind.AggregateAccounts), await world.AskAsync(TaskKind.AggregateAccounts));
        // One begins; the process dies, and its lease holds: the other does not overtake it.
        Assert.True(await world.DieAsync(2, afterCommit: true));
        Assert.False(await world.RunNextAsync(TestContext.Current.CancellationToken));
        world.Clock.Advance(TaskStore.LeaseTime + TimeSpan.FromSeconds(1));
        Assert.True(await world.RunNextAsync(TestContext.Current.CancellationToken));
        Assert.Equal((TaskState.Completed, TaskState.Queued), ((await world.TaskAsync(first)).State, (await world.TaskAsync(second)).State));
    }

    /// <summary>Ten accounts are known; since then three have gone, two have come, and one has changed.</summary>
    private static async Task<AggregationWorld> StartAsync(bool hasCursors)
    {
        var world = await AggregationWorld.StartAsync(MemoryServer.With(10, hasCursors));
        world.Server.Groups.Add(MemoryServer.Group("g2"));
        await world.RunAsync(TaskKind.AggregateGroups);
        Assert.Equal(new TaskCounts(10, 10, 0, 0, 0), (await world.RunAsync(TaskKind.AggregateAccounts)).Counts);
        world.Clock.Advance(TimeSpan.FromHours(1));
        world.Server.Users.RemoveRange(0, 3);
        world.Server.Users[0] = MemoryServer.User("u4", 2, "g2");
        world.Server.Users.Add(MemoryServer.User("u11"));
        world.Server.Users.Add(MemoryServer.User("u12"));
        return world;
    }

    private static int Stop(CancellationTokenSource stop)
    {
        stop.Cancel();
        return 0;
    }
}
