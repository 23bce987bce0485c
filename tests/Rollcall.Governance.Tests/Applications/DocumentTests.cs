using System.Text.Json.Nodes;
using Rollcall.Governance.Tests.Provisioning;
using Rollcall.Testing;

namespace Rollcall.Governance.Tests.Applications;

/// <summary>Applications as documents of SailPoint's: seen, edited, imported and exported.</summary>
public sealed class DocumentTests
{
    private const string Xml = "application/xml";

    private static readonly IReadOnlyDictionary<string, BadRow> Bad = Cases.Rows<BadRow>("documents-bad.json");

    public static TheoryData<string> BadIds => [.. Bad.Keys];

    private sealed record BadRow(string Id, string Document, string Says);

    private static string MediaType(string document) => document.TrimStart().StartsWith('{') || document.TrimStart().StartsWith('[') ? "application/json" : Xml;

    /// <summary>Without the comment that names the application and its version.</summary>
    private static string Body(string document) => document.Contains("<!--", StringComparison.Ordinal)
        ? document[(document.IndexOf("-->", StringComparison.Ordinal) + 3)..]
        : document[document.IndexOf("\"source\"", StringComparison.Ordinal)..];

    [Fact]
    public async Task RetryableErrors_AreAddedToTheXml_AsTheGuideSays_AndThatIsAVersion()
    {
        await using var world = await World.StartAsync(new JsonObject { ["retryableErrors"] = new JsonArray() });
        var xml = await world.App.TextAsync("/applications/target/export?format=identityiq");
        Assert.DoesNotContain("retryableErrors", xml, StringComparison.Ordinal);

        var changed = xml.Replace("</Map>\n    </Attributes>", """
            <entry key="retryableErrors">
            <value>
            <List>
            <String>412</String>
            <String>Precondition Failed</String>
            </List>
            </value>
            </entry>
            </Map>
                </Attributes>
            """, StringComparison.Ordinal);
        var saved = (await world.App.CallAsync("PUT", "/applications/target/document", changed, mediaType: Xml)).Expect(200).Body;

        Assert.Equal("""["412","Precondition Failed"]""", saved["application"]!["definition"]!["retryableErrors"]!.ToJsonString());
        Assert.Equal("[]", saved["findings"]!.ToJsonString());
        var versions = (await world.App.CallAsync("GET", "/applications/target/versions")).Expect(200).Items;
        Assert.Equal("""["retryableErrors"]""", versions[0]!["changed"]!.ToJsonString());
        // The placeholder has kept the secret: the server is still reached with it.
        Assert.True((bool)(await world.App.CallAsync("POST", "/applications/target/test")).Expect(200).Body["ok"]!);
        // And back again.
        var restored = (await world.App.CallAsync("POST", "/applications/target/versions/1/restore")).Expect(200).Body;
        Assert.Equal("[]", restored["definition"]!["retryableErrors"]!.ToJsonString());
    }

    [Theory]
    [InlineData("identityiq")]
    [InlineData("isc")]
    [InlineData("json")]
    public async Task Export_ThatIsPutBack_ChangesNothing_AndImported_IsTheSame(string format)
    {
        await using var world = await World.StartAsync(JsonNode.Parse(
            """
            {"description":"A & B <c>","retryInterval":90,"timeout":30,"usePatch":true,"accountFilter":"userType eq \"Employee\"","correlation":{"account":"externalId","identity":"id"},
             "createPolicy":{"userName":"{{identity.email}}","name.givenName":"{{ identity.givenName }}","title":"{{ identity.site | upcase }}-x","locale":"en"},
             "updatePolicy":{"active":"true"},"approval":"manager","conflictRetries":3}
            """)!.AsObject());
        (await world.App.CallAsync("POST", "/applications/target/discover")).Expect(200);
        var exported = await world.App.TextAsync($"/applications/target/export?format={format}");
        Assert.DoesNotContain((string)world.Target.Integration["clientSecret"]!, exported, StringComparison.Ordinal);

        var put = (await world.App.CallAsync("PUT", "/applications/target/document", exported, mediaType: MediaType(exported))).Expect(200).Body;
        Assert.Equal(1, (long)put["application"]!["version"]!);
        var imported = (await world.App.CallAsync("POST", "/applications/import?name=copy", exported, mediaType: MediaType(exported))).Expect(201).Body;
        Assert.Equal("[]", imported["application"]!["secrets"]!.ToJsonString());
        Assert.Contains("rollcall apps edit copy --client-secret -", imported["notes"]!.ToJsonString(), StringComparison.Ordinal);
        var again = await world.App.TextAsync($"/applications/copy/export?format={format}");
        if (format != "json")
            Assert.Equal(Body(exported), Body(again));
        else
            Assert.Equal(JsonNode.Parse(exported)!["definition"]!.ToJsonString(), JsonNode.Parse(again)!["definition"]!.ToJsonString());

        // Until its secret is there, it says so; then it works.
        var untold = (await world.App.CallAsync("POST", "/applications/copy/test")).Expect(200).Body;
        Assert.Contains("need a client secret", (string)untold["checks"]![0]!["answered"]!, StringComparison.Ordinal);
        (await world.App.CallAsync("PATCH", "/applications/copy", JsonNode.Parse("""{"definition":{"pageSize":10}}"""))).Expect(200);
        (await world.App.CallAsync("PATCH", "/applications/copy", new JsonObject { ["secrets"] = new JsonObject { ["clientSecret"] = (string)world.Target.Integration["clientSecret"]! } })).Expect(200);
        Assert.True((bool)(await world.App.CallAsync("POST", "/applications/copy/test")).Expect(200).Body["ok"]!);
    }

