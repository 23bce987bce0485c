using Rollcall.Data.Migrations;
using Rollcall.Data.Sqlite;
using Rollcall.Data.Tests.Support;

namespace Rollcall.Data.Tests.Sqlite;

/// <summary>The embedded database is brought up to date as all databases are.</summary>
public sealed class SqliteMigrationTests : MigrationContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override async Task<Database> OpenAsync(IReadOnlyList<Migration> migrations, string name = "one") =>
        await SqliteDatabase.OpenAsync(new SqliteOptions { Path = _folder[name + ".db"], IsCommitted = (_, _) => new(false) }, migrations);

    protected override async ValueTask<IReadOnlyList<string>> DescribeAsync(Session session) =>
        await session.ListAsync(
            """
            select m.type || ' ' || m.name || ' ' || coalesce(group_concat(c.name || ' ' || c.type || ' ' || c."notnull", ', '), '')
            from sqlite_master m left join pragma_table_info(m.name) c on m.type = 'table'
            group by m.type, m.name order by 1
            """,
            row => row.GetString(0));
}
