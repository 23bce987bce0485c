using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Access.Audit;
using Rollcall.Access.Tests.Support;
using Rollcall.Data;

namespace Rollcall.Access.Tests.Audit;

/// <summary>The writer behind the requests' backs: what it does when the database is slow, away, or closing.</summary>
public sealed class AuditWriterTests
{
    [Fact]
    public async Task What_does_not_fit_is_dropped_and_counted_the_rest_is_written()
    {
        using var folder = new TempFolder();
        var database = new HeldDatabase(await AccessStore.OpenAsync(folder["access.db"], 1, TimeProvider.System));
        await using (var writer = new AuditWriter(database, new FakeTimeProvider(), NullLogger<AuditWriter>.Instance))
        {
            database.Hold();
            for (var i = 0; i < AuditWriter.Capacity + 2_000; i++)
                writer.Add(Row(i));
            Assert.InRange(writer.Dropped, 1_000, 2_000);
            database.Release();
            await writer.FlushAsync();
            Assert.Equal(AuditWriter.Capacity + 2_000 - writer.Dropped, await CountAsync(database));
        }
        await database.DisposeAsync();
    }

    [Fact]
    public async Task A_database_that_is_away_is_tried_again_later_and_rows_are_written_once()
    {
        using var folder = new TempFolder();
        var clock = new FakeTimeProvider();
        var database = new HeldDatabase(await AccessStore.OpenAsync(folder["access.db"], 1, TimeProvider.System));
        await using (var writer = new AuditWriter(database, clock, NullLogger<AuditWriter>.Instance))
        {
            database.IsAway = true;
            writer.Add(Row(1));
            await writer.FlushAsync();
            writer.Add(Row(2));
            await writer.FlushAsync();
            Assert.Equal(0, await CountAsync(database));
            database.IsAway = false;
            // By itself, after a pause that grew.
            var written = database.NextWrite();
            clock.Advance(TimeSpan.FromSeconds(1));
            clock.Advance(TimeSpan.FromMinutes(1));
            await written;
            await writer.FlushAsync();
            Assert.Equal(2, await CountAsync(database));
            Assert.Equal(0, writer.Dropped);
        }
        await database.DisposeAsync();
    }

    [Fact]
    public async Task A_row_is_written_a_second_after_it_came_and_at_the_end_at_once()
    {
        using var folder = new TempFolder();
        var clock = new FakeTimeProvider();
        var database = new HeldDatabase(await AccessStore.OpenAsync(folder["access.db"], 1, TimeProvider.System));
        await using (var writer = new AuditWriter(database, clock, NullLogger<AuditWriter>.Instance))
        {
            var written = database.NextWrite();
            writer.Add(Row(1));
            Assert.False(written.IsCompleted);
            clock.Advance(TimeSpan.FromSeconds(1));
            await written;
            writer.Add(Row(2));
        }
        Assert.Equal(2, await CountAsync(database));
        await database.DisposeAsync();
    }

    private static RecordedRow Row(int number) => new(
        $"request-{number}", number, AuditRoute.Unknown, Outcomes.Refused, 0, new Actor(null, null, null, null), "", new RequestFacts("POST", "/", 404, null));

    private static ValueTask<long> CountAsync(Database database) => database.ReadAsync(session => session.FirstAsync("select count(*) from audit", row => row.GetInt64(0)));

    /// <summary>A database whose writes can be held up or turned away.</summary>
    private sealed class HeldDatabase(Database inner) : Database
    {
        private TaskCompletionSource _open = Opened();
        private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool IsAway;

        public override Dialect Dialect => inner.Dialect;

        public override bool KeepsOrderOfWrites => inner.KeepsOrderOfWrites;

        public void Hold() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _open.SetResult();

        /// <summary>Completes with the next write that is done.</summary>
        public Task NextWrite() => (_next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public override ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, TimeSpan? limit = null) => inner.ReadAsync(read, limit);

        public override ValueTask<T> ReadOneAsync<T>(Func<Session, ValueTask<T>> read) => inner.ReadOneAsync(read);

        public override async Task<T> WriteAsync<T>(Func<WriteSession, ValueTask<T>> write, WriteKey? key = null)
        {
            await _open.Task;
            if (IsAway)
                throw new DatabaseUnavailableException("It is away.");
            var result = await inner.WriteAsync(write, key);
            _next.TrySetResult();
            return result;
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();

        private static TaskCompletionSource Opened()
        {
            var source = new TaskCompletionSource();
            source.SetResult();
            return source;
        }
    }
}