    [Fact]
    public async Task ApplicationOfIdentityIq_IsTakenOver_WithItsSecret_AndNothingOfItIsLost()
    {
        await using var app = await GovernanceApp.StartAsync();
        app.Log.Hide("SECRET-client");
        var document = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Data", "imported.xml"), TestContext.Current.CancellationToken);

        var imported = (await app.CallAsync("POST", "/applications/import", document, mediaType: Xml)).Expect(201).Body;

        var application = imported["application"]!;
        Assert.Equal("rollcall", (string)application["name"]!);
        Assert.Equal("""["clientSecret"]""", application["secrets"]!.ToJsonString());
        var definition = application["definition"]!;
        Assert.Equal(("clientCredentials", "body", 5, true), ((string)definition["authentication"]!["type"]!, (string)definition["authentication"]!["clientAuthentication"]!, (int)definition["provisioningMaxRetries"]!, (bool)definition["usePatch"]!));
        Assert.Equal("""{"userName":"{{ identity.email }}","externalId":"{{ identity.employeeNumber }}"}""", definition["createPolicy"]!.ToJsonString());
        Assert.Equal("""{"account":"externalId","identity":"employeeNumber"}""", definition["correlation"]!.ToJsonString());
        Assert.Null(definition["owner"]);
        var notes = imported["notes"]!.ToJsonString();
        Assert.All(["The owner spadmin is nobody here", "displayName of the Create policy comes from a script", "refresh_token is encrypted", "jsonPathMapping"], note => Assert.Contains(note, notes, StringComparison.Ordinal));
        Assert.DoesNotContain("SECRET", imported.ToJsonString(), StringComparison.Ordinal);

        var exported = await app.TextAsync("/applications/rollcall/export?format=identityiq");
        Assert.DoesNotContain("SECRET", exported, StringComparison.Ordinal);
        Assert.All(["TaskDefinition", "jsonPathMapping", "getLastname", "spadmin", "ApplicationScorecard", "lastStarted", "featuresString", "Listes d'accès"], part => Assert.Contains(part, exported, StringComparison.Ordinal));
        // What it looks like after that, it keeps.
        Assert.Equal(1, (long)(await app.CallAsync("PUT", "/applications/rollcall/document", exported, mediaType: Xml)).Expect(200).Body["application"]!["version"]!);
        (await app.CallAsync("POST", "/applications/import?name=second", exported, mediaType: Xml)).Expect(201);
        Assert.Equal(Body(exported), Body(await app.TextAsync("/applications/second/export?format=identityiq")));
        // Rollcall's own JSON carries it too.
        var own = await app.TextAsync("/applications/rollcall/export?format=json");
        Assert.DoesNotContain("SECRET", own, StringComparison.Ordinal);
        (await app.CallAsync("POST", "/applications/import?name=third", own)).Expect(201);
        Assert.Equal(Body(exported), Body(await app.TextAsync("/applications/third/export?format=identityiq")));
        // A change here shows there, in its place.
        (await app.CallAsync("PATCH", "/applications/rollcall", JsonNode.Parse("""{"definition":{"createPolicy":{"userName":"{{ identity.id }}@x","externalId":null,"title":"Ms"},"retryInterval":300}}"""))).Expect(200);
        var changed = await app.TextAsync("/applications/rollcall/export?format=identityiq");
        Assert.Contains("""name="userName" required="true" type="string" value="{{ identity.id }}@x" """.TrimEnd(), changed, StringComparison.Ordinal);
        Assert.DoesNotContain("employeeNumber\")", changed, StringComparison.Ordinal);
        Assert.Contains("""<entry key="provisioningRetryThreshold" value="5" />""", changed, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(BadIds))]
    public async Task BrokenDocument_IsRefused_TellingThePlace_AndChangesNothing(string id)
    {
        var row = Bad[id];
        await using var app = await GovernanceApp.StartAsync();
        (await app.CallAsync("POST", "/applications", JsonNode.Parse("""{"name":"crm","definition":{"baseUrl":"https://scim.example.com/v2"}}"""))).Expect(201);
        var before = (await app.CallAsync("GET", "/applications/crm")).Body.ToJsonString();

        var refused = (await app.CallAsync("POST", "/applications/import", row.Document, mediaType: MediaType(row.Document))).Expect(400);
        Assert.Contains(row.Says, (string)refused.Body["detail"]!, StringComparison.Ordinal);
        var alsoRefused = (await app.CallAsync("PUT", "/applications/crm/document", row.Document, mediaType: MediaType(row.Document))).Expect(400);
        Assert.Contains(row.Says, (string)alsoRefused.Body["detail"]!, StringComparison.Ordinal);

        Assert.Single((await app.CallAsync("GET", "/applications")).Expect(200).Items);
        Assert.Equal(before, (await app.CallAsync("GET", "/applications/crm")).Body.ToJsonString());
    }

