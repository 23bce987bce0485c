using Rollcall.Data.Sqlite;
using Rollcall.Data.Tests.Support;

namespace Rollcall.Data.Tests.Sqlite;

/// <summary>The embedded database keeps the contract of all databases.</summary>
public sealed class SqliteDatabaseTests : DatabaseContract
{
    private readonly TempFolder _folder = new();

    protected override async Task<Database> OpenAsync(TimeProvider clock) =>
        await SqliteDatabase.OpenAsync(new SqliteOptions { Path = _folder["notes.db"], Clock = clock, IsCommitted = Notes.IsCommittedAsync }, Notes.Migrations);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
