using System.Text.Json.Nodes;

namespace Rollcall.Governance.Tests.Applications;

public sealed class ApplicationsApiTests
{
    private static JsonObject Definition(string more = "{}")
    {
        var body = JsonNode.Parse("""{"baseUrl":"https://scim.example.com/v2","authentication":{"type":"apiToken"}}""")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
            body[name] = value?.DeepClone();
        return new JsonObject { ["name"] = "crm", ["definition"] = body, ["secrets"] = new JsonObject { ["apiToken"] = "a-token-that-nobody-sees" } };
    }

    [Fact]
    public async Task Application_IsMadeShownChangedRestoredAndDeleted_EachSaveAVersion()
    {
        await using var app = await GovernanceApp.StartAsync();
        app.Log.Hide("a-token-that-nobody-sees");
        var made = (await app.CallAsync("POST", "/applications", Definition())).Expect(201);
        Assert.Equal("W/\"1\"", made.ETag);
        Assert.Equal("[\"apiToken\"]", made.Body["secrets"]!.ToJsonString());
        Assert.DoesNotContain("nobody", made.Body.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("""["412","Precondition Failed","429","503"]""", made.Body["definition"]!["retryableErrors"]!.ToJsonString());

        var changed = (await app.CallAsync("PATCH", "/applications/crm", JsonNode.Parse("""{"definition":{"pageSize":50,"authentication":{"headers":{"X-Tenant":"a"}}}}"""), ifMatch: "W/\"1\"")).Expect(200);
        Assert.Equal(2, (long)changed.Body["version"]!);
        Assert.Equal("apiToken", (string)changed.Body["definition"]!["authentication"]!["type"]!);
        (await app.CallAsync("PATCH", "/applications/crm", JsonNode.Parse("""{"definition":{"pageSize":51}}"""), ifMatch: "W/\"1\"")).Expect(412);
        // What changes nothing makes no version.
        Assert.Equal(2, (long)(await app.CallAsync("PATCH", "/applications/crm", JsonNode.Parse("""{"definition":{"pageSize":50}}"""))).Expect(200).Body["version"]!);

        var versions = (await app.CallAsync("GET", "/applications/crm/versions")).Expect(200).Items;
        Assert.Equal(["""["authentication","pageSize"]""", "[]"], versions.Select(version => version!["changed"]!.ToJsonString()));
        var restored = (await app.CallAsync("POST", "/applications/crm/versions/1/restore")).Expect(200);
        Assert.Equal((3, 500), ((long)restored.Body["version"]!, (int)restored.Body["definition"]!["pageSize"]!));

        (await app.CallAsync("DELETE", "/applications/crm")).Expect(204);
        (await app.CallAsync("GET", "/applications/crm")).Expect(404);
        var audit = (await app.CallAsync("GET", "/audit")).Expect(200).Items;
        Assert.Equal(["application.delete", "application.update", "application.update", "application.create"], audit.Select(row => (string)row!["code"]!));
    }

    [Fact]
    public async Task Correlation_ThatIsTakenAway_StaysAway()
    {
        await using var app = await GovernanceApp.StartAsync();
        (await app.CallAsync("POST", "/applications", Definition())).Expect(201);
        (await app.CallAsync("PATCH", "/applications/crm", JsonNode.Parse("""{"definition":{"correlation":null}}"""))).Expect(200);
        Assert.Null((await app.CallAsync("GET", "/applications/crm")).Expect(200).Body["definition"]!["correlation"]);
        (await app.CallAsync("PATCH", "/applications/crm", JsonNode.Parse("""{"definition":{"pageSize":50}}"""))).Expect(200);
        Assert.Null((await app.CallAsync("GET", "/applications/crm")).Expect(200).Body["definition"]!["correlation"]);
        var again = (await app.CallAsync("PATCH", "/applications/crm", JsonNode.Parse("""{"definition":{"correlation":{"account":"externalId"}}}"""))).Expect(200).Body;
        Assert.Equal("""{"account":"externalId","identity":"email"}""", again["definition"]!["correlation"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"baseUrl":"ftp://x"}""", "baseUrl")]
    [InlineData("""{"baseUrl":"https://me:secret@x"}""", "baseUrl")]
    [InlineData("""{"authentication":{"type":"clientCredentials","tokenUrl":"http://scim.example.com/token","clientId":"a"}}""", "authentication.tokenUrl")]
    [InlineData("""{"authentication":{"type":"clientCredentials","tokenUrl":"https://scim.example.com/token"}}""", "authentication.clientId")]
    [InlineData("""{"authentication":{"type":"clientCredentials","tokenUrl":"https://scim.example.com/token","clientId":"a"}}""", "secrets.clientSecret")]
    [InlineData("""{"pageSize":0}""", "pageSize")]
    [InlineData("""{"retryableErrors":[""]}""", "retryableErrors")]
    [InlineData("""{"createPolicy":{"userName":"{{ identity.email"}}""", "createPolicy.userName")]
    [InlineData("""{"createPolicy":{"id":"x"}}""", "createPolicy.id")]
    [InlineData("""{"owner":"nobody"}""", "definition.owner")]
    [InlineData("""{"surprise":1}""", "definition.surprise")]
    public async Task Definition_ThatCantBe_IsRefused_NamingTheField(string more, string field)
    {
        await using var app = await GovernanceApp.StartAsync();
        var refused = (await app.CallAsync("POST", "/applications", Definition(more))).Expect(400);
        Assert.Equal(field, (string?)refused.Body["field"]);
        Assert.Empty((await app.CallAsync("GET", "/applications")).Expect(200).Items);
    }

    [Fact]
    public async Task Name_ThatIsTaken_IsAConflict()
    {
        await using var app = await GovernanceApp.StartAsync();
        (await app.CallAsync("POST", "/applications", Definition())).Expect(201);
        (await app.CallAsync("POST", "/applications", Definition())).Expect(409);
    }
}
