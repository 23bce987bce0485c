using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Audit;

/// <summary>What the rows of the audit log say.</summary>
public sealed class AuditRowTests
{
    [Fact]
    public async Task A_change_is_told_with_who_what_and_how_it_was_answered()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var list = await client.ListAsync("payroll");
        var bob = await client.UserAsync("bob");
        var answer = (await client.AddAsync(list, "W/\"1\"", bob)).Expect(204);

        var row = Assert.Single(await app.AuditAsync("code=group.patch"));
        var tokenId = (string)(await app.AdminAsync("GET", "/integrations/acme")).Body["tokens"]![0]!["id"]!;
        JsonShape.AssertMatches(new JsonObject
        {
            ["code"] = "group.patch",
            ["outcome"] = "done",
            ["actor"] = new JsonObject { ["integration"] = "acme", ["client"] = tokenId, ["address"] = "127.0.0.1", ["requestId"] = answer.Headers["X-Request-Id"] },
            ["resource"] = new JsonObject { ["kind"] = "list", ["id"] = list, ["name"] = "acme-payroll" },
            ["revisionBefore"] = 1,
            ["revisionAfter"] = 2,
            ["operations"] = new JsonObject { ["added"] = 1, ["removed"] = 0, ["add"] = new JsonArray(bob) },
            ["request"] = new JsonObject { ["method"] = "PATCH", ["path"] = $"/scim/acme/v2/Groups/{list}", ["status"] = 204, ["versionGiven"] = "W/\"1\"", ["versionFound"] = "W/\"1\"" },
        }, row);
        Assert.Equal(["id", "at", "code", "outcome", "actor", "resource", "revisionBefore", "revisionAfter", "operations", "request"], row.Select(member => member.Key));
        Assert.Equal(["method", "path", "status", "durationMs", "versionGiven", "versionFound"], row["request"]!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task Only_what_came_and_went_is_named()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var list = await client.ListAsync("payroll");
        var (ann, bob, eve) = (await client.UserAsync("ann"), await client.UserAsync("bob"), await client.UserAsync("eve"));
        (await client.AddAsync(list, null, ann)).Expect(204);
        (await client.AddAsync(list, null, ann, bob)).Expect(204);
        (await client.RemoveAsync(list, null, bob, eve)).Expect(204);
        (await client.PutAsync($"/Groups/{list}", ScimClient.Group("payroll", eve))).Expect(200);

        var operations = (await app.AuditAsync("resource=acme-payroll&outcome=done&order=oldest")).Skip(1).Select(row => row["operations"]!.ToJsonString()).ToList();
        Assert.Equal(
        [
            $$"""{"added":1,"removed":0,"add":["{{ann}}"]}""",
            $$"""{"added":1,"removed":0,"add":["{{bob}}"]}""",
            $$"""{"added":0,"removed":1,"remove":["{{bob}}"]}""",
            $$"""{"added":1,"removed":1,"add":["{{eve}}"],"remove":["{{ann}}"],"replaceAll":true}""",
        ], operations);
    }

    [Fact]
    public async Task Attributes_are_named_and_their_values_are_not()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var bob = await client.UserAsync("bob");
        (await client.PatchAsync($"/Users/{bob}", """
            [{"op":"add","value":{"displayName":"Robert","name":{"givenName":"Robert"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Dentistry"}}}]
            """)).Expect(200);
        (await client.PatchAsync($"/Users/{bob}", """[{"op":"replace","path":"name.givenName","value":"Bob"},{"op":"remove","path":"displayName"}]""")).Expect(200);

        var rows = await app.AuditAsync($"resourceId={bob}&code=user.patch&order=oldest");
        Assert.Equal(
        [
            """{"changed":["displayName","name","schemas","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}""",
            """{"changed":["displayName","name.givenName"]}""",
        ], rows.Select(row => row["operations"]!.ToJsonString()));
    }

    [Fact]
    public async Task Fields_of_lists_and_rules_of_integrations_are_named()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        await client.ListAsync("payroll");
        (await app.AdminAsync("PATCH", "/lists/acme-payroll", new JsonObject { ["title"] = "Payroll EU", ["grants"] = new JsonObject { ["roles"] = new JsonArray("editor") } })).Expect(200);
        (await app.AdminAsync("PATCH", "/integrations/acme", new JsonObject { ["enabled"] = false, ["rules"] = new JsonObject { ["strict"] = true } })).Expect(200);

        var (list, integration) = (Assert.Single(await app.AuditAsync("code=list.update")), Assert.Single(await app.AuditAsync("code=integration.update")));
        Assert.Equal("""{"changed":["grants.roles","title"]}""", list["operations"]!.ToJsonString());
        Assert.Equal("""{"changed":["enabled","rules.strict"]}""", integration["operations"]!.ToJsonString());
        Assert.Equal("administrator", (string?)list["actor"]!["user"]);
    }

    [Fact]
    public async Task A_refusal_for_the_version_tells_both_versions()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var list = await client.ListAsync("payroll");
        var bob = await client.UserAsync("bob");
        (await client.AddAsync(list, null, bob)).Expect(204);
        var refused = (await client.RemoveAsync(list, "W/\"1\"", bob)).Expect(412);

        var row = Assert.Single(await app.AuditAsync($"requestId={refused.Headers["X-Request-Id"]}"));
        JsonShape.AssertMatches(new JsonObject
        {
            ["code"] = "group.patch",
            ["outcome"] = "refused",
            ["resource"] = new JsonObject { ["kind"] = "list", ["id"] = list, ["name"] = "acme-payroll" },
            ["operations"] = new JsonObject { ["detail"] = "Precondition Failed: the resource is at version W/\"2\", the request was made for W/\"1\"." },
            ["request"] = new JsonObject { ["status"] = 412, ["versionGiven"] = "W/\"1\"", ["versionFound"] = "W/\"2\"" },
        }, row);
        Assert.Null(row["revisionAfter"]);
    }

    [Fact]
    public async Task Nobody_acts_for_who_could_not_prove_it()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        (await client.SendAsync("GET", "/Users", null, new Dictionary<string, string> { ["Authorization"] = "Bearer not-a-token" })).Expect(401);
        (await app.AdminAsync("GET", "/lists", null, new Dictionary<string, string> { ["Authorization"] = "Bearer not-the-admin-token" })).Expect(401);

        var rows = await app.AuditAsync("outcome=refused&order=oldest");
        Assert.Equal(["user.query", "list.query"], rows.Select(row => (string?)row["code"]));
        Assert.All(rows, row => Assert.Equal(["address", "requestId"], row["actor"]!.AsObject().Select(member => member.Key)));
        Assert.Single(await app.AuditAsync("outcome=refused&integration=acme"));
    }
}
