using Microsoft.Extensions.Time.Testing;
using Rollcall.Data.Tests.Support;

namespace Rollcall.Data.Tests;

/// <summary>
/// What every <see cref="Database"/> promises, as one suite that each kind of database runs. A subclass says how one is
/// opened, empty, with the schema of <see cref="Notes"/>.
/// </summary>
public abstract class DatabaseContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    protected FakeTimeProvider Clock { get; } = new(Start);

    protected Database Database { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract Task<Database> OpenAsync(TimeProvider clock);

    public async ValueTask InitializeAsync() => Database = await OpenAsync(Clock);

    public virtual async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Write_ThatThrows_LeavesNothing()
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => Database.WriteAsync<bool>(async session =>
        {
            await Notes.AddAsync(session, "half");
            throw new InvalidOperationException("on purpose");
        }));

        Assert.Equal("on purpose", thrown.Message);
        Assert.Empty(await Notes.NamesAsync(Database));
    }

    [Fact]
    public async Task Writes_AtOnce_EachStandsOrFallsByItself()
    {
        var writes = Enumerable.Range(0, 200).Select(i => Database.WriteAsync(async session =>
        {
            await Notes.AddAsync(session, $"note {i}");
            return i % 3 == 0 ? throw new InvalidOperationException() : i;
        })).ToList();

        await Task.WhenAll(writes).ContinueWith(_ => { }, Cancellation, TaskContinuationOptions.None, TaskScheduler.Default);

        Assert.All(writes.Index(), write => Assert.Equal(write.Index % 3 == 0, write.Item.IsFaulted));
        Assert.Equal(
            Enumerable.Range(0, 200).Where(i => i % 3 != 0).Select(i => $"note {i}").Order(StringComparer.Ordinal),
            (await Notes.NamesAsync(Database)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Write_Completed_IsSeenByTheNextRead()
    {
        for (var i = 0; i < 50; i++)
        {
            await Notes.AddAsync(Database, $"note {i}");
            Assert.Equal(i + 1, await Database.ReadAsync(Notes.CountAsync));
        }
    }

    [Fact]
    public async Task Write_ReturnsWhatTheClosureReturns() => Assert.Equal(42, await Notes.AddAsync(Database, "answer", 42));

    [Fact]
    public async Task Write_ThatAsksLateForTheFirstLock_StartsOverWithIt()
    {
        var runs = 0;
        await Database.WriteAsync(async session =>
        {
            runs++;
            await Notes.AddAsync(session, $"run {runs}");
            await session.LockFirstAsync(Notes.Lock);
            await session.LockFirstAsync(Notes.Lock);
            return true;
        });

        Assert.Equal(2, runs);
        Assert.Equal(["locked", "run 2"], await Notes.NamesAsync(Database));
        Assert.Equal(1, await Database.ReadAsync(Notes.LocksAsync));
    }

    [Fact]
    public async Task Write_ThatTakesTheFirstLockFirst_RunsOnce_AndTheNextHasItNot()
    {
        var runs = 0;
        for (var write = 0; write < 2; write++)
        {
            await Database.WriteAsync(async session =>
            {
                await session.LockFirstAsync(Notes.Lock);
                await session.LockFirstAsync(Notes.Lock);
                return runs++;
            });
        }

        Assert.Equal(2, runs);
        Assert.Equal(2, await Database.ReadAsync(Notes.LocksAsync));
    }

    [Fact]
    public async Task Read_KnowsTheTime_InMicroseconds()
    {
        Clock.SetUtcNow(Start.AddMicroseconds(1));
        Assert.Equal((Start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond + 1, await Database.ReadAsync(session => new ValueTask<long>(session.Now)));
    }

    [Fact]
    public async Task Write_KnowsTheTime_InMicroseconds()
    {
        Clock.SetUtcNow(Start.AddMicroseconds(1));
        Assert.Equal((Start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond + 1, await Database.WriteAsync(session => new ValueTask<long>(session.Now)));
    }

    [Fact]
    public async Task UniqueViolation_NamesTheIndex_AndLeavesOthersAlone()
    {
        await Notes.AddAsync(Database, "taken");

        var before = Notes.AddAsync(Database, "before");
        var refused = Notes.AddAsync(Database, "taken");
        var after = Notes.AddAsync(Database, "after");

        Assert.Equal("notes_name", (await Assert.ThrowsAsync<UniqueViolationException>(() => refused)).IndexName);
        await before;
        await after;
        Assert.Equal(["after", "before", "taken"], (await Notes.NamesAsync(Database)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Writes_OfOneUniqueName_OneWins()
    {
        var writes = Enumerable.Range(0, 32).Select(i => Notes.AddAsync(Database, "same", i)).ToList();
        var refused = 0;
        foreach (var write in writes)
        {
            try
            {
                await write;
            }
            catch (UniqueViolationException)
            {
                refused++;
            }
        }
        Assert.Equal(31, refused);
        Assert.Single(await Notes.NamesAsync(Database));
    }

    [Fact]
    public async Task Read_SeesOneMoment()
    {
        await Notes.AddAsync(Database, "first");
        var (before, after) = await Database.ReadAsync(async session =>
        {
            var before = await Notes.NamesAsync(session);
            await Notes.AddAsync(Database, "second");
            return (before, await Notes.NamesAsync(session));
        });

        Assert.Equal(["first"], before);
        Assert.Equal(before, after);
        Assert.Equal(["first", "second"], await Notes.NamesAsync(Database));
    }

    [Fact]
    public async Task Reads_WhileOthersWrite_NeverSeeHalfAWrite()
    {
        // Amounts move between two notes; their sum stays.
        await Database.WriteAsync(async session => await Notes.AddAsync(session, "a", 1000) + await Notes.AddAsync(session, "b", 1000));
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var reads = 0;
            for (; !done.IsCancellationRequested || reads == 0; reads++)
            {
                var sum = await Database.ReadAsync(async session =>
                    await session.FirstAsync("select amount from notes where name = 'a'", row => row.GetInt64(0))
                    + await session.FirstAsync("select amount from notes where name = 'b'", row => row.GetInt64(0)));
                Assert.Equal(2000, sum);
                // As between two requests: a database may do its work on the caller's thread.
                await Task.Yield();
            }
            return reads;
        })).ToList();
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 1; i <= 200; i++)
            {
                await Database.WriteAsync(async session =>
                    await session.ExecuteAsync("update notes set amount = amount - $1 where name = 'a'", i)
                    + await session.ExecuteAsync("update notes set amount = amount + $1 where name = 'b'", i));
            }
        })).ToList();

        await Task.WhenAll(writers);
        await done.CancelAsync();
        Assert.All(await Task.WhenAll(readers), reads => Assert.NotEqual(0, reads));
        Assert.Equal(1000 - (4 * 200 * 201 / 2), await Database.ReadAsync(session => session.FirstAsync("select amount from notes where name = 'a'", row => row.GetInt64(0))));
    }

    [Fact]
    public async Task Read_ThatThrows_TellsWhatItThrew_AndHarmsNoOther()
    {
        for (var i = 0; i < 100; i++)
            await Assert.ThrowsAsync<InvalidOperationException>(() => Database.ReadAsync<bool>(_ => throw new InvalidOperationException()).AsTask());
        await Notes.AddAsync(Database, "note");
        Assert.Single(await Notes.NamesAsync(Database));
    }

    [Fact]
    public async Task ReadOfOneStatement_SeesWhatIsCommitted()
    {
        await Notes.AddAsync(Database, "note");
        Assert.Equal(["note"], await Database.ReadOneAsync(Notes.NamesAsync));
    }

    [Fact]
    public async Task ReadOfOneStatement_WithTwo_IsRefused_AndHarmsNoOther()
    {
        await Notes.AddAsync(Database, "note");
        await Assert.ThrowsAsync<System.Diagnostics.UnreachableException>(() =>
            Database.ReadOneAsync(async session => await Notes.CountAsync(session) + await Notes.CountAsync(session)).AsTask());
        Assert.Equal(1, await Database.ReadOneAsync(Notes.CountAsync));
        Assert.Equal(2, await Database.ReadAsync(async session => await Notes.CountAsync(session) + await Notes.CountAsync(session)));
    }

    [Fact]
    public async Task Read_PastItsLimit_IsStopped_AndTheNextIsNot()
    {
        await Notes.AddAsync(Database, "note");
        Clock.AutoAdvanceAmount = TimeSpan.FromSeconds(1);
        await Assert.ThrowsAsync<QueryTooExpensiveException>(() => Database.ReadAsync(EndlessAsync, TimeSpan.FromSeconds(2)).AsTask());
        Clock.AutoAdvanceAmount = TimeSpan.Zero;

        Assert.Equal(3_000_000, await Database.ReadAsync(session => CountToAsync(session, 3_000_000), TimeSpan.FromSeconds(2)));
        Clock.AutoAdvanceAmount = TimeSpan.FromSeconds(1);
        Assert.Equal(3_000_000, await Database.ReadAsync(session => CountToAsync(session, 3_000_000)));
    }

    [Fact]
    public async Task Statements_AreKept_WhateverTheirNumberAndArguments()
    {
        await Notes.AddAsync(Database, "note", 7);
        var found = await Database.ReadAsync(async session =>
        {
            long sum = 0;
            for (var i = 0; i < 1000; i++)
                sum += await session.FirstAsync($"select amount + {i % 600} from notes where name = $1 and ($2 is null or name = $2)", row => row.GetInt64(0), "note", i % 2 == 0 ? null : "note");
            return sum;
        });
        Assert.Equal(Enumerable.Range(0, 1000).Sum(i => 7 + (i % 600)), found);
    }

    [Fact]
    public async Task Statement_ThatFailed_WorksTheNextTime()
    {
        await Notes.AddAsync(Database, "taken");
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<UniqueViolationException>(() => Notes.AddAsync(Database, "taken"));
            await Notes.AddAsync(Database, $"free {i}");
        }
        Assert.Equal(4, await Database.ReadAsync(Notes.CountAsync));
    }

    [Fact]
    public async Task Write_ThatWaitsForSomethingElse_IsRefused_AndLeavesNothing()
    {
        var never = new TaskCompletionSource();
        await Assert.ThrowsAsync<System.Diagnostics.UnreachableException>(() => Database.WriteAsync(async session =>
        {
            await Notes.AddAsync(session, "stray");
            await never.Task;
            return true;
        }));
        await Notes.AddAsync(Database, "next");
        never.SetResult();
        Assert.Equal(["next"], await Notes.NamesAsync(Database));
    }

    [Fact]
    public async Task Write_ThatWritesThroughTheDatabaseAgain_IsRefused_InsteadOfWaitingForItself()
    {
        await Assert.ThrowsAsync<System.Diagnostics.UnreachableException>(() => Database.WriteAsync(async session =>
        {
            await Notes.AddAsync(session, "outer");
            return await Notes.AddAsync(Database, "inner");
        }));
        Assert.DoesNotContain("outer", await Notes.NamesAsync(Database));
    }

    [Fact]
    public async Task Dispose_WritesWhatWasAccepted_AndRefusesTheRest()
    {
        var accepted = Enumerable.Range(0, 100).Select(i => Notes.AddAsync(Database, $"note {i}", i)).ToList();
        await Database.DisposeAsync();

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), await Task.WhenAll(accepted));
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => Notes.AddAsync(Database, "late"));
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => Notes.NamesAsync(Database).AsTask());
        await Database.DisposeAsync();
    }

    [Fact]
    public async Task Dispose_WhileOthersReadAndWrite_AnswersEveryone()
    {
        var work = Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            var written = 0;
            try
            {
                for (; ; written++)
                {
                    await Notes.AddAsync(Database, $"note {i} {written}");
                    await Notes.NamesAsync(Database);
                }
            }
            catch (DatabaseUnavailableException)
            {
                return written;
            }
        })).ToList();
        while (await Database.ReadAsync(Notes.CountAsync) < 50)
            await Task.Yield();
        await Database.DisposeAsync();

        var acknowledged = (await Task.WhenAll(work)).Sum();
        await using var reopened = await OpenAsync(Clock);
        Assert.InRange(await reopened.ReadAsync(Notes.CountAsync), acknowledged, acknowledged + work.Count);
    }

    private static ValueTask<long> EndlessAsync(Session session) => CountToAsync(session, long.MaxValue);

    private static ValueTask<long> CountToAsync(Session session, long end) =>
        session.FirstAsync("with recursive n (i) as (select 1 union all select i + 1 from n where i < $1) select max(i) from n", row => row.GetInt64(0), end);
}