    [Fact]
    public async Task Secret_InADocument_IsTaken_ButOnlyWhereThereIsPlaceForIt()
    {
        await using var app = await GovernanceApp.StartAsync();
        app.Log.Hide("a-token-in-the-document");
        const string Document = """
            <Application name="Wiki: Intranet!" type="SCIM 2.0"><Attributes><Map><entry key="host" value="https://wiki.example.com"/><entry key="authType" value="oauthBearer"/>
            <entry key="oauthBearerToken" value="TOKEN"/></Map></Attributes></Application>
            """;
        var imported = (await app.CallAsync("POST", "/applications/import", Document.Replace("TOKEN", "a-token-in-the-document", StringComparison.Ordinal), mediaType: Xml)).Expect(201).Body;
        Assert.Equal("wiki-intranet", (string)imported["application"]!["name"]!);
        Assert.Equal("""["apiToken"]""", imported["application"]!["secrets"]!.ToJsonString());
        Assert.DoesNotContain("a-token", imported.ToJsonString(), StringComparison.Ordinal);
        (await app.CallAsync("POST", "/applications/import", Document, mediaType: Xml)).Expect(409);
        (await app.CallAsync("POST", "/applications/import?name=No!", Document, mediaType: Xml)).Expect(400);
        (await app.CallAsync("POST", "/applications/import", Document, mediaType: "text/plain")).Expect(415);
        (await app.CallAsync("POST", "/applications/import?format=identityiq", "{}")).Expect(415);
        (await app.CallAsync("PUT", "/applications/wiki-intranet/document", Document, mediaType: Xml, ifMatch: "W/\"2\"")).Expect(412);
        (await app.CallAsync("PUT", "/applications/nobody/document", Document, mediaType: Xml)).Expect(404);

        // One that comes beside the document counts.
        var beside = (await app.CallAsync("POST", "/applications/import?name=beside", new JsonObject
        {
            ["document"] = Document.Replace("TOKEN", "(enter the API token here)", StringComparison.Ordinal), ["secrets"] = new JsonObject { ["apiToken"] = "a-token-in-the-document" },
        })).Expect(201).Body;
        Assert.Equal("""["apiToken"]""", beside["application"]!["secrets"]!.ToJsonString());
        Assert.Contains("Create policy", beside["findings"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Owner_OfADocument_IsWhoeverHasThatName()
    {
        await using var app = await GovernanceApp.StartAsync();
        await app.IdentityAsync("ada");
        const string Document = """<Application name="a" type="SCIM 2.0"><Attributes><Map><entry key="host" value="https://a.example.com"/></Map></Attributes><Owner><Reference class="sailpoint.object.Identity" name="ADA@example.com"/></Owner></Application>""";
        var imported = (await app.CallAsync("POST", "/applications/import", Document, mediaType: Xml)).Expect(201).Body;
        Assert.Equal("ada", (string)imported["application"]!["definition"]!["owner"]!);
        Assert.Contains("""class="sailpoint.object.Identity" name="ada" """.TrimEnd(), await app.TextAsync("/applications/a/export?format=identityiq"), StringComparison.Ordinal);
    }
}
