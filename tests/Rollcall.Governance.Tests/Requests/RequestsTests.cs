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
        await using var catalog = await SeededCatalog.StartAsync();
        var app = catalog.App;
        await catalog.IdentityAsync("ann");
        await catalog.IdentityAsync("olga");
        catalog.Entitlement("Payroll", owner: "olga");

        var made = (await catalog.AskAsync("PAYROLL", "ann", "ann@example.com")).Expect(201).Body;
        Assert.Equal(("pending", "ann"), ((string)made["state"]!, (string)made["requester"]!));
        var approval = Assert.Single((await app.CallAsync("GET", "/approvals?state=pending", actingAs: "olga")).Expect(200).Items)!;
        Assert.Equal(("olga", "Payroll", "ann"), ((string)approval["approver"]!, (string)approval["entitlement"]!["title"]!, (string)approval["identity"]!));
        Assert.Empty(await catalog.TransactionsAsync());

        (await catalog.DecideAsync((long)approval["id"]!, actingAs: "ann")).Expect(403);
        var decided = (await catalog.DecideAsync((long)approval["id"]!, actingAs: "olga", comment: "yes")).Expect(200).Body;
        Assert.Equal(("approved", "olga", "yes"), ((string)decided["state"]!, (string)decided["decidedBy"]!, (string)decided["comment"]!));
        Assert.Equal(["CreateAccount ann request Planned", "AddMember ann Payroll request Planned"], await catalog.TransactionsAsync());
        Assert.Equal(["ann Payroll"], catalog.Assignments());
        var item = (await app.CallAsync("GET", $"/requests/{made["id"]}")).Expect(200).Body["items"]![0]!;
        Assert.Equal(("provisioning", "addMember", "planned"), ((string)item["state"]!, (string)item["transaction"]!["operation"]!, (string)item["transaction"]!["state"]!));
        (await catalog.DecideAsync((long)approval["id"]!, "deny", "olga")).Expect(409);
        Assert.Equal(["approval.approve", "request.create"], (await app.CallAsync("GET", "/audit?count=2")).Expect(200).Items.Select(row => (string)row!["code"]!));
        Assert.Equal("olga", (string?)(await app.CallAsync("GET", "/audit?count=1")).Expect(200).Items[0]!["actor"]!["identity"]);
    }

    [Theory]
    [MemberData(nameof(BadIds))]
    public async Task Request_ThatCantBe_IsRefused_AndChangesNothing(string id)
    {
        var row = Cases.Rows<BadRow>("requests-bad.json")[id];
        await using var catalog = await SeededCatalog.StartAsync();
        await catalog.ApplicationAsync("hr");
        await catalog.IdentityAsync("ann");
        await catalog.IdentityAsync("ivy", more: """{"active":false}""");
        catalog.Entitlement("Payroll");
        catalog.Vanish(catalog.Entitlement("Gone"));
        catalog.Entitlement("Closed", requestable: false);
        catalog.Entitlement("Twin");
        catalog.Entitlement("tWin");
        catalog.Entitlement("Elsewhere", "hr");
        var body = JsonNode.Parse("""{"operation":"add","application":"crm","entitlements":["Payroll"],"identities":["ann"],"reason":"r"}""")!.AsObject();
        foreach (var (name, value) in row.Change)
            body[name] = value?.DeepClone();

        var refused = (await catalog.App.CallAsync("POST", "/requests", body, row.ActingAs)).Expect(row.Status).Body;
        Assert.Equal(row.Field, (string?)refused["field"]);
        Assert.Contains(row.Detail ?? "", (string)refused["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, catalog.Number("select (select count(*) from requests) + (select count(*) from request_items) + (select count(*) from approvals)"));
    }

    [Fact]
    public async Task Request_OfTooMuch_IsRefused()
    {
        await using var catalog = await SeededCatalog.StartAsync(null);
        var body = new JsonObject
        {
            ["operation"] = "add",
            ["application"] = "crm",
            ["entitlements"] = new JsonArray([.. Enumerable.Range(1, 40).Select(number => (JsonNode)number)]),
            ["identities"] = new JsonArray([.. Enumerable.Range(1, 26).Select(number => (JsonNode)$"{number}")]),
            ["reason"] = "r",
        };
        Assert.Contains("at most 1000 items", (string)(await catalog.App.CallAsync("POST", "/requests", body)).Expect(400).Body["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsSoAlready_CompletesAtOnce_TheRestIsAsked()
    {
        await using var catalog = await SeededCatalog.StartAsync("""{"approval":"none"}""");
        await catalog.IdentityAsync("ann");
        await catalog.IdentityAsync("bob");
        var payroll = catalog.Entitlement("Payroll");
        catalog.Account("ann", "crm", true, payroll);
        // Held, but not decided here: it is, from now on.
        Assert.Equal("provisioning: provisioning", await catalog.StatesAsync((long)(await catalog.AskAsync("Payroll", "ann")).Expect(201).Body["id"]!));
        catalog.Execute("update request_items set state = 'completed'");
        var again = (await catalog.AskAsync("Payroll", "ann")).Expect(201).Body;
        Assert.Equal(("completed", "completed", "The identity has it already."), ((string)again["state"]!, (string)again["items"]![0]!["state"]!, (string)again["items"]![0]!["message"]!));
        Assert.NotNull(again["closedAt"]);
        // With another end it is not so.
        Assert.Equal("provisioning", (string)(await catalog.AskAsync("Payroll", "ann", until: "2027-01-01")).Expect(201).Body["state"]!);
        Assert.Equal(["ann Payroll until 1798761600000000"], catalog.Assignments());
        Assert.Equal("The identity does not have it.", (string)(await catalog.AskAsync("Payroll", "bob", operation: "remove")).Expect(201).Body["items"]![0]!["message"]!);
        Assert.DoesNotContain(await catalog.TransactionsAsync(), transaction => transaction.Contains("bob", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheSame_AskedForTwice_IsAConflictWhileTheFirstIsOpen()
    {
        await using var catalog = await SeededCatalog.StartAsync();
        await catalog.IdentityAsync("ann");
        catalog.Entitlement("Payroll");
        var first = (long)(await catalog.AskAsync("Payroll", "ann")).Expect(201).Body["id"]!;
        Assert.Contains($"Request {first} asks for some of it already", (string)(await catalog.AskAsync("Payroll", "ann")).Expect(409).Body["detail"]!, StringComparison.Ordinal);
        (await catalog.App.CallAsync("POST", $"/requests/{first}/cancel")).Expect(200);
        (await catalog.AskAsync("Payroll", "ann")).Expect(201);
    }

    [Fact]
    public async Task Request_IsSeenByThoseItConcerns()
    {
        await using var catalog = await SeededCatalog.StartAsync();
        foreach (var name in (string[])["ann", "bob", "olga", "eve"])
            await catalog.IdentityAsync(name);
        catalog.Entitlement("Payroll", owner: "olga");
        var id = (long)(await catalog.AskAsync("Payroll", "bob", "ann")).Expect(201).Body["id"]!;
        var approval = Assert.Single(await catalog.ApprovalsAsync()).Id;
        foreach (var (name, status) in new[] { ("ann", 200), ("bob", 200), ("olga", 200), ("eve", 404) })
        {
            (await catalog.App.CallAsync("GET", $"/requests/{id}", actingAs: name)).Expect(status);
            (await catalog.App.CallAsync("GET", $"/approvals/{approval}", actingAs: name)).Expect(status);
            Assert.Equal(status == 200 ? 1 : 0, (await catalog.App.CallAsync("GET", "/requests", actingAs: name)).Expect(200).Items.Count);
        }
        (await catalog.App.CallAsync("POST", $"/requests/{id}/cancel", actingAs: "eve")).Expect(404);
        (await catalog.App.CallAsync("POST", $"/requests/{id}/cancel", actingAs: "bob")).Expect(403);
        (await catalog.App.CallAsync("GET", "/approvals?approver=olga", actingAs: "eve")).Expect(403);
        Assert.Empty((await catalog.App.CallAsync("GET", "/approvals", actingAs: "ann")).Expect(200).Items);
        Assert.Single((await catalog.App.CallAsync("GET", "/requests?identity=bob&requester=ann&state=pending")).Expect(200).Items);
        Assert.Empty((await catalog.App.CallAsync("GET", "/requests?identity=ann")).Expect(200).Items);
        (await catalog.App.CallAsync("GET", "/requests?state=open")).Expect(400);
        (await catalog.App.CallAsync("GET", "/requests/x")).Expect(404);
        (await catalog.App.CallAsync("POST", $"/requests/{id}/cancel", actingAs: "ann")).Expect(200);
    }

    [Fact]
    public async Task Cancel_TakesBackWhatWasNotSent_AndPutsBackWhatItReplaced()
    {
        await using var catalog = await SeededCatalog.StartAsync("""{"approval":"none"}""");
        await catalog.IdentityAsync("ann");
        var payroll = catalog.Entitlement("Payroll");
        var add = (long)(await catalog.AskAsync("Payroll", "ann", until: "2027-01-01")).Expect(201).Body["id"]!;
        await catalog.IdleAsync();
        (await catalog.App.CallAsync("POST", $"/requests/{add}/cancel")).Expect(200);
        Assert.Equal("cancelled: cancelled", await catalog.StatesAsync(add));
        Assert.Empty(catalog.Assignments());
        // The account that only it needed is not made either.
        Assert.Equal(["CreateAccount ann request Cancelled", "AddMember ann Payroll request Cancelled"], await catalog.TransactionsAsync());
        (await catalog.App.CallAsync("POST", $"/requests/{add}/cancel")).Expect(409);

        catalog.Account("ann", "crm", true, payroll);
        catalog.Execute("insert into assignments select id, 1, null, 5, 1798761600000000 from identities");
        var remove = (long)(await catalog.AskAsync("Payroll", "ann", operation: "remove")).Expect(201).Body["id"]!;
        Assert.Empty(catalog.Assignments());
        await catalog.IdleAsync();
        (await catalog.App.CallAsync("POST", $"/requests/{remove}/cancel")).Expect(200);
        Assert.Equal(["ann Payroll until 1798761600000000"], catalog.Assignments());
        Assert.Equal(5, catalog.Number("select since from assignments"));
    }

    [Fact]
    public async Task Cancel_WhileItIsBeingSent_IsRefused_AndSaysSo()
    {
        await using var catalog = await SeededCatalog.StartAsync("""{"approval":"none"}""");
        await catalog.IdentityAsync("ann");
        catalog.Entitlement("Payroll");
        catalog.Account("ann");
        var id = (long)(await catalog.AskAsync("Payroll", "ann")).Expect(201).Body["id"]!;
        await catalog.IdleAsync();
        // Somebody works in its lane.
        catalog.Execute("update lanes set leased_until = 9999999999999999");
        (await catalog.App.CallAsync("POST", $"/requests/{id}/cancel")).Expect(409);
        catalog.Execute("update lanes set leased_until = 0");
        catalog.Execute("update transactions set state = 'Sending'");
        Assert.Contains("is being carried out", (string)(await catalog.App.CallAsync("POST", $"/requests/{id}/cancel")).Expect(409).Body["detail"]!, StringComparison.Ordinal);
        Assert.Equal("provisioning: provisioning", await catalog.StatesAsync(id));
        Assert.Equal(["ann Payroll"], catalog.Assignments());
    }
}
