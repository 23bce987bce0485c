using System.Text.Json.Nodes;
using Rollcall.Testing;

namespace Rollcall.Governance.Tests.Requests;

/// <summary>Access requests from their making to what is planned, taken back or denied.</summary>
public sealed class RequestsTests
{
    public static TheoryData<string> BadIds => [.. Cases.Rows<BadRow>("requests-bad.json").Keys];

    private sealed record BadRow(string Id, JsonObject Change, int Status, string? Field = null, string? Detail = null, string? ActingAs = null);

    [Fact]
    public async Task Request_ApprovedByTheOwner_PlansTheAccountThenTheMembership()
    {
        await using var world = await PlanningWorld.StartAsync();
        var app = world.App;
        await world.IdentityAsync("ann");
        await world.IdentityAsync("olga");
        world.Entitlement("Payroll", owner: "olga");

        var made = (await world.AskAsync("PAYROLL", "ann", "ann@example.com")).Expect(201).Body;
        Assert.Equal(("pending", "ann"), ((string)made["state"]!, (string)made["requester"]!));
        var approval = Assert.Single((await app.CallAsync("GET", "/approvals?state=pending", actingAs: "olga")).Expect(200).Items)!;
        Assert.Equal(("olga", "Payroll", "ann"), ((string)approval["approver"]!, (string)approval["entitlement"]!["title"]!, (string)approval["identity"]!));
        Assert.Empty(await world.TransactionsAsync());

        (await world.DecideAsync((long)approval["id"]!, actingAs: "ann")).Expect(403);
        var decided = (await world.DecideAsync((long)approval["id"]!, actingAs: "olga", comment: "yes")).Expect(200).Body;
        Assert.Equal(("approved", "olga", "yes"), ((string)decided["state"]!, (string)decided["decidedBy"]!, (string)decided["comment"]!));
        Assert.Equal(["CreateAccount ann request Planned", "AddMember ann Payroll request Planned"], await world.TransactionsAsync());
        Assert.Equal(["ann Payroll"], world.Assignments());
        var item = (await app.CallAsync("GET", $"/requests/{made["id"]}")).Expect(200).Body["items"]![0]!;
        Assert.Equal(("provisioning", "addMember", "planned"), ((string)item["state"]!, (string)item["transaction"]!["operation"]!, (string)item["transaction"]!["state"]!));
        (await world.DecideAsync((long)approval["id"]!, "deny", "olga")).Expect(409);
        Assert.Equal(["approval.approve", "request.create"], (await app.CallAsync("GET", "/audit?count=2")).Expect(200).Items.Select(row => (string)row!["code"]!));
        Assert.Equal("olga", (string?)(await app.CallAsync("GET", "/audit?count=1")).Expect(200).Items[0]!["actor"]!["identity"]);
    }

