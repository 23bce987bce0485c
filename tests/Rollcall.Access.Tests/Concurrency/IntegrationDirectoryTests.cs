using Microsoft.Extensions.Time.Testing;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Tests.Support;
using Rollcall.Data;

namespace Rollcall.Access.Tests.Concurrency;

/// <summary>What every request sees of the integrations never goes back in time.</summary>
public sealed class IntegrationDirectoryTests
{
    [Fact]
    public async Task SlowReload_DoesNotBringBackWhatALaterOneHasSeenGo()
    {
        using var folder = new TempFolder();
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var store = await AccessStore.OpenAsync(folder["access.db"], 1, clock);
        await using var database = new SlowDatabase(store);
        var directory = new IntegrationDirectory(database, clock);
        var change = new ChangeContext("test-1", 1, new Actor(null, null, "tester", null), "POST", "/");
        var (integration, _) = await store.WriteAsync(session => IntegrationStore.CreateAsync(session, change, "acme", Platform.Other, new IntegrationRules()));
        await directory.ReloadAsync();

        var mayGoOn = database.HoldNextRead();
        var slow = directory.ReloadAsync();
        await store.WriteAsync(async session =>
        {
            await IntegrationStore.UpdateAsync(session, change with { RequestId = "test-2" }, integration with { Enabled = false });
            return true;
        });
        await directory.ReloadAsync();
        mayGoOn.SetResult();
        await slow;

        Assert.False(directory.Current.ByName["acme"].Enabled);
    }

    /// <summary>A database whose answers can be late.</summary>
    private sealed class SlowDatabase(Database inner) : Database
    {
        private TaskCompletionSource? _held;

        public override Dialect Dialect => inner.Dialect;

        public override bool KeepsOrderOfWrites => inner.KeepsOrderOfWrites;

        public TaskCompletionSource HoldNextRead() => _held = new TaskCompletionSource();

        public override ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, TimeSpan? limit = null) => LateAsync(inner.ReadAsync(read, limit));

        public override ValueTask<T> ReadOneAsync<T>(Func<Session, ValueTask<T>> read) => LateAsync(inner.ReadOneAsync(read));

        public override Task<T> WriteAsync<T>(Func<WriteSession, ValueTask<T>> write, WriteKey? key = null) => inner.WriteAsync(write, key);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async ValueTask<T> LateAsync<T>(ValueTask<T> reading)
        {
            var held = Interlocked.Exchange(ref _held, null);
            var result = await reading;
            if (held is not null)
                await held.Task;
            return result;
        }
    }
}
