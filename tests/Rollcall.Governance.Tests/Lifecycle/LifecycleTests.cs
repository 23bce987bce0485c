using System.Text.Json.Nodes;
using Rollcall.Governance.Lifecycle;

namespace Rollcall.Governance.Tests.Lifecycle;

/// <summary>What follows from dates, and from what becomes of people.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task Sunset_RemovesWhatWasGivenUntilThen()
    {
        await using var world = await PlanningWorld.StartAsync("""{"approval":"none"}""");
        await world.IdentityAsync("ann");
        world.Account("ann");
        world.Entitlement("Until");
        world.Entitlement("Forever");
        (await world.AskAsync("Until", "ann", until: "2026-03-02T12:00:00Z")).Expect(201);
        (await world.AskAsync("Forever", "ann")).Expect(201);
        var ending = EndingOf(world);
        Assert.Equal(0, await ending());
        world.App.Clock.Advance(TimeSpan.FromDays(1));
        await ending();
        Assert.Equal(0, await ending());
        Assert.Equal(["ann Forever"], world.Assignments());
        Assert.Equal(["AddMember ann Until request Planned", "AddMember ann Forever request Planned", "RemoveMember ann Until sunset Planned"], await world.TransactionsAsync());
        var audit = Assert.Single((await world.App.CallAsync("GET", "/audit?code=assignment.end")).Expect(200).Items)!;
        Assert.Equal(("rollcall", "Until", "ann"), ((string)audit["actor"]!["user"]!, (string)audit["resource"]!["name"]!, (string)audit["operations"]!["identity"]!));
    }

    [Fact]
    public async Task Sunset_OfMoreThanOneStep_EndsAll()
    {
        await using var world = await PlanningWorld.StartAsync();
        await world.IdentityAsync("ann");
        for (var i = 0; i < Sunsets.Step + 3; i++)
            world.Entitlement($"E{i}");
        world.Execute("insert into assignments select (select id from identities), id, null, 5, 6 from entitlements");
        await EndingOf(world)();
        Assert.Empty(world.Assignments());
        Assert.Equal(Sunsets.Step + 3, (await world.TransactionsAsync()).Count);
    }

    [Theory]
    [InlineData("disable", "DisableAccount ann leaver Planned")]
    [InlineData("delete", "DeleteAccount ann leaver Planned")]
    [InlineData("keep", null)]
    public async Task Leaver_LosesWhatIsHeldAndGiven_ThenTheAccount(string leavers, string? end)
    {
        await using var world = await PlanningWorld.StartAsync($$"""{"approval":"none","leavers":"{{leavers}}"}""");
        await world.IdentityAsync("ann");
        var held = world.Entitlement("Held");
        var both = world.Entitlement("Both");
        world.Entitlement("Given");
        world.Account("ann", "crm", true, held, both);
        world.Execute($"insert into assignments select id, {both}, null, 5, null from identities");
        world.Execute("insert into assignments select id, 3, null, 5, null from identities");

        (await world.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"active":false}"""))).Expect(200);

        Assert.Empty(world.Assignments());
        string[] removals = ["RemoveMember ann Held leaver Planned", "RemoveMember ann Both leaver Planned", "RemoveMember ann Given leaver Planned"];
        Assert.Equal(end is null ? removals : [.. removals, end], await world.TransactionsAsync());
    }

    [Fact]
    public async Task Leaver_ByAFile_IsALeaverToo_AndWhoIsNotInItIsNot()
    {
        await using var world = await PlanningWorld.StartAsync();
        await world.IdentityAsync("ann");
        await world.IdentityAsync("bob");
        world.Account("ann");
        world.Account("bob");
        (await world.App.CallAsync("POST", "/identities/import", "id,email,active\nann,ann@example.com,false\n", mediaType: "text/csv")).Expect(200);
        Assert.Equal(["DisableAccount ann leaver Planned"], await world.TransactionsAsync());
        (await world.App.CallAsync("POST", "/identities/import", "id,email,active\nann,ann@example.com,false\n", mediaType: "text/csv")).Expect(200);
        Assert.Single(await world.TransactionsAsync());
    }

    [Fact]
    public async Task Leaver_WhatIsOpenIsTakenBack_AndOthersDecide()
    {
        await using var world = await PlanningWorld.StartAsync();
        foreach (var name in (string[])["olga", "otto", "ann"])
            await world.IdentityAsync(name);
        await world.IdentityAsync("bob", "otto");
        world.Entitlement("Payroll", owner: "olga");
        world.Entitlement("Ledger", owner: "olga");
        var pending = (long)(await world.AskAsync("Payroll", "ann")).Expect(201).Body["id"]!;
        var approved = (long)(await world.AskAsync("Ledger", "ann")).Expect(201).Body["id"]!;
        (await world.App.CallAsync("POST", $"/requests/{approved}/approve")).Expect(200);
        var bobs = (long)(await world.AskAsync("Payroll", "bob")).Expect(201).Body["id"]!;
        await world.IdleAsync();

        (await world.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"active":false}"""))).Expect(200);
        Assert.Equal(("cancelled: cancelled", "cancelled: cancelled"), (await world.StatesAsync(pending), await world.StatesAsync(approved)));
        Assert.Empty(world.Assignments());
        Assert.Equal(["CreateAccount ann request Cancelled", "AddMember ann Ledger request Cancelled"], await world.TransactionsAsync());

        // The approver leaves: somebody else decides on bob's request.
        Assert.Equal("olga", Assert.Single(await world.ApprovalsAsync()).Approver);
        (await world.App.CallAsync("PATCH", "/identities/olga", JsonNode.Parse("""{"active":false}"""))).Expect(200);
        var passed = Assert.Single((await world.App.CallAsync("GET", "/approvals?state=pending")).Expect(200).Items)!;
        Assert.Equal(("otto", bobs), ((string)passed["approver"]!, (long)passed["requestId"]!));
        Assert.Equal("olga owns the entitlement, but is inactive. It went to otto, who is the manager.", (string)passed["note"]!);
    }

    [Fact]
    public async Task WhoComesBack_HasTheirAccountsEnabledAndUpdated_NotTheirEntitlements()
    {
        await using var world = await PlanningWorld.StartAsync("""{"updatePolicy":{"displayName":"{{ identity.displayName }}"}}""");
        await world.IdentityAsync("ann", more: """{"active":false}""");
        world.Account("ann", active: false);
        (await world.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"active":true}"""))).Expect(200);
        Assert.Equal(["EnableAccount ann leaver Planned", "UpdateAccount ann attribute Planned"], await world.TransactionsAsync());
    }

    [Fact]
    public async Task WhoComesBackBeforeTheAccountWasDisabled_KeepsIt()
    {
        await using var world = await PlanningWorld.StartAsync();
        await world.IdentityAsync("ann");
        world.Account("ann");
        (await world.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"active":false}"""))).Expect(200);
        await world.IdleAsync();
        (await world.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"active":true}"""))).Expect(200);
        Assert.Equal(["DisableAccount ann leaver Cancelled"], await world.TransactionsAsync());
    }

    [Fact]
    public async Task ChangedAttribute_UpdatesTheAccountsWhosePolicyUsesIt_OnceUntilItIsCarriedOut()
    {
        await using var world = await PlanningWorld.StartAsync("""{"updatePolicy":{"title":"{{ identity.title }}"}}""");
        await world.ApplicationAsync("hr");
        await world.IdentityAsync("ann");
        await world.IdentityAsync("bob");
        world.Account("ann");
        world.Account("ann", "hr");
        // Nobody uses it.
        (await world.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"attributes":{"site":"eu"}}"""))).Expect(200);
        Assert.Empty(await world.TransactionsAsync());
        (await world.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"attributes":{"title":"Head"}}"""))).Expect(200);
        // Without an account there is nothing to update.
        (await world.App.CallAsync("PATCH", "/identities/bob", JsonNode.Parse("""{"attributes":{"title":"Head"}}"""))).Expect(200);
        Assert.Equal(["UpdateAccount ann attribute Planned"], await world.TransactionsAsync());
    }

    private static Func<Task<int>> EndingOf(PlanningWorld world)
    {
        var sunsets = world.App.Server.Sunsets;
        return () => sunsets.EndDueAsync(TestContext.Current.CancellationToken);
    }
}