    [Theory]
    [MemberData(nameof(BadIds))]
    public async Task Request_ThatCantBe_IsRefused_AndChangesNothing(string id)
    {
        var row = Cases.Rows<BadRow>("requests-bad.json")[id];
        await using var world = await PlanningWorld.StartAsync();
        await world.ApplicationAsync("hr");
        await world.IdentityAsync("ann");
        await world.IdentityAsync("ivy", more: """{"active":false}""");
        world.Entitlement("Payroll");
        world.Vanish(world.Entitlement("Gone"));
        world.Entitlement("Closed", requestable: false);
        world.Entitlement("Twin");
        world.Entitlement("tWin");
        world.Entitlement("Elsewhere", "hr");
        var body = JsonNode.Parse("""{"operation":"add","application":"crm","entitlements":["Payroll"],"identities":["ann"],"reason":"r"}""")!.AsObject();
        foreach (var (name, value) in row.Change)
            body[name] = value?.DeepClone();

        var refused = (await world.App.CallAsync("POST", "/requests", body, row.ActingAs)).Expect(row.Status).Body;
        Assert.Equal(row.Field, (string?)refused["field"]);
        Assert.Contains(row.Detail ?? "", (string)refused["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, world.Number("select (select count(*) from requests) + (select count(*) from request_items) + (select count(*) from approvals)"));
    }

    [Fact]
    public async Task Request_OfTooMuch_IsRefused()
    {
        await using var world = await PlanningWorld.StartAsync(null);
        var body = new JsonObject
        {
            ["operation"] = "add",
            ["application"] = "crm",
            ["entitlements"] = new JsonArray([.. Enumerable.Range(1, 40).Select(number => (JsonNode)number)]),
            ["identities"] = new JsonArray([.. Enumerable.Range(1, 26).Select(number => (JsonNode)$"{number}")]),
            ["reason"] = "r",
        };
        Assert.Contains("at most 1000 items", (string)(await world.App.CallAsync("POST", "/requests", body)).Expect(400).Body["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsSoAlready_CompletesAtOnce_TheRestIsAsked()
    {
        await using var world = await PlanningWorld.StartAsync("""{"approval":"none"}""");
        await world.IdentityAsync("ann");
        await world.IdentityAsync("bob");
        var payroll = world.Entitlement("Payroll");
        world.Account("ann", "crm", true, payroll);
        // Held, but not decided here: it is, from now on.
        Assert.Equal("provisioning: provisioning", await world.StatesAsync((long)(await world.AskAsync("Payroll", "ann")).Expect(201).Body["id"]!));
        world.Execute("update request_items set state = 'completed'");
        var again = (await world.AskAsync("Payroll", "ann")).Expect(201).Body;
        Assert.Equal(("completed", "completed", "The identity has it already."), ((string)again["state"]!, (string)again["items"]![0]!["state"]!, (string)again["items"]![0]!["message"]!));
        Assert.NotNull(again["closedAt"]);
        // With another end it is not so.
        Assert.Equal("provisioning", (string)(await world.AskAsync("Payroll", "ann", until: "2027-01-01")).Expect(201).Body["state"]!);
        Assert.Equal(["ann Payroll until 1798761600000000"], world.Assignments());
        Assert.Equal("The identity does not have it.", (string)(await world.AskAsync("Payroll", "bob", operation: "remove")).Expect(201).Body["items"]![0]!["message"]!);
        Assert.DoesNotContain(await world.TransactionsAsync(), transaction => transaction.Contains("bob", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheSame_AskedForTwice_IsAConflictWhileTheFirstIsOpen()
    {
        await using var world = await PlanningWorld.StartAsync();
        await world.IdentityAsync("ann");
        world.Entitlement("Payroll");
        var first = (long)(await world.AskAsync("Payroll", "ann")).Expect(201).Body["id"]!;
        Assert.Contains($"Request {first} asks for some of it already", (string)(await world.AskAsync("Payroll", "ann")).Expect(409).Body["detail"]!, StringComparison.Ordinal);
        (await world.App.CallAsync("POST", $"/requests/{first}/cancel")).Expect(200);
        (await world.AskAsync("Payroll", "ann")).Expect(201);
    }

    [Fact]
    public async Task Request_IsSeenByThoseItConcerns()
    {
        await using var world = await PlanningWorld.StartAsync();
        foreach (var name in (string[])["ann", "bob", "olga", "eve"])
            await world.IdentityAsync(name);
        world.Entitlement("Payroll", owner: "olga");
        var id = (long)(await world.AskAsync("Payroll", "bob", "ann")).Expect(201).Body["id"]!;
        var approval = Assert.Single(await world.ApprovalsAsync()).Id;
        foreach (var (name, status) in new[] { ("ann", 200), ("bob", 200), ("olga", 200), ("eve", 404) })
        {
            (await world.App.CallAsync("GET", $"/requests/{id}", actingAs: name)).Expect(status);
            (await world.App.CallAsync("GET", $"/approvals/{approval}", actingAs: name)).Expect(status);
            Assert.Equal(status == 200 ? 1 : 0, (await world.App.CallAsync("GET", "/requests", actingAs: name)).Expect(200).Items.Count);
        }
        (await world.App.CallAsync("POST", $"/requests/{id}/cancel", actingAs: "eve")).Expect(404);
        (await world.App.CallAsync("POST", $"/requests/{id}/cancel", actingAs: "bob")).Expect(403);
        (await world.App.CallAsync("GET", "/approvals?approver=olga", actingAs: "eve")).Expect(403);
        Assert.Empty((await world.App.CallAsync("GET", "/approvals", actingAs: "ann")).Expect(200).Items);
        Assert.Single((await world.App.CallAsync("GET", "/requests?identity=bob&requester=ann&state=pending")).Expect(200).Items);
        Assert.Empty((await world.App.CallAsync("GET", "/requests?identity=ann")).Expect(200).Items);
        (await world.App.CallAsync("GET", "/requests?state=open")).Expect(400);
        (await world.App.CallAsync("GET", "/requests/x")).Expect(404);
        (await world.App.CallAsync("POST", $"/requests/{id}/cancel", actingAs: "ann")).Expect(200);
    }

    [Fact]
    public async Task Cancel_TakesBackWhatWasNotSent_AndPutsBackWhatItReplaced()
    {
        await using var world = await PlanningWorld.StartAsync("""{"approval":"none"}""");
        await world.IdentityAsync("ann");
        var payroll = world.Entitlement("Payroll");
        var add = (long)(await world.AskAsync("Payroll", "ann", until: "2027-01-01")).Expect(201).Body["id"]!;
        await world.IdleAsync();
        (await world.App.CallAsync("POST", $"/requests/{add}/cancel")).Expect(200);
        Assert.Equal("cancelled: cancelled", await world.StatesAsync(add));
        Assert.Empty(world.Assignments());
        // The account that only it needed is not made either.
        Assert.Equal(["CreateAccount ann request Cancelled", "AddMember ann Payroll request Cancelled"], await world.TransactionsAsync());
        (await world.App.CallAsync("POST", $"/requests/{add}/cancel")).Expect(409);

        world.Account("ann", "crm", true, payroll);
        world.Execute("insert into assignments select id, 1, null, 5, 1798761600000000 from identities");
        var remove = (long)(await world.AskAsync("Payroll", "ann", operation: "remove")).Expect(201).Body["id"]!;
        Assert.Empty(world.Assignments());
        await world.IdleAsync();
        (await world.App.CallAsync("POST", $"/requests/{remove}/cancel")).Expect(200);
        Assert.Equal(["ann Payroll until 1798761600000000"], world.Assignments());
        Assert.Equal(5, world.Number("select since from assignments"));
    }

    [Fact]
    public async Task Cancel_OfWhatWasDecidedOtherwiseSince_LeavesThat()
    {
        await using var world = await PlanningWorld.StartAsync("""{"approval":"none"}""");
        await world.IdentityAsync("ann");
        world.Account("ann");
        world.Entitlement("Payroll");
        async Task<long> OfAsync(string operation) => (long)(await world.AskAsync("Payroll", "ann", operation: operation)).Expect(201).Body["id"]!;
        async Task CancelAsync(long id)
        {
            await world.IdleAsync();
            (await world.App.CallAsync("POST", $"/requests/{id}/cancel")).Expect(200);
        }
        var (first, removal) = (await OfAsync("add"), await OfAsync("remove"));
        await CancelAsync(first);
        Assert.Empty(world.Assignments());
        var second = await OfAsync("add");
        // It had taken the place of the first one, which does not come back.
        await CancelAsync(removal);
        Assert.Equal(second, world.Number("select i.request_id from assignments s join request_items i on i.id = s.item_id"));
        await CancelAsync(second);
        Assert.Empty(world.Assignments());
    }

    [Fact]
    public async Task Cancel_WhileItIsBeingSent_IsRefused_AndSaysSo()
    {
        await using var world = await PlanningWorld.StartAsync("""{"approval":"none"}""");
        await world.IdentityAsync("ann");
        world.Entitlement("Payroll");
        world.Account("ann");
        var id = (long)(await world.AskAsync("Payroll", "ann")).Expect(201).Body["id"]!;
        await world.IdleAsync();
        // Somebody works in its lane.
        world.Execute("update lanes set leased_until = 9999999999999999");
        (await world.App.CallAsync("POST", $"/requests/{id}/cancel")).Expect(409);
        world.Execute("update lanes set leased_until = 0");
        world.Execute("update transactions set state = 'Sending'");
        Assert.Contains("is being carried out", (string)(await world.App.CallAsync("POST", $"/requests/{id}/cancel")).Expect(409).Body["detail"]!, StringComparison.Ordinal);
        Assert.Equal("provisioning: provisioning", await world.StatesAsync(id));
        Assert.Equal(["ann Payroll"], world.Assignments());
    }
}
