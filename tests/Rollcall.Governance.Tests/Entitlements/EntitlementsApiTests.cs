using System.Text.Json.Nodes;

namespace Rollcall.Governance.Tests.Entitlements;

public sealed class EntitlementsApiTests
{
    [Fact]
    public async Task Entry_IsSetSearchedAndShownWithItsMembers_AndKeepsThatOverAggregations()
    {
        await using var app = await StartAsync();
        await app.IdentityAsync("u1");
        await app.AggregateAsync("aggregateAccounts");
        var id = (long)(await app.CallAsync("GET", "/entitlements?search=GROUP%20g1")).Expect(200).Items.Single()!["id"]!;
        var shown = (await app.CallAsync("GET", $"/entitlements/{id}")).Expect(200);
        Assert.Equal(("Group g1", "Group g1", "What it is for", true, 2L, "W/\"1\""),
            ((string)shown.Body["title"]!, (string)shown.Body["displayName"]!, (string)shown.Body["description"]!, (bool)shown.Body["requestable"]!, (long)shown.Body["heldBy"]!, shown.ETag));
        Assert.Equal("""["reader"]""", shown.Body["roles"]!.ToJsonString());

        var set = (await app.CallAsync("PATCH", $"/entitlements/{id}", JsonNode.Parse("""{"displayName":"Größe","description":"For all","owner":"u1@example.com","requestable":false}"""), ifMatch: "W/\"1\"")).Expect(200);
        Assert.Equal(("Größe", "u1", false, "W/\"2\""), ((string)set.Body["displayName"]!, (string)set.Body["owner"]!, (bool)set.Body["requestable"]!, set.ETag));
        (await app.CallAsync("PATCH", $"/entitlements/{id}", JsonNode.Parse("""{"displayName":"x"}"""), ifMatch: "W/\"1\"")).Expect(412);
        // What is so already is no change.
        Assert.Equal("W/\"2\"", (await app.CallAsync("PATCH", $"/entitlements/{id}", JsonNode.Parse("""{"requestable":false}"""))).Expect(200).ETag);
        foreach (var (search, count) in new[] { ("grösse", 0), ("GRÖSSE", 0), ("größe", 1), ("READER", 1), ("for all", 1), ("what it is", 1), ("nothing", 0) })
            Assert.Equal((search, count), (search, (await app.CallAsync("GET", $"/entitlements?search={Uri.EscapeDataString(search)}")).Expect(200).Items.Count));
        Assert.Single((await app.CallAsync("GET", "/entitlements?requestable=false&owner=u1&application=target&title=group%20G1")).Expect(200).Items);

        Assert.Equal(1, (int)(await app.AggregateAsync("aggregateGroups"))["unchanged"]! - 1);
        var members = (await app.CallAsync("GET", $"/entitlements/{id}/members")).Expect(200).Items;
        Assert.Equal([("u1@example.com", "u1", false), ("u2@example.com", null, false)], members.Select(member => ((string)member!["userName"]!, (string?)member["identity"], (bool)member["assigned"]!)));
        // Taken away: what the server says counts again.
        var taken = (await app.CallAsync("PATCH", $"/entitlements/{id}", JsonNode.Parse("""{"displayName":null,"description":null,"owner":null}"""))).Expect(200).Body;
        Assert.Equal(("Group g1", "What it is for", null), ((string)taken["displayName"]!, (string)taken["description"]!, (string?)taken["owner"]));
    }

