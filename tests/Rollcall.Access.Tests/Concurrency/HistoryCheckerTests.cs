using System.Diagnostics;
using Rollcall.Access.Tests.Concurrency.Support;
using Rollcall.Testing.Histories;

namespace Rollcall.Access.Tests.Concurrency;

/// <summary>The checker finds each mistake that a store can make, and none in a store that makes none.</summary>
public sealed class HistoryCheckerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(StoreFault.VersionComparedBeforeTheLock)]
    [InlineData(StoreFault.MembersLockedAndDeletedInOneStatement)]
    [InlineData(StoreFault.MembersReadModifiedWritten)]
    [InlineData(StoreFault.AnsweredBeforeTheCommit)]
    [InlineData(StoreFault.UserBumpLeftOut)]
    [InlineData(StoreFault.FeedRowOutsideTheTransaction)]
    public async Task BrokenStore_IsFound_AndShownByFewOperations(StoreFault fault)
    {
        var started = Stopwatch.StartNew();
        Violation? violation = null;
        for (var seed = 0; violation is null && started.Elapsed < Patience; seed += 1000)
            violation = await StormAsync(fault, seed, operations: 40);

        Assert.NotNull(violation);
        Assert.InRange(violation.Witnesses.Count, 1, Violation.MaxWitnesses);
        TestContext.Current.TestOutputHelper?.WriteLine(violation.ToString());
    }

    [Fact]
    public async Task CorrectStore_IsFoundCorrect()
    {
        for (var seed = 0; seed < 5; seed++)
            Assert.Null((await StormAsync(StoreFault.None, seed * 1000, operations: 80))?.ToString());
    }

    private static async Task<Violation?> StormAsync(StoreFault fault, int seed, int operations)
    {
        using var store = new BrokenStore(fault, ["list-1", "list-2"]);
        var storm = new Storm(_ => new HttpClient(store, disposeHandler: false) { BaseAddress = new Uri("http://store/") }, seed);
        await storm.PrepareAsync([("list-1", "One"), ("list-2", "Two")], users: 12);
        await storm.RunAsync(operations);
        return HistoryChecker.Check(storm.History, await store.StateAsync());
    }
}
