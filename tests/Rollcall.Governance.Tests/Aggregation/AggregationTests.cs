using System.Text.Json.Nodes;

namespace Rollcall.Governance.Tests.Aggregation;

/// <summary>Aggregation through the API, from a real Access side.</summary>
public sealed class AggregationTests
{
    [Fact]
    public async Task GroupsAndAccounts_AreAggregated_ThenFoundUnchangedChangedAndGone()
    {
        await using var target = await AccessTarget.StartAsync();
        await using var app = await GovernanceApp.StartAsync();
        (await app.CallAsync("POST", "/applications", target.Application())).Expect(201);
        var payroll = await target.ListAsync("payroll");
        await target.ListAsync("ledger");
        var alice = await target.UserAsync("alice@example.com");
        var bob = await target.UserAsync("bob@example.com");
        await target.AddMemberAsync(payroll, alice);

        // Accounts first: what groups they are in is kept until the groups are known.
        var accounts = await app.AggregateAsync("aggregateAccounts");
        Assert.Equal(("completed", 2, 2, 0, 0, 0), Counts(accounts));
        Assert.Equal("Accounts are in groups that the catalog does not have.", (string)accounts["problems"]![0]!["reason"]!);
        var groups = await app.AggregateAsync("aggregateGroups");
        Assert.Equal(("completed", 2, 2, 0, 0, 0), Counts(groups));
        Assert.Equal([(alice, payroll)], await app.HeldAsync());

        // Again: nothing has changed.
        Assert.Equal(("completed", 2, 0, 0, 2, 0), Counts(await app.AggregateAsync("aggregateGroups")));
        Assert.Equal(("completed", 2, 0, 0, 2, 0), Counts(await app.AggregateAsync("aggregateAccounts")));

        // A membership is a new version of the account and of the group.
        await target.AddMemberAsync(payroll, bob);
        Assert.Equal(("completed", 2, 0, 1, 1, 0), Counts(await app.AggregateAsync("aggregateAccounts")));
        Assert.Equal(("completed", 2, 0, 1, 1, 0), Counts(await app.AggregateAsync("aggregateGroups")));
        Assert.Equal([(alice, payroll), (bob, payroll)], await app.HeldAsync());

        // One leaves and comes back under another id.
        await target.ScimAsync("DELETE", $"/Users/{alice}");
        Assert.Equal(("completed", 1, 0, 0, 1, 1), Counts(await app.AggregateAsync("aggregateAccounts")));
        Assert.Equal([(bob, payroll)], await app.HeldAsync());
        await target.UserAsync("alice@example.com");
        Assert.Equal(("completed", 2, 1, 0, 1, 0), Counts(await app.AggregateAsync("aggregateAccounts")));
    }

    private static (string State, int Read, int Created, int Updated, int Unchanged, int Removed) Counts(JsonObject task) =>
        ((string)task["state"]!, (int)task["read"]!, (int)task["created"]!, (int)task["updated"]!, (int)task["unchanged"]!, (int)task["removed"]!);
}
