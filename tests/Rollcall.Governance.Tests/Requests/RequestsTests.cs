using System.Text.Json.Nodes;

namespace Rollcall.Governance.Tests.Requests;

/// <summary>An access request from its making to what is planned.</summary>
public sealed class RequestsTests
{
    [Fact]
    public async Task Request_ApprovedByTheOwner_PlansTheAccountThenTheMembership()
    {
        await using var app = await GovernanceApp.StartAsync();
        using var catalog = new Catalog(app);
        await catalog.ApplicationAsync();
        await catalog.IdentityAsync("ann");
        await catalog.IdentityAsync("olga");
        catalog.Entitlement("Payroll", owner: "olga");

        var made = (await app.CallAsync("POST", "/requests", Body("add", "PAYROLL", "ann"), actingAs: "ann@example.com")).Expect(201).Body;
        Assert.Equal("pending", (string)made["state"]!);
        Assert.Equal("ann", (string)made["requester"]!);
        var approval = Assert.Single((await app.CallAsync("GET", "/approvals?state=pending", actingAs: "olga")).Expect(200).Items)!;
        Assert.Equal(("olga", "Payroll", "ann"), ((string)approval["approver"]!, (string)approval["entitlement"]!["title"]!, (string)approval["identity"]!));
        Assert.Empty(catalog.Transactions());

        var decided = (await app.CallAsync("POST", $"/approvals/{approval["id"]}/approve", JsonNode.Parse("""{"comment":"yes"}"""), actingAs: "olga")).Expect(200).Body;
        Assert.Equal(("approved", "olga", "yes"), ((string)decided["state"]!, (string)decided["decidedBy"]!, (string)decided["comment"]!));
        Assert.Equal(["CreateAccount ann request Planned", "AddMember ann Payroll request Planned"], catalog.Transactions());
        Assert.Equal(["ann Payroll"], catalog.Assignments());
        var shown = (await app.CallAsync("GET", $"/requests/{made["id"]}")).Expect(200).Body;
        Assert.Equal("provisioning", (string)shown["state"]!);
        Assert.Equal(("provisioning", "addMember"), ((string)shown["items"]![0]!["state"]!, (string)shown["items"]![0]!["transaction"]!["operation"]!));
        (await app.CallAsync("POST", $"/approvals/{approval["id"]}/deny", JsonNode.Parse("""{"comment":"no"}"""), actingAs: "olga")).Expect(409);
    }

    private static JsonObject Body(string operation, string entitlement, string identity) => new()
    {
        ["operation"] = operation,
        ["application"] = "crm",
        ["entitlements"] = new JsonArray(entitlement),
        ["identities"] = new JsonArray(identity),
        ["reason"] = "needs it",
    };
}
