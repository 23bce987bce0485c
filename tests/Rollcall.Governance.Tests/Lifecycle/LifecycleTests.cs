using System.Text.Json.Nodes;
using Rollcall.Governance.Lifecycle;

namespace Rollcall.Governance.Tests.Lifecycle;

/// <summary>What follows from dates, and from what becomes of people.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task Sunset_RemovesWhatWasGivenUntilThen()
    {
        await using var catalog = await SeededCatalog.StartAsync("""{"approval":"none"}""");
        await catalog.IdentityAsync("ann");
        catalog.Account("ann");
        catalog.Entitlement("Until");
        catalog.Entitlement("Forever");
        (await catalog.AskAsync("Until", "ann", until: "2026-03-02T12:00:00Z")).Expect(201);
        (await catalog.AskAsync("Forever", "ann")).Expect(201);
        var ending = EndingOf(catalog);
        Assert.Equal(0, await ending());
        catalog.App.Clock.Advance(TimeSpan.FromDays(1));
        await ending();
        Assert.Equal(0, await ending());
        Assert.Equal(["ann Forever"], catalog.Assignments());
        Assert.Equal(["AddMember ann Until request Planned", "AddMember ann Forever request Planned", "RemoveMember ann Until sunset Planned"], await catalog.TransactionsAsync());
        var audit = Assert.Single((await catalog.App.CallAsync("GET", "/audit?code=assignment.end")).Expect(200).Items)!;
        Assert.Equal(("rollcall", "Until", "ann"), ((string)audit["actor"]!["user"]!, (string)audit["resource"]!["name"]!, (string)audit["operations"]!["identity"]!));
    }

    [Fact]
    public async Task Sunset_OfMoreThanOneStep_EndsAll()
    {
        await using var catalog = await SeededCatalog.StartAsync();
        await catalog.IdentityAsync("ann");
        for (var i = 0; i < Sunsets.Step + 3; i++)
            catalog.Entitlement($"E{i}");
        catalog.Execute("insert into assignments select (select id from identities), id, null, 5, 6 from entitlements");
        await EndingOf(catalog)();
        Assert.Empty(catalog.Assignments());
        Assert.Equal(Sunsets.Step + 3, (await catalog.TransactionsAsync()).Count);
    }

    [Theory]
    [InlineData("disable", "DisableAccount ann leaver Planned")]
    [InlineData("delete", "DeleteAccount ann leaver Planned")]
    [InlineData("keep", null)]
    public async Task Leaver_LosesWhatIsHeldAndGiven_ThenTheAccount(string leavers, string? end)
    {
        await using var catalog = await SeededCatalog.StartAsync($$"""{"approval":"none","leavers":"{{leavers}}"}""");
        await catalog.IdentityAsync("ann");
        var held = catalog.Entitlement("Held");
        var both = catalog.Entitlement("Both");
        catalog.Entitlement("Given");
        catalog.Account("ann", "crm", true, held, both);
        catalog.Execute($"insert into assignments select id, {both}, null, 5, null from identities");
        catalog.Execute("insert into assignments select id, 3, null, 5, null from identities");

        (await catalog.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"active":false}"""))).Expect(200);

        Assert.Empty(catalog.Assignments());
        string[] removals = ["RemoveMember ann Held leaver Planned", "RemoveMember ann Both leaver Planned", "RemoveMember ann Given leaver Planned"];
        Assert.Equal(end is null ? removals : [.. removals, end], await catalog.TransactionsAsync());
    }

    [Fact]
    public async Task Leaver_ByAFile_IsALeaverToo_AndWhoIsNotInItIsNot()
    {
        await using var catalog = await SeededCatalog.StartAsync();
        await catalog.IdentityAsync("ann");
        await catalog.IdentityAsync("bob");
        catalog.Account("ann");
        catalog.Account("bob");
        (await catalog.App.CallAsync("POST", "/identities/import", "id,email,active\nann,ann@example.com,false\n", mediaType: "text/csv")).Expect(200);
        Assert.Equal(["DisableAccount ann leaver Planned"], await catalog.TransactionsAsync());
        (await catalog.App.CallAsync("POST", "/identities/import", "id,email,active\nann,ann@example.com,false\n", mediaType: "text/csv")).Expect(200);
        Assert.Single(await catalog.TransactionsAsync());
    }

    [Fact]
    public async Task Leaver_WhatIsOpenIsTakenBack_AndOthersDecide()
    {
        await using var catalog = await SeededCatalog.StartAsync();
        foreach (var name in (string[])["olga", "otto", "ann"])
            await catalog.IdentityAsync(name);
        await catalog.IdentityAsync("bob", "otto");
        catalog.Entitlement("Payroll", owner: "olga");
        catalog.Entitlement("Ledger", owner: "olga");
        var pending = (long)(await catalog.AskAsync("Payroll", "ann")).Expect(201).Body["id"]!;
        var approved = (long)(await catalog.AskAsync("Ledger", "ann")).Expect(201).Body["id"]!;
        (await catalog.App.CallAsync("POST", $"/requests/{approved}/approve")).Expect(200);
        var bobs = (long)(await catalog.AskAsync("Payroll", "bob")).Expect(201).Body["id"]!;
        await catalog.IdleAsync();

        (await catalog.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"active":false}"""))).Expect(200);
        Assert.Equal(("cancelled: cancelled", "cancelled: cancelled"), (await catalog.StatesAsync(pending), await catalog.StatesAsync(approved)));
        Assert.Empty(catalog.Assignments());
        Assert.Equal(["CreateAccount ann request Cancelled", "AddMember ann Ledger request Cancelled"], await catalog.TransactionsAsync());

        // The approver leaves: somebody else decides on bob's request.
        Assert.Equal("olga", Assert.Single(await catalog.ApprovalsAsync()).Approver);
        (await catalog.App.CallAsync("PATCH", "/identities/olga", JsonNode.Parse("""{"active":false}"""))).Expect(200);
        var passed = Assert.Single((await catalog.App.CallAsync("GET", "/approvals?state=pending")).Expect(200).Items)!;
        Assert.Equal(("otto", bobs), ((string)passed["approver"]!, (long)passed["requestId"]!));
        Assert.Equal("olga owns the entitlement, but is inactive. It went to otto, who is the manager.", (string)passed["note"]!);
    }

    [Fact]
    public async Task WhoComesBack_HasTheirAccountsEnabledAndUpdated_NotTheirEntitlements()
    {
        await using var catalog = await SeededCatalog.StartAsync("""{"updatePolicy":{"displayName":"{{ identity.displayName }}"}}""");
        await catalog.IdentityAsync("ann", more: """{"active":false}""");
        catalog.Account("ann", active: false);
        (await catalog.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"active":true}"""))).Expect(200);
        Assert.Equal(["EnableAccount ann leaver Planned", "UpdateAccount ann attribute Planned"], await catalog.TransactionsAsync());
    }

    [Fact]
    public async Task WhoComesBackBeforeTheAccountWasDisabled_KeepsIt()
    {
        await using var catalog = await SeededCatalog.StartAsync();
        await catalog.IdentityAsync("ann");
        catalog.Account("ann");
        (await catalog.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"active":false}"""))).Expect(200);
        await catalog.IdleAsync();
        (await catalog.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"active":true}"""))).Expect(200);
        Assert.Equal(["DisableAccount ann leaver Cancelled"], await catalog.TransactionsAsync());
    }

    [Fact]
    public async Task ChangedAttribute_UpdatesTheAccountsWhosePolicyUsesIt_OnceUntilItIsCarriedOut()
    {
        await using var catalog = await SeededCatalog.StartAsync("""{"updatePolicy":{"title":"{{ identity.title }}"}}""");
        await catalog.ApplicationAsync("hr");
        await catalog.IdentityAsync("ann");
        await catalog.IdentityAsync("bob");
        catalog.Account("ann");
        catalog.Account("ann", "hr");
        // Nobody uses it.
        (await catalog.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"attributes":{"site":"eu"}}"""))).Expect(200);
        Assert.Empty(await catalog.TransactionsAsync());
        (await catalog.App.CallAsync("PATCH", "/identities/ann", JsonNode.Parse("""{"attributes":{"title":"Head"}}"""))).Expect(200);
        // Without an account there is nothing to update.
        (await catalog.App.CallAsync("PATCH", "/identities/bob", JsonNode.Parse("""{"attributes":{"title":"Head"}}"""))).Expect(200);
        Assert.Equal(["UpdateAccount ann attribute Planned"], await catalog.TransactionsAsync());
    }

    private static Func<Task<int>> EndingOf(SeededCatalog catalog)
    {
        var sunsets = catalog.App.Server.Sunsets;
        return () => sunsets.EndDueAsync(TestContext.Current.CancellationToken);
    }
}
