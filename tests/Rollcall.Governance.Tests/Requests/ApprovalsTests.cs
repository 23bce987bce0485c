using System.Text.Json.Nodes;

namespace Rollcall.Governance.Tests.Requests;

/// <summary>The decisions on access requests.</summary>
public sealed class ApprovalsTests
{
    [Fact]
    public async Task ManagerAndOwner_DecideInOrder()
    {
        await using var world = await StartAsync("""{"approval":"managerAndOwner"}""");
        var id = (long)(await world.AskAsync("Payroll", "ann", "ann")).Expect(201).Body["id"]!;
        var manager = Assert.Single(await world.ApprovalsAsync());
        var owner = Assert.Single(await world.ApprovalsAsync("waiting"));
        Assert.Equal(("mia", "olga"), (manager.Approver, owner.Approver));
        Assert.Contains("waits for an earlier decision", (string)(await world.DecideAsync(owner.Id, actingAs: "olga")).Expect(409).Body["detail"]!, StringComparison.Ordinal);
        (await world.DecideAsync(manager.Id, actingAs: "mia")).Expect(200);
        Assert.Equal("pending: pending", await world.StatesAsync(id));
        Assert.Empty(await world.TransactionsAsync());
        (await world.DecideAsync(owner.Id, actingAs: "olga")).Expect(200);
        Assert.Equal("provisioning: provisioning", await world.StatesAsync(id));
    }

    [Fact]
    public async Task Denial_EndsTheItem_AndNeedsAComment()
    {
        await using var world = await StartAsync("""{"approval":"managerAndOwner"}""");
        var id = (long)(await world.AskAsync("Payroll", "ann", "ann")).Expect(201).Body["id"]!;
        var manager = Assert.Single(await world.ApprovalsAsync());
        (await world.DecideAsync(manager.Id, "deny", "mia", " ")).Expect(400);
        (await world.App.CallAsync("POST", $"/approvals/{manager.Id}/deny", new JsonObject(), "mia")).Expect(400);
        (await world.DecideAsync(manager.Id, "deny", "mia", "not yet")).Expect(200);
        Assert.Equal("denied: denied", await world.StatesAsync(id));
        Assert.Equal("olga", Assert.Single(await world.ApprovalsAsync("cancelled")).Approver);
        Assert.Equal("not yet", (string)(await world.App.CallAsync("GET", $"/requests/{id}")).Body["items"]![0]!["message"]!);
        Assert.Empty(await world.TransactionsAsync());
        Assert.Empty(world.Assignments());
    }

    [Fact]
    public async Task ApproverWhoIsTheRequester_IsPassedOver_AndTheNoteSaysWhy()
    {
        await using var world = await StartAsync("{}");
        (await world.AskAsync("Payroll", "ann", "olga")).Expect(201);
        var approval = Assert.Single((await world.App.CallAsync("GET", "/approvals")).Expect(200).Items)!;
        Assert.Equal("mia", (string)approval["approver"]!);
        Assert.Equal("olga owns the entitlement, but asked for it. It went to mia, who is the manager.", (string)approval["note"]!);
        (await world.DecideAsync((long)approval["id"]!, actingAs: "olga")).Expect(403);
        // Nor by way of a delegation.
        Assert.Equal("to", (string?)(await DelegateAsync(world, (long)approval["id"]!, "olga", "mia")).Expect(400).Body["field"]);
        Assert.Equal("to", (string?)(await DelegateAsync(world, (long)approval["id"]!, "ann@example.com", "mia")).Expect(400).Body["field"]);
    }

    [Fact]
    public async Task Delegation_HandsTheDecisionOn()
    {
        await using var world = await StartAsync("{}");
        await world.IdentityAsync("ivy", more: """{"active":false}""");
        (await world.AskAsync("Payroll", "ann", "ann")).Expect(201);
        var id = Assert.Single(await world.ApprovalsAsync()).Id;
        (await DelegateAsync(world, id, "nobody", "olga")).Expect(400);
        (await DelegateAsync(world, id, "ivy", "olga")).Expect(400);
        (await DelegateAsync(world, id, "olga", "olga")).Expect(400);
        (await DelegateAsync(world, id, "mia", "mia")).Expect(403);
        var handed = (await DelegateAsync(world, id, "MIA@example.com", "olga")).Expect(200).Body;
        Assert.Equal(("mia", "olga", "pending"), ((string)handed["approver"]!, (string)handed["delegatedBy"]!, (string)handed["state"]!));
        (await world.DecideAsync(id, actingAs: "olga")).Expect(403);
        (await world.DecideAsync(id, actingAs: "mia")).Expect(200);
        (await DelegateAsync(world, id, "olga", "mia")).Expect(409);
    }

    [Fact]
    public async Task EntitlementThatVanishedSince_FailsTheItem_AndSaysSo()
    {
        await using var world = await StartAsync("{}");
        var id = (long)(await world.AskAsync("Payroll", "ann", "ann")).Expect(201).Body["id"]!;
        world.Vanish(1);
        (await world.DecideAsync(Assert.Single(await world.ApprovalsAsync()).Id, actingAs: "olga")).Expect(200);
        Assert.Equal("failed: failed", await world.StatesAsync(id));
        Assert.Equal("The entitlement vanished from the application between request and approval.", (string)(await world.App.CallAsync("GET", $"/requests/{id}")).Body["items"]![0]!["message"]!);
        Assert.Empty(world.Assignments());
        Assert.Empty(await world.TransactionsAsync());
    }

