using System.Text.Json.Nodes;

namespace Rollcall.Governance.Tests.Requests;

/// <summary>The decisions on access requests.</summary>
public sealed class ApprovalsTests
{
    [Fact]
    public async Task ManagerAndOwner_DecideInOrder()
    {
        await using var catalog = await StartAsync("""{"approval":"managerAndOwner"}""");
        var id = (long)(await catalog.AskAsync("Payroll", "ann", "ann")).Expect(201).Body["id"]!;
        var manager = Assert.Single(await catalog.ApprovalsAsync());
        var owner = Assert.Single(await catalog.ApprovalsAsync("waiting"));
        Assert.Equal(("mia", "olga"), (manager.Approver, owner.Approver));
        Assert.Contains("waits for an earlier decision", (string)(await catalog.DecideAsync(owner.Id, actingAs: "olga")).Expect(409).Body["detail"]!, StringComparison.Ordinal);
        (await catalog.DecideAsync(manager.Id, actingAs: "mia")).Expect(200);
        Assert.Equal("pending: pending", await catalog.StatesAsync(id));
        Assert.Empty(await catalog.TransactionsAsync());
        (await catalog.DecideAsync(owner.Id, actingAs: "olga")).Expect(200);
        Assert.Equal("provisioning: provisioning", await catalog.StatesAsync(id));
    }

    [Fact]
    public async Task Denial_EndsTheItem_AndNeedsAComment()
    {
        await using var catalog = await StartAsync("""{"approval":"managerAndOwner"}""");
        var id = (long)(await catalog.AskAsync("Payroll", "ann", "ann")).Expect(201).Body["id"]!;
        var manager = Assert.Single(await catalog.ApprovalsAsync());
        (await catalog.DecideAsync(manager.Id, "deny", "mia", " ")).Expect(400);
        (await catalog.App.CallAsync("POST", $"/approvals/{manager.Id}/deny", new JsonObject(), "mia")).Expect(400);
        (await catalog.DecideAsync(manager.Id, "deny", "mia", "not yet")).Expect(200);
        Assert.Equal("denied: denied", await catalog.StatesAsync(id));
        Assert.Equal("olga", Assert.Single(await catalog.ApprovalsAsync("cancelled")).Approver);
        Assert.Equal("not yet", (string)(await catalog.App.CallAsync("GET", $"/requests/{id}")).Body["items"]![0]!["message"]!);
        Assert.Empty(await catalog.TransactionsAsync());
        Assert.Empty(catalog.Assignments());
    }

    [Fact]
    public async Task ApproverWhoIsTheRequester_IsPassedOver_AndTheNoteSaysWhy()
    {
        await using var catalog = await StartAsync("{}");
        (await catalog.AskAsync("Payroll", "ann", "olga")).Expect(201);
        var approval = Assert.Single((await catalog.App.CallAsync("GET", "/approvals")).Expect(200).Items)!;
        Assert.Equal("mia", (string)approval["approver"]!);
        Assert.Equal("olga owns the entitlement, but asked for it. It went to mia, who is the manager.", (string)approval["note"]!);
        (await catalog.DecideAsync((long)approval["id"]!, actingAs: "olga")).Expect(403);
        // Nor by way of a delegation.
        Assert.Equal("to", (string?)(await DelegateAsync(catalog, (long)approval["id"]!, "olga", "mia")).Expect(400).Body["field"]);
        Assert.Equal("to", (string?)(await DelegateAsync(catalog, (long)approval["id"]!, "ann@example.com", "mia")).Expect(400).Body["field"]);
    }

    [Fact]
    public async Task Delegation_HandsTheDecisionOn()
    {
        await using var catalog = await StartAsync("{}");
        await catalog.IdentityAsync("ivy", more: """{"active":false}""");
        (await catalog.AskAsync("Payroll", "ann", "ann")).Expect(201);
        var id = Assert.Single(await catalog.ApprovalsAsync()).Id;
        (await DelegateAsync(catalog, id, "nobody", "olga")).Expect(400);
        (await DelegateAsync(catalog, id, "ivy", "olga")).Expect(400);
        (await DelegateAsync(catalog, id, "olga", "olga")).Expect(400);
        (await DelegateAsync(catalog, id, "mia", "mia")).Expect(403);
        var handed = (await DelegateAsync(catalog, id, "MIA@example.com", "olga")).Expect(200).Body;
        Assert.Equal(("mia", "olga", "pending"), ((string)handed["approver"]!, (string)handed["delegatedBy"]!, (string)handed["state"]!));
        (await catalog.DecideAsync(id, actingAs: "olga")).Expect(403);
        (await catalog.DecideAsync(id, actingAs: "mia")).Expect(200);
        (await DelegateAsync(catalog, id, "olga", "mia")).Expect(409);
    }

    [Fact]
    public async Task EntitlementThatVanishedSince_FailsTheItem_AndSaysSo()
    {
        await using var catalog = await StartAsync("{}");
        var id = (long)(await catalog.AskAsync("Payroll", "ann", "ann")).Expect(201).Body["id"]!;
        catalog.Vanish(1);
        (await catalog.DecideAsync(Assert.Single(await catalog.ApprovalsAsync()).Id, actingAs: "olga")).Expect(200);
        Assert.Equal("failed: failed", await catalog.StatesAsync(id));
        Assert.Equal("The entitlement vanished from the application between request and approval.", (string)(await catalog.App.CallAsync("GET", $"/requests/{id}")).Body["items"]![0]!["message"]!);
        Assert.Empty(catalog.Assignments());
        Assert.Empty(await catalog.TransactionsAsync());
    }

