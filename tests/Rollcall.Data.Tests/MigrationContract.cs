using Rollcall.Data.Migrations;

namespace Rollcall.Data.Tests;

/// <summary>How every <see cref="Database"/> is brought up to date. A subclass opens the same database again and again.</summary>
public abstract class MigrationContract
{
    private static readonly IReadOnlyList<Migration> First =
    [
        new(1, "create table notes (\n  id $(identity),\n  name text not null\n);\ncreate unique index notes_name on notes (name);\n"),
    ];

    private static readonly IReadOnlyList<Migration> Second = [.. First, new(2, "alter table notes add column amount bigint;\nupdate notes set amount = 7;")];

    private static readonly IReadOnlyList<Migration> Third = [.. Second, new(3, "create table tags (id $(identity), name text not null);\ncreate unique index tags_name on tags (name);")];

    /// <summary>Opens the test's database; <paramref name="name"/> tells several apart.</summary>
    protected abstract Task<Database> OpenAsync(IReadOnlyList<Migration> migrations, string name = "one");

    /// <summary>Every table, column and index, as text.</summary>
    protected abstract ValueTask<IReadOnlyList<string>> DescribeAsync(Session session);

    [Fact]
    public async Task Stepwise_IsAsFresh()
    {
        foreach (var migrations in (IReadOnlyList<Migration>[])[First, Second, Third])
            await (await OpenAsync(migrations, "stepwise")).DisposeAsync();
        await using var stepwise = await OpenAsync(Third, "stepwise");
        await using var fresh = await OpenAsync(Third, "fresh");

        var schema = await fresh.ReadAsync(DescribeAsync);
        Assert.Contains(schema, line => line.Contains("tags", StringComparison.Ordinal));
        Assert.Equal(schema, await stepwise.ReadAsync(DescribeAsync));
        Assert.Equal(3, await NumberAsync(stepwise));
        Assert.Equal(3, await NumberAsync(fresh));
    }

    [Fact]
    public async Task Step_KeepsAndChangesWhatIsThere()
    {
        await using (var old = await OpenAsync(First))
            await old.WriteAsync(session => session.ExecuteAsync("insert into notes (name) values ('kept')"));
        await using var database = await OpenAsync(Second);
        Assert.Equal(7, await database.ReadAsync(session => session.FirstAsync("select amount from notes where name = 'kept'", row => row.GetInt64(0))));
    }

    [Fact]
    public async Task UpToDate_ChangesNothing()
    {
        await (await OpenAsync(Second)).DisposeAsync();
        await using var database = await OpenAsync(Second);
        Assert.Equal(2, await NumberAsync(database));
        // Its second step would fail if it ran again.
    }

    [Fact]
    public async Task UniqueIndexOfALaterStep_IsNamedAsWell()
    {
        await (await OpenAsync(First)).DisposeAsync();
        await using var database = await OpenAsync(Third);
        await database.WriteAsync(session => session.ExecuteAsync("insert into tags (name) values ('a')"));
        var refused = await Assert.ThrowsAsync<UniqueViolationException>(() => database.WriteAsync(session => session.ExecuteAsync("insert into tags (name) values ('a')")));
        Assert.Equal("tags_name", refused.IndexName);
    }

    [Fact]
    public async Task NewerSchemaThatStillAllowsThisRelease_IsUsed_AndNotTurnedBack()
    {
        await (await OpenAsync(Third)).DisposeAsync();
        await using (var older = await OpenAsync(First))
            await older.WriteAsync(session => session.ExecuteAsync("insert into notes (name) values ('by the older release')"));
        await using var database = await OpenAsync(Third);
        Assert.Equal(3, await NumberAsync(database));
    }

    [Fact]
    public async Task NewerSchemaThatNeedsANewerRelease_IsRefused_AndUntouched()
    {
        await using (var newer = await OpenAsync(Third))
            await newer.WriteAsync(session => session.ExecuteAsync("update schema_version set minimum = 3"));

        var refused = await Assert.ThrowsAsync<MigrationException>(() => OpenAsync(Second));
        Assert.Contains("3", refused.Message, StringComparison.Ordinal);
        Assert.Contains("2", refused.Message, StringComparison.Ordinal);
        await using var database = await OpenAsync(Third);
        Assert.Equal(3, await NumberAsync(database));
    }

    [Fact]
    public async Task StepThatFails_LeavesTheSchemaAsItWas()
    {
        await (await OpenAsync(First)).DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => OpenAsync([.. Second, new(3, "create table half (id bigint);\ncreate table notes (id bigint);")]));

        await using var database = await OpenAsync(First);
        Assert.Equal(1, await NumberAsync(database));
        Assert.DoesNotContain(await database.ReadAsync(DescribeAsync), line => line.Contains("half", StringComparison.Ordinal) || line.Contains("amount", StringComparison.Ordinal));
    }

    private static ValueTask<long> NumberAsync(Database database) =>
        database.ReadAsync(session => session.FirstAsync("select number from schema_version", row => row.GetInt64(0)));
}