    [Fact]
    public async Task RemovalOfWhatVanished_Completes_AndTheAssignmentEnds()
    {
        await using var world = await StartAsync("{}");
        world.Execute("insert into assignments select id, 1, null, 5, null from identities where public_id = 'ann'");
        world.Vanish(1);
        var id = (long)(await world.AskAsync("Payroll", "ann", "ann", "remove")).Expect(201).Body["id"]!;
        (await world.DecideAsync(Assert.Single(await world.ApprovalsAsync()).Id)).Expect(200);
        Assert.Equal("completed: completed", await world.StatesAsync(id));
        Assert.Empty(world.Assignments());
    }

    [Fact]
    public async Task EndThatPassedBeforeTheApproval_FailsTheItem()
    {
        await using var world = await StartAsync("{}");
        var id = (long)(await world.AskAsync("Payroll", "ann", "ann", until: "2026-03-02")).Expect(201).Body["id"]!;
        world.App.Clock.Advance(TimeSpan.FromDays(1));
        (await world.DecideAsync(Assert.Single(await world.ApprovalsAsync()).Id)).Expect(200);
        Assert.Equal("failed: failed", await world.StatesAsync(id));
    }

    [Fact]
    public async Task AllOfARequest_IsDecidedInOneCall()
    {
        await using var world = await StartAsync("{}");
        for (var i = 0; i < 60; i++)
            await world.IdentityAsync($"p{i}");
        var body = JsonNode.Parse("""{"operation":"add","application":"crm","entitlements":["Payroll"],"reason":"r"}""")!;
        body["identities"] = new JsonArray([.. Enumerable.Range(0, 60).Select(number => (JsonNode)$"p{number}")]);
        var id = (long)(await world.App.CallAsync("POST", "/requests", body, "ann")).Expect(201).Body["id"]!;
        (await world.App.CallAsync("POST", $"/requests/{id}/approve", actingAs: "ann")).Expect(409);
        (await world.App.CallAsync("POST", $"/requests/{id}/approve", actingAs: "mia")).Expect(404);
        (await world.App.CallAsync("POST", $"/requests/{id}/deny", actingAs: "olga")).Expect(415);
        Assert.Equal("provisioning", (string)(await world.App.CallAsync("POST", $"/requests/{id}/approve", actingAs: "olga")).Expect(200).Body["state"]!);
        Assert.Equal(60, world.Assignments().Count);
        Assert.Equal(60, world.Number("select count(*) from audit where code = 'approval.approve'"));
    }

    [Fact]
    public async Task OfTwoWhoDecideAtOnce_OneWins()
    {
        await using var world = await StartAsync("{}");
        for (var round = 0; round < 10; round++)
        {
            await world.IdentityAsync($"p{round}");
            var id = (long)(await world.AskAsync("Payroll", $"p{round}")).Expect(201).Body["id"]!;
            var approval = Assert.Single(await world.ApprovalsAsync()).Id;
            var answers = await Task.WhenAll(world.DecideAsync(approval, actingAs: "olga"), world.DecideAsync(approval, "deny"));
            Assert.Equal([200, 409], answers.Select(answer => answer.Status).Order());
            Assert.Equal(answers[0].Status == 200 ? "provisioning: provisioning" : "denied: denied", await world.StatesAsync(id));
        }
    }

    [Fact]
    public async Task OfCancellingAndApprovingAtOnce_TheRequestIsWholeAfterwards()
    {
        await using var world = await StartAsync("{}");
        for (var round = 0; round < 10; round++)
        {
            await world.IdentityAsync($"p{round}");
            var id = (long)(await world.AskAsync("Payroll", $"p{round}")).Expect(201).Body["id"]!;
            var approval = Assert.Single(await world.ApprovalsAsync()).Id;
            var answers = await Task.WhenAll(world.DecideAsync(approval), world.App.CallAsync("POST", $"/requests/{id}/cancel"));
            await world.IdleAsync();
            // Cancelled first: nothing is left to decide. Approved first: taken back, or too late for that.
            var state = (answers[0].Status, answers[1].Status) switch
            {
                (409, 200) or (200, 200) => "cancelled: cancelled",
                (200, 409) => "provisioning: provisioning",
                _ => "none of these",
            };
            Assert.Equal(state, await world.StatesAsync(id));
            Assert.Equal(answers[1].Status == 409, world.Assignments().Contains($"p{round} Payroll"));
        }
    }

    private static Task<ApiAnswer> DelegateAsync(PlanningWorld world, long id, string to, string actingAs) =>
        world.App.CallAsync("POST", $"/approvals/{id}/delegate", new JsonObject { ["to"] = to }, actingAs);

    // ann, whose manager is mia; Payroll, which olga owns.
    private static async Task<PlanningWorld> StartAsync(string definition)
    {
        var world = await PlanningWorld.StartAsync(definition);
        await world.IdentityAsync("mia");
        await world.IdentityAsync("olga");
        await world.IdentityAsync("ann", "mia");
        world.Entitlement("Payroll", owner: "olga");
        return world;
    }
}
