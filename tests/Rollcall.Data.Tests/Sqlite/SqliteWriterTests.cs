using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Data.Sqlite;
using Rollcall.Data.Tests.Support;

namespace Rollcall.Data.Tests.Sqlite;

/// <summary>What the one writer does when the disk fails: nobody hears of a success that is none, and it goes on when the disk does.</summary>
public sealed class SqliteWriterTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly FaultyStorage _storage;
    private readonly List<Exception> _fatal = [];
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private SqliteDatabase _database = null!;

    public SqliteWriterTests()
    {
        _storage = new FaultyStorage(_folder["notes.db"]);
    }

    public async ValueTask InitializeAsync()
    {
        _database = await SqliteDatabase.OpenAsync(
            new SqliteOptions { Path = _folder["notes.db"], Clock = _clock, IsCommitted = Notes.IsCommittedAsync, OnFatal = _fatal.Add }, Notes.Migrations);
        await Notes.AddAsync(_database, "first", requestId: "first");
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _storage.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Write_IsAnswered_OnlyAfterTheCommitOfItsGroup()
    {
        var first = new HeldWrite(_database);
        var second = Notes.AddAsync(_database, "second");
        var refused = Notes.AddAsync(_database, "first");
        var last = new HeldWrite(_database);
        first.LetGo();
        await last.IsRunning;

        // All closures but the last have run, and nobody else sees or is told anything.
        Assert.False(first.Task.IsCompleted || second.IsCompleted || refused.IsCompleted);
        Assert.Equal(["first"], await Notes.NamesAsync(_database));
        last.LetGo();

        await Task.WhenAll(first.Task, second, last.Task);
        await Assert.ThrowsAsync<UniqueViolationException>(() => refused);
        Assert.Equal(["first", "second"], await Notes.NamesAsync(_database));
    }

    [Fact]
    public async Task DiskIsFullAtCommit_NobodyOfTheGroupIsAcknowledged_AndNothingIsThere()
    {
        var writes = await InOneGroupAsync(5, () => _storage.WriteError = FaultyStorage.Full);

        Assert.All(writes, write => Assert.False(Unavailable(write) is { IsStorageFault: true } or { IsOutcomeUnknown: true }));
        Assert.Equal(["first"], await Notes.NamesAsync(_database));
        _storage.WriteError = 0;
        await Notes.AddAsync(_database, "after");
        Assert.Equal(["first", "after"], await Notes.NamesAsync(_database));
    }

    [Theory]
    [InlineData(FaultyStorage.Full)]
    [InlineData(FaultyStorage.IoError)]
    public async Task DiskFailsInAClosure_NobodyOfTheGroupIsAcknowledged_AndNothingIsThere(int error)
    {
        // More than the writer's cache holds, so that it has to write before the commit.
        var held = new HeldWrite(_database);
        var before = Notes.AddAsync(_database, "before");
        var large = _database.WriteAsync(session => session.ExecuteAsync(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 50000) insert into notes (name, amount) select i || hex(randomblob(500)), i from n"));
        _storage.WriteError = error;
        held.LetGo();

        foreach (var write in (Task[])[held.Task, before, large])
            Unavailable(await FailureAsync(write));
        _storage.WriteError = 0;
        Assert.Equal(["first"], await Notes.NamesAsync(_database));
        await Notes.AddAsync(_database, "later");
        Assert.Equal(["first", "later"], await Notes.NamesAsync(_database));
    }

    [Fact]
    public async Task CommitIsReportedAsFailed_ButHappened_TheWritesAreAcknowledged()
    {
        var writes = await InOneGroupAsync(3, () => _storage.ReportedError = FaultyStorage.IoError, also: () => Notes.AddAsync(_database, "first"));

        Assert.Equal([null, null, null, typeof(UniqueViolationException)], writes.Select(write => write?.GetType()));
        Assert.Equal(["first", "note 0", "note 1", "note 2"], await Notes.NamesAsync(_database));
    }

    [Fact]
    public async Task OutcomeIsUnknownAtFirst_TheWriterAsksUntilItKnows()
    {
        var failed = InOneGroupAsync(2, () =>
        {
            _storage.ReportedError = FaultyStorage.IoError;
            _storage.OpenError = FaultyStorage.CannotOpen;
        });
        await AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.False(failed.IsCompleted);
        _storage.OpenError = 0;
        _storage.ReportedError = 0;

        Assert.All(await failed, Assert.Null);
        Assert.Equal(["first", "note 0", "note 1"], await Notes.NamesAsync(_database));
    }

    [Theory]
    [InlineData(FaultyStorage.CannotOpen, 0)]
    [InlineData(0, FaultyStorage.IoError)]
    public async Task OutcomeStaysUnknown_TheWritesSaySo(int openError, int syncError)
    {
        var failed = await InOneGroupAsync(2, () =>
        {
            _storage.ReportedError = FaultyStorage.IoError;
            _storage.OpenError = openError;
            _storage.SyncError = syncError;
        });

        Assert.All(failed, failure => Assert.True(Unavailable(failure).IsOutcomeUnknown));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DiskFailsAtCommit_WhatIsToldStaysTrueAfterACrash(bool isRead)
    {
        // With a reader open, the log's index stays, and a failed commit is out of sight; without one it is found in the log.
        using var reader = isRead ? new SqliteConnection($"Data Source={_folder["notes.db"]};Pooling=false") : null;
        reader?.Open();
        Execute(reader, "select * from notes");
        var writes = InOneGroupAsync(1, () => _storage.SyncError = FaultyStorage.IoError);
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        _storage.SyncError = 0;
        var failure = Assert.Single(await writes);

        var crashed = _folder["crashed.db"];
        File.Copy(_folder["notes.db"], crashed);
        File.Copy(_folder["notes.db-wal"], crashed + "-wal");
        using var recovered = new SqliteConnection($"Data Source={crashed};Pooling=false");
        recovered.Open();
        Assert.Equal(failure is null ? 2L : 1L, Execute(recovered, "select count(*) from notes"));
        Assert.Equal(isRead, failure is not null);
    }

    [Fact]
    public async Task FileIsAway_WritesFail_UntilItIsBack()
    {
        _storage.WriteError = FaultyStorage.Full;
        await FailureAsync(Notes.AddAsync(_database, "lost"));
        // That closed the connection.
        _storage.OpenError = FaultyStorage.CannotOpen;
        for (var i = 0; i < 3; i++)
            Assert.False(Unavailable(await FailureAsync(Notes.AddAsync(_database, "lost"))).IsOutcomeUnknown);
        (_storage.OpenError, _storage.WriteError) = (0, 0);
        await Notes.AddAsync(_database, "found");
        Assert.Equal(["first", "found"], await Notes.NamesAsync(_database));
    }

    [Fact]
    public async Task IoErrors_OverAndOver_AreFatalOnce_AndNoWriteIsTakenAfterwards()
    {
        _storage.SyncError = FaultyStorage.IoError;
        for (var i = 0; i < 5; i++)
            Unavailable(await FailureAsync(Notes.AddAsync(_database, $"lost {i}")));
        Assert.Single(_fatal);
        _storage.SyncError = 0;
        Unavailable(await FailureAsync(Notes.AddAsync(_database, "late")));
        Assert.DoesNotContain("late", await Notes.NamesAsync(_database));
    }

    [Fact]
    public async Task IoErrors_WithSuccessesBetween_AreNotFatal()
    {
        for (var i = 0; i < 8; i++)
        {
            var write = Notes.AddAsync(_database, $"note {i}", requestId: $"request {i}");
            _storage.SyncError = FaultyStorage.IoError;
            await AdvanceAsync(TimeSpan.FromSeconds(2), write);
            _storage.SyncError = 0;
            await FailureOrNullAsync(write);
            await Notes.AddAsync(_database, $"between {i}");
        }
        Assert.Empty(_fatal);
    }

    [Fact]
    public async Task FullDisk_HoweverLong_IsNotFatal()
    {
        _storage.WriteError = FaultyStorage.Full;
        for (var i = 0; i < 50; i++)
        {
            Assert.False(Unavailable(await FailureAsync(Notes.AddAsync(_database, "lost"))).IsStorageFault);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        _storage.WriteError = 0;
        await Notes.AddAsync(_database, "after");
        Assert.Empty(_fatal);
    }

    /// <summary>Makes the given number of writes, and another, share one commit before which something happens; tells how each failed.</summary>
    private async Task<IReadOnlyList<Exception?>> InOneGroupAsync(int count, Action before, Func<Task>? also = null)
    {
        var held = new HeldWrite(_database);
        List<Task> writes = [.. Enumerable.Range(0, count).Select(i => Notes.AddAsync(_database, $"note {i}", requestId: $"request {i}"))];
        if (also is not null)
            writes.Add(also());
        await held.IsRunning;
        before();
        held.LetGo();
        var failures = new List<Exception?>();
        foreach (var write in writes)
            failures.Add(await FailureOrNullAsync(write));
        return failures;
    }

    private async Task AdvanceAsync(TimeSpan time, Task? end = null)
    {
        for (var passed = TimeSpan.Zero; passed < time && end is not { IsCompleted: true }; passed += TimeSpan.FromMilliseconds(100))
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static object? Execute(SqliteConnection? connection, string sql)
    {
        using var command = connection?.CreateCommand();
        if (command is null)
            return null;
#pragma warning disable CA2100 // A constant of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    private static DatabaseUnavailableException Unavailable(Exception? failure) => Assert.IsType<DatabaseUnavailableException>(failure);

    private async Task<Exception> FailureAsync(Task task)
    {
        var failure = await FailureOrNullAsync(task);
        Assert.NotNull(failure);
        return failure;
    }

    // The writer waits on the clock while it looks for an outcome.
    private async Task<Exception?> FailureOrNullAsync(Task task)
    {
        await AdvanceAsync(TimeSpan.FromMinutes(1), task);
        return await task.ContinueWith(done => done.Exception?.InnerException, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
