using Microsoft.Data.Sqlite;
using Rollcall.Access.Audit;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Audit;

/// <summary>What is older than it has to be kept is deleted, histories never.</summary>
public sealed class RetentionTests
{
    [Fact]
    public async Task Old_rows_go_new_ones_and_histories_stay()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var list = await client.ListAsync("payroll");
        var bob = await client.UserAsync("bob");
        (await client.AddAsync(list, null, bob)).Expect(204);
        (await client.RemoveAsync(list, null, bob)).Expect(204);
        app.Clock.Advance(TimeSpan.FromDays(399));
        Assert.Equal(6, (await app.AuditAsync("outcome=done")).Count);
        await app.PruneAsync();
        Assert.Equal(6, (await app.AuditAsync("outcome=done")).Count);
        app.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        var eve = await app.IntegrationAsync("globex");
        await app.PruneAsync();

        Assert.Equal(["integration.add-token", "integration.create"], (await app.AuditAsync("outcome=done")).Select(row => (string?)row["code"]));
        using var connection = app.OpenDatabase();
        Assert.Equal(1L, Count(connection, "member_history"));
        Assert.NotNull(eve);
    }

    [Fact]
    public async Task The_newest_row_stays_so_that_its_number_does_not_come_back()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        for (var i = 0; i < 3; i++)
            await client.UserAsync($"user{i}");
        var last = (long)(await app.AdminAsync("GET", "/changes")).Items[^1]!["seq"]!;
        app.Clock.Advance(TimeSpan.FromDays(360));
        await app.PruneAsync();

        Assert.Equal([last], (await app.AdminAsync("GET", "/changes")).Items.Select(item => (long)item!["seq"]!));
        await client.UserAsync("eve");
        Assert.Equal(last + 1, (long)(await app.AdminAsync("GET", "/changes")).Items[^1]!["seq"]!);
    }

    [Fact]
    public async Task Many_rows_go_in_small_steps_with_pauses()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        for (var i = 0; i < (2 * Retention.Step) + 10; i++)
            await client.UserAsync($"user{i}");
        app.Clock.Advance(TimeSpan.FromDays(31));
        var pruning = app.PruneAsync(waits: false);
        var pauses = 0;
        while (!pruning.IsCompleted)
        {
            app.Clock.Advance(Retention.Pause);
            pauses++;
            await Task.Yield();
        }
        await pruning;

        Assert.Single((await app.AdminAsync("GET", "/changes")).Items);
        Assert.True(pauses >= 2, "It did not pause.");
    }

    private static long Count(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // names of this file
        command.CommandText = $"select count(*) from {table}";
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