    [Fact]
    public async Task RemovalOfWhatVanished_Completes_AndTheAssignmentEnds()
    {
        await using var catalog = await StartAsync("{}");
        catalog.Execute("insert into assignments select id, 1, null, 5, null from identities where public_id = 'ann'");
        catalog.Vanish(1);
        var id = (long)(await catalog.AskAsync("Payroll", "ann", "ann", "remove")).Expect(201).Body["id"]!;
        (await catalog.DecideAsync(Assert.Single(await catalog.ApprovalsAsync()).Id)).Expect(200);
        Assert.Equal("completed: completed", await catalog.StatesAsync(id));
        Assert.Empty(catalog.Assignments());
    }

    [Fact]
    public async Task EndThatPassedBeforeTheApproval_FailsTheItem()
    {
        await using var catalog = await StartAsync("{}");
        var id = (long)(await catalog.AskAsync("Payroll", "ann", "ann", until: "2026-03-02")).Expect(201).Body["id"]!;
        catalog.App.Clock.Advance(TimeSpan.FromDays(1));
        (await catalog.DecideAsync(Assert.Single(await catalog.ApprovalsAsync()).Id)).Expect(200);
        Assert.Equal("failed: failed", await catalog.StatesAsync(id));
    }

    [Fact]
    public async Task AllOfARequest_IsDecidedInOneCall()
    {
        await using var catalog = await StartAsync("{}");
        for (var i = 0; i < 60; i++)
            await catalog.IdentityAsync($"p{i}");
        var body = JsonNode.Parse("""{"operation":"add","application":"crm","entitlements":["Payroll"],"reason":"r"}""")!;
        body["identities"] = new JsonArray([.. Enumerable.Range(0, 60).Select(number => (JsonNode)$"p{number}")]);
        var id = (long)(await catalog.App.CallAsync("POST", "/requests", body, "ann")).Expect(201).Body["id"]!;
        (await catalog.App.CallAsync("POST", $"/requests/{id}/approve", actingAs: "ann")).Expect(409);
        (await catalog.App.CallAsync("POST", $"/requests/{id}/approve", actingAs: "mia")).Expect(404);
        (await catalog.App.CallAsync("POST", $"/requests/{id}/deny", actingAs: "olga")).Expect(415);
        Assert.Equal("provisioning", (string)(await catalog.App.CallAsync("POST", $"/requests/{id}/approve", actingAs: "olga")).Expect(200).Body["state"]!);
        Assert.Equal(60, catalog.Assignments().Count);
        Assert.Equal(60, catalog.Number("select count(*) from audit where code = 'approval.approve'"));
    }

    [Fact]
    public async Task OfTwoWhoDecideAtOnce_OneWins()
    {
        await using var catalog = await StartAsync("{}");
        for (var round = 0; round < 10; round++)
        {
            await catalog.IdentityAsync($"p{round}");
            var id = (long)(await catalog.AskAsync("Payroll", $"p{round}")).Expect(201).Body["id"]!;
            var approval = Assert.Single(await catalog.ApprovalsAsync()).Id;
            var answers = await Task.WhenAll(catalog.DecideAsync(approval, actingAs: "olga"), catalog.DecideAsync(approval, "deny"));
            Assert.Equal([200, 409], answers.Select(answer => answer.Status).Order());
            Assert.Equal(answers[0].Status == 200 ? "provisioning: provisioning" : "denied: denied", await catalog.StatesAsync(id));
        }
    }

    [Fact]
    public async Task OfCancellingAndApprovingAtOnce_TheRequestIsWholeAfterwards()
    {
        await using var catalog = await StartAsync("{}");
        for (var round = 0; round < 10; round++)
        {
            await catalog.IdentityAsync($"p{round}");
            var id = (long)(await catalog.AskAsync("Payroll", $"p{round}")).Expect(201).Body["id"]!;
            var approval = Assert.Single(await catalog.ApprovalsAsync()).Id;
            var answers = await Task.WhenAll(catalog.DecideAsync(approval), catalog.App.CallAsync("POST", $"/requests/{id}/cancel"));
            await catalog.IdleAsync();
            // Cancelled first: nothing is left to decide. Approved first: taken back, or too late for that.
            var state = (answers[0].Status, answers[1].Status) switch
            {
                (409, 200) or (200, 200) => "cancelled: cancelled",
                (200, 409) => "provisioning: provisioning",
                _ => "none of these",
            };
            Assert.Equal(state, await catalog.StatesAsync(id));
            Assert.Equal(answers[1].Status == 409, catalog.Assignments().Contains($"p{round} Payroll"));
        }
    }

    private static Task<ApiAnswer> DelegateAsync(SeededCatalog catalog, long id, string to, string actingAs) =>
        catalog.App.CallAsync("POST", $"/approvals/{id}/delegate", new JsonObject { ["to"] = to }, actingAs);

    // ann, whose manager is mia; Payroll, which olga owns.
    private static async Task<SeededCatalog> StartAsync(string definition)
    {
        var catalog = await SeededCatalog.StartAsync(definition);
        await catalog.IdentityAsync("mia");
        await catalog.IdentityAsync("olga");
        await catalog.IdentityAsync("ann", "mia");
        catalog.Entitlement("Payroll", owner: "olga");
        return catalog;
    }
}
