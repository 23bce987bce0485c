using Microsoft.Data.Sqlite;
using Rollcall.Data.Sqlite;
using Rollcall.Data.Tests.Support;

namespace Rollcall.Data.Tests.Sqlite;

/// <summary>The file behind the embedded database: how it is opened, what is left of it, how its log stays small.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string File => _folder["notes.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Closed_TheFileAloneHoldsEverything()
    {
        await using (var database = await OpenAsync())
        {
            await Notes.AddAsync(database, "note");
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Notes.NamesAsync(database).AsTask())));
        }
        Assert.Equal(["notes.db"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Closed_DuringARead_TheReadersConnectionIsClosedAsWell()
    {
        var database = await OpenAsync();
        await Notes.AddAsync(database, "note");
        var mayEnd = new TaskCompletionSource();
        var read = database.ReadAsync(async session =>
        {
            await Notes.NamesAsync(session);
            await mayEnd.Task;
            return await Notes.NamesAsync(session);
        }).AsTask();
        await database.DisposeAsync();
        mayEnd.SetResult();

        Assert.Equal(["note"], await read);
        Assert.DoesNotContain(OpenFiles(), file => file.StartsWith(_folder.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task NotADatabase_IsRefused_AndLetGo()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('x', 10_000), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<DatabaseUnavailableException>(OpenAsync);
        Assert.DoesNotContain(OpenFiles(), file => file.StartsWith(_folder.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoSuchFolder_IsRefused() =>
        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => SqliteDatabase.OpenAsync(
            new SqliteOptions { Path = _folder["no/such/folder/notes.db"], IsCommitted = Notes.IsCommittedAsync }, Notes.Migrations));

    [Fact]
    public async Task HeldByAnother_WritesFailForNow_AndReadsDoNot()
    {
        await using var database = await OpenAsync();
        await Notes.AddAsync(database, "note");
        using var other = new SqliteConnection($"Data Source={File};Pooling=false");
        other.Open();
        Execute(other, "begin immediate");

        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => Notes.AddAsync(database, "blocked"));
        Assert.Equal(["note"], await Notes.NamesAsync(database));
        Execute(other, "rollback");
        await Notes.AddAsync(database, "next");
        Assert.Equal(["note", "next"], await Notes.NamesAsync(database));
    }

    [Fact]
    public async Task Reads_ThatFail_KeepTheirConnection()
    {
        using var storage = new FaultyStorage(File);
        await using var database = await OpenAsync();
        await Notes.NamesAsync(database);
        var before = storage.Opens;
        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => database.ReadAsync<bool>(async session =>
            {
                await Notes.CountAsync(session);
                throw new InvalidOperationException();
            }).AsTask());
        }
        Assert.Equal(before, storage.Opens);
    }

    [Fact]
    public async Task Log_StaysSmall_WhileThereIsAlwaysAReader()
    {
        await using var database = await OpenAsync();
        using var done = new CancellationTokenSource();
        var readers = KeepReadingAsync(database, done.Token);
        var largest = 0L;
        for (var i = 0; i < 600; i++)
        {
            await Notes.AddAsync(database, $"{i} {new string('x', 100_000)}");
            largest = Math.Max(largest, new FileInfo(File + "-wal").Length);
        }
        await done.CancelAsync();
        await readers;
        Assert.InRange(largest, 1_000_000, 32_000_000);
    }

    // Each read begins before the one before it ends.
    private static async Task KeepReadingAsync(Database database, CancellationToken end)
    {
        var (read, mayEnd) = await BeginReadAsync(database);
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
            var (next, nextMayEnd) = await BeginReadAsync(database);
            mayEnd.SetResult();
            await read;
            (read, mayEnd) = (next, nextMayEnd);
        }
        mayEnd.SetResult();
        await read;
    }

    private static async Task<(Task Read, TaskCompletionSource MayEnd)> BeginReadAsync(Database database)
    {
        var begun = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        var read = database.ReadAsync(async session =>
        {
            await Notes.CountAsync(session);
            begun.SetResult();
            await mayEnd.Task;
            return true;
        }).AsTask();
        await begun.Task;
        return (read, mayEnd);
    }

    private Task<SqliteDatabase> OpenAsync() =>
        SqliteDatabase.OpenAsync(new SqliteOptions { Path = File, IsCommitted = Notes.IsCommittedAsync }, Notes.Migrations);

    private static IEnumerable<string> OpenFiles() =>
        Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(link => new FileInfo(link).LinkTarget).OfType<string>();

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