    [Theory]
    [InlineData("""{"displayName":5}""", "displayName")]
    [InlineData("""{"requestable":"yes"}""", "requestable")]
    [InlineData("""{"requestable":null}""", "requestable")]
    [InlineData("""{"owner":"nobody"}""", "owner")]
    [InlineData("""{"title":"x"}""", "title")]
    public async Task Setting_ThatCantBe_IsRefused_NamingTheMember(string body, string field)
    {
        await using var app = await StartAsync();
        Assert.Equal(field, (string?)(await app.CallAsync("PATCH", "/entitlements/1", JsonNode.Parse(body))).Expect(400).Body["field"]);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    public async Task Catalog_IsExportedAndImported_AndThatChangesNothing(string format)
    {
        await using var app = await StartAsync();
        await app.IdentityAsync("u1");
        (await app.CallAsync("PATCH", "/entitlements/1", JsonNode.Parse("""{"displayName":"A, \"B\"","description":"two\nlines","owner":"u1","requestable":false}"""))).Expect(200);
        var file = await app.TextAsync($"/entitlements/export?format={format}");
        var type = format == "csv" ? "text/csv" : "application/json";
        var again = (await app.CallAsync("POST", "/entitlements/import", file, mediaType: type)).Expect(200).Body;
        Assert.Equal("""{"read":2,"updated":0,"unchanged":2,"left":0,"problems":[]}""", again.ToJsonString());

        // Into a catalog that has nothing set.
        (await app.CallAsync("PATCH", "/entitlements/1", JsonNode.Parse("""{"displayName":null,"description":null,"owner":null,"requestable":true}"""))).Expect(200);
        Assert.Equal((1, 1), ((int)(await app.CallAsync("POST", "/entitlements/import", file, mediaType: type)).Expect(200).Body["updated"]!, 1));
        Assert.Equal(file, await app.TextAsync($"/entitlements/export?format={format}&application=target"));
    }

    [Fact]
    public async Task Import_TakesGoodRows_AndTellsBadOnes_WithLineAndReason()
    {
        await using var app = await StartAsync();
        var csv = """
            title,displayName,requestable,owner
            Group g1,First,false,
            Nothing,Second,true,
            Group g2,Third,perhaps,
            group G2,Fourth,,nobody
            ,Fifth,,
            Group g2,"Sixth
            """;
        var result = (await app.CallAsync("POST", "/entitlements/import?application=target", csv, mediaType: "text/csv")).Expect(200).Body;
        Assert.Equal((6, 1, 5), ((int)result["read"]!, (int)result["updated"]!, (int)result["left"]!));
        Assert.Equal(
            [
                (3, "target has no entitlement 'Nothing' in the catalog."),
                (4, "requestable is true or false, not 'perhaps'."),
                (5, "There is no identity 'nobody' to own it. Name one by its id or its e-mail address."),
                (6, "The row names no entry: neither its scimId nor its title."),
            ],
            result["problems"]!.AsArray().Take(4).Select(problem => ((int)problem!["line"]!, (string)problem["reason"]!)));
        Assert.Contains("quote", (string)result["problems"]![4]!["reason"]!, StringComparison.Ordinal);
        Assert.Equal("First", (string)(await app.CallAsync("GET", "/entitlements/1")).Expect(200).Body["displayName"]!);
    }

    [Theory]
    [InlineData("", "text/csv", 400)]
    [InlineData("displayName\nx", "text/csv", 400)]
    [InlineData("title,colour\nx,red", "text/csv", 400)]
    [InlineData("""{"title":"x"}""", "application/json", 400)]
    [InlineData("<x/>", "application/xml", 415)]
    public async Task Import_OfAFileThatIsNone_IsRefused(string file, string type, int status)
    {
        await using var app = await StartAsync();
        (await app.CallAsync("POST", "/entitlements/import?application=target", file, mediaType: type)).Expect(status);
    }

    [Fact]
    public async Task Drift_IsWhatWasDecidedAndIsNot_AndWhatIsAndWasNotDecided()
    {
        await using var app = await StartAsync();
        var (u1, u2, u3) = (await app.IdentityAsync("u1"), await app.IdentityAsync("u2"), await app.IdentityAsync("u3"));
        await app.AggregateAsync("aggregateAccounts");
        Assert.Empty((await app.CallAsync("GET", "/drift?kind=assignedNotHeld")).Expect(200).Items);
        Assert.Empty((await app.CallAsync("GET", "/drift?kind=heldNotAssigned")).Expect(200).Items);
        // u1 and u2 hold g1; u1 and u3 are to have it, u2 is to have g2.
        await app.Server.Database.WriteAsync(session => session.ExecuteAsync("insert into assignments (identity_id, entitlement_id, since) values ($1, 1, 0), ($2, 1, 0), ($3, 2, 0)", u1, u3, u2));
        Assert.Equal(
            [
                "assignedNotHeld Group g1 u3 -: It was decided that the identity has it, but it has no account on the application.",
                "assignedNotHeld Group g2 u2 -: It was decided that the identity has it, but its account is not in the group.",
                "heldNotAssigned Group g1 u2 u2@example.com: The account has it, but nobody decided that here.",
                "memberCount Group g1 - -: The group has 7 members on its server, but 2 accounts say that they are in it. Aggregate groups and accounts anew; members that are groups, or that a filter leaves out, are not seen.",
            ],
            await DriftAsync(app, "/drift"));
        Assert.Equal(["assignedNotHeld", "heldNotAssigned"], (await DriftAsync(app, "/drift?identity=u2")).Select(item => item.Split(' ')[0]));

        // Page by page it is the same.
        var items = new List<string>();
        for (var path = "/drift?count=1"; ;)
        {
            var page = (await app.CallAsync("GET", path)).Expect(200);
            items.AddRange(page.Items.Select(Text));
            if (page.Body["nextCursor"] is not { } cursor)
                break;
            path = $"/drift?count=1&cursor={cursor}";
        }
        Assert.Equal(await DriftAsync(app, "/drift"), items);

        // What is on its way is no difference; what nobody was ever given is only told when asked for.
        await app.Server.Database.WriteAsync(session => session.ExecuteAsync(
            """
            insert into transactions (application_id, operation, lane, state, identity_id, entitlement_id, cause, actor, due, attempts, failures, created)
            values (1, 'AddMember', 'none', 'Planned', $1, 1, 'manual', '{"user":"administrator"}', 0, 0, 0, 0)
            """, u3));
        Assert.DoesNotContain(await DriftAsync(app, "/drift"), item => item.Contains(" u3 ", StringComparison.Ordinal));
        await app.Server.Database.WriteAsync(session => session.ExecuteAsync("delete from assignments"));
        Assert.Empty(await DriftAsync(app, "/drift?kind=heldNotAssigned"));
        Assert.Equal(2, (await DriftAsync(app, "/drift?kind=heldNotAssigned&all=true")).Count());
    }

    private static async Task<IEnumerable<string>> DriftAsync(GovernanceApp app, string path) => (await app.CallAsync("GET", path)).Expect(200).Items.Select(Text);

    private static string Text(JsonNode? item) =>
        $"{item!["kind"]} {item["entitlement"]!["title"]} {(string?)item["identity"] ?? "-"} {(string?)item["account"]?["userName"] ?? "-"}: {item["detail"]}";

    /// <summary>Two groups; two accounts are in the first, which says that it has seven members.</summary>
    private static async Task<GovernanceApp> StartAsync()
    {
        var server = MemoryServer.With(2, hasCursors: true);
        server.Groups[0]["urn:rollcall:params:scim:schemas:extension:1.0:AccessList"] = JsonNode.Parse("""{"description":"What it is for","roles":["reader"],"traits":["team=a"],"memberCount":7}""");
        server.Groups.Add(MemoryServer.Group("g2"));
        var app = await GovernanceApp.StartAsync(handlers: () => server);
        (await app.CallAsync("POST", "/applications", JsonNode.Parse("""{"name":"target","definition":{"baseUrl":"https://scim.example.com/v2"}}"""))).Expect(201);
        await app.AggregateAsync("aggregateGroups");
        return app;
    }
}
