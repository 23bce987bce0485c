using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Testing;

namespace Rollcall.Governance.Tests.Identities;

/// <summary>Identities through the API, one at a time and by files.</summary>
public sealed class IdentitiesTests
{
    public static TheoryData<string> BadIds => [.. Cases.Rows<BadRow>("identities-bad.json").Keys];

    public static TheoryData<string> CsvIds => [.. Cases.Rows<CsvRow>("identities-csv.json").Keys];

    private sealed record BadRow(string Id, JsonObject Body, string Field, string Target = "ada");

    private sealed record CsvRow(string Id, IReadOnlyList<string> Csv, string? Result = null, IReadOnlyList<string>? Rows = null, IReadOnlyList<string>? Problems = null,
        IReadOnlyList<JsonObject>? Before = null, int Status = 200);

    [Fact]
    public async Task Identity_IsMadeChangedFoundAndDeleted()
    {
        await using var app = await GovernanceApp.StartAsync();
        var made = (await app.CallAsync("PUT", "/identities/1042", JsonNode.Parse("""{"email":"Ada@example.com","givenName":"Ada","familyName":"Lovelace","attributes":{"site":"eu"}}"""))).Expect(201);
        Assert.Equal(("W/\"1\"", "Ada Lovelace"), (made.ETag, (string)made.Body["displayName"]!));
        (await app.CallAsync("PUT", "/identities/1043", JsonNode.Parse("""{"email":"ADA@example.com"}"""))).Expect(409);
        Assert.Equal(1, (long)(await app.CallAsync("PUT", "/identities/1042", JsonNode.Parse("""{"email":"Ada@example.com","givenName":"Ada","familyName":"Lovelace","attributes":{"site":"eu"}}"""))).Expect(200).Body["revision"]!);

        var changed = (await app.CallAsync("PATCH", "/identities/1042", JsonNode.Parse("""{"familyName":null,"attributes":{"floor":"3"}}"""), ifMatch: "W/\"1\"")).Expect(200).Body;
        Assert.Equal("""{"site":"eu","floor":"3"}""", changed["attributes"]!.ToJsonString());
        Assert.Null(changed["familyName"]);
        (await app.CallAsync("PATCH", "/identities/1042", JsonNode.Parse("""{"active":false}"""), ifMatch: "W/\"1\"")).Expect(412);
        (await app.CallAsync("PATCH", "/identities/1044", JsonNode.Parse("""{"active":false}"""))).Expect(404);
        (await app.CallAsync("PATCH", "/identities/1042", JsonNode.Parse("""{"email":null}"""))).Expect(400);

        (await app.CallAsync("PUT", "/identities/1043", JsonNode.Parse("""{"email":"bob@example.com","manager":"1042","active":false}"""))).Expect(201);
        Assert.Equal("manager", (string?)(await app.CallAsync("PATCH", "/identities/1042", JsonNode.Parse("""{"manager":"1043"}"""))).Expect(400).Body["field"]);
        Assert.Equal(["1042"], await FoundAsync(app, "search=aDA"));
        Assert.Equal(["1043"], await FoundAsync(app, "active=false"));
        Assert.Equal(["1043"], await FoundAsync(app, "manager=1042"));
        Assert.Equal(["1042", "1043"], await FoundAsync(app, "search=example.com"));
        Assert.Equal("1043", (string)(await app.CallAsync("GET", "/identities/Bob@example.com")).Expect(200).Body["id"]!);

        (await app.CallAsync("DELETE", "/identities/1042")).Expect(409);
        (await app.CallAsync("DELETE", "/identities/1043")).Expect(204);
        (await app.CallAsync("DELETE", "/identities/1042", ifMatch: "W/\"1\"")).Expect(412);
        (await app.CallAsync("DELETE", "/identities/1042")).Expect(204);
        (await app.CallAsync("GET", "/identities/1042")).Expect(404);
        Assert.Equal(["identity.delete", "identity.delete", "identity.create", "identity.update", "identity.create"],
            (await app.CallAsync("GET", "/audit")).Expect(200).Items.Select(row => (string)row!["code"]!));
    }

    [Fact]
    public async Task Identity_ShowsWhatItHasAndWhatItWasGiven()
    {
        await using var catalog = await SeededCatalog.StartAsync("""{"approval":"none"}""");
        var app = catalog.App;
        await catalog.IdentityAsync("ann");
        var held = catalog.Entitlement("Held");
        catalog.Entitlement("Given");
        catalog.Account("ann", "crm", true, held);
        (await app.CallAsync("POST", "/requests", JsonNode.Parse("""{"operation":"add","application":"crm","entitlements":["given"],"identities":["ann"],"reason":"r","until":"2027-01-01"}"""))).Expect(201);

        var shown = (await app.CallAsync("GET", "/identities/ann")).Expect(200).Body;
        Assert.Equal("ann true", string.Join(' ', (string)shown["accounts"]![0]!["userName"]!, shown["accounts"]![0]!["active"]!.ToJsonString()));
        Assert.Equal(["Given False True 2027-01-01T00:00:00+00:00", "Held True False "], shown["entitlements"]!.AsArray().Select(entitlement =>
            $"{entitlement!["title"]} {(bool)entitlement["held"]!} {(bool)entitlement["assigned"]!} {entitlement["untilAt"]}"));
    }

    [Theory]
    [MemberData(nameof(BadIds))]
    public async Task Identity_ThatCantBe_IsRefused_NamingTheField(string id)
    {
        var row = Cases.Rows<BadRow>("identities-bad.json")[id];
        await using var app = await GovernanceApp.StartAsync();
        Assert.Equal(row.Field, (string?)(await app.CallAsync("PUT", $"/identities/{row.Target}", row.Body)).Expect(400).Body["field"]);
        Assert.Empty((await app.CallAsync("GET", "/identities")).Expect(200).Items);
    }

    [Theory]
    [MemberData(nameof(CsvIds))]
    public async Task Import_TakesGoodRowsAndTellsBadOnes(string id)
    {
        var row = Cases.Rows<CsvRow>("identities-csv.json")[id];
        await using var app = await GovernanceApp.StartAsync();
        foreach (var before in row.Before ?? [])
        {
            var body = before.DeepClone().AsObject();
            body.Remove("id");
            (await app.CallAsync("PUT", $"/identities/{before["id"]}", body)).Expect(201);
        }
        var was = await RowsAsync(app);

        // A dry run says the same and changes nothing.
        var tried = await ImportAsync(app, row.Csv, "?dryRun=true");
        Assert.Equal(was, await RowsAsync(app));
        var done = await ImportAsync(app, row.Csv);
        Assert.Equal(row.Status, done.Status);
        if (row.Status != 200)
        {
            Assert.Contains(row.Problems![0], (string)done.Body["detail"]!, StringComparison.Ordinal);
            return;
        }
        Assert.Equal(row.Result, Numbers(done.Body));
        Assert.Equal(row.Result, Numbers(tried.Body));
        Assert.Equal(done.Body["problems"]!.ToJsonString(), tried.Body["problems"]!.ToJsonString());
        Assert.Equal(row.Problems?.Count ?? 0, done.Body["problems"]!.AsArray().Count);
        foreach (var (expected, problem) in (row.Problems ?? []).Zip(done.Body["problems"]!.AsArray()))
            Assert.StartsWith(expected, $"{problem!["line"]} {problem["reason"]}", StringComparison.Ordinal);
        if (row.Rows is not null)
            Assert.Equal(row.Rows, await RowsAsync(app));

        // What went in is so already when it comes again.
        var again = await ImportAsync(app, row.Csv);
        Assert.Equal((0, 0), ((int)again.Body["created"]!, (int)again.Body["updated"]!));
    }

    [Fact]
    public async Task Import_OfJson_IsTheSame()
    {
        await using var app = await GovernanceApp.StartAsync();
        var result = (await app.CallAsync("POST", "/identities/import", """
            [{"id":"1","email":"ada@example.com","attributes":{"site":"eu"}}, 7, {"email":"x@example.com"}, {"id":2,"email":"y@example.com"}, {"id":"3","email":"z@example.com","site":"eu"}]
            """)).Expect(200).Body;
        Assert.Equal("5 1 0 0 4", Numbers(result));
        Assert.Equal([2, 3, 4, 5], result["problems"]!.AsArray().Select(problem => (int)problem!["line"]!));
        Assert.Equal(["1 ada@example.com - - - active site=eu"], await RowsAsync(app));
        (await app.CallAsync("POST", "/identities/import", """[{"id":"4","email":"d@example.com"}, {"id""")).Expect(400);
        (await app.CallAsync("POST", "/identities/import", """{"id":"4"}""")).Expect(400);
        (await app.CallAsync("POST", "/identities/import", "id,email", mediaType: "text/plain")).Expect(415);
        (await app.CallAsync("POST", "/identities/import", "id,email", actingAs: "1", mediaType: "text/csv")).Expect(403);
    }

    [Fact]
    public async Task Import_OfManyRows_IsWrittenInChunks_EachRowAudited()
    {
        await using var catalog = await SeededCatalog.StartAsync(null);
        var app = catalog.App;
        var lines = Enumerable.Range(1, 1203).Select(number => string.Create(CultureInfo.InvariantCulture, $"{number:0000},p{number}@example.com,{(number > 1 ? number / 2 : 9999):0000}")).Prepend("id,email,manager").ToList();
        Assert.Equal("1203 1203 0 0 0", Numbers((await ImportAsync(app, lines)).Body));
        Assert.Equal("1203 0 0 1203 0", Numbers((await ImportAsync(app, lines)).Body));
        Assert.Equal(1203, catalog.Number("select count(*) from audit where code = 'identity.create'"));
        Assert.Equal(1, catalog.Number("select count(distinct request_id) from audit"));
    }

    private static async Task<ApiAnswer> ImportAsync(GovernanceApp app, IReadOnlyList<string> lines, string query = "")
    {
        var text = string.Concat(lines.Select(line => line.Replace("{1001}", new string('x', 1001), StringComparison.Ordinal).Replace("{1000}", new string('x', 1000), StringComparison.Ordinal) + "\n"));
        var bytes = Encoding.UTF8.GetBytes(text).AsSpan().ToArray();
        var marker = "\\xFF"u8;
        var at = bytes.AsSpan().IndexOf(marker);
        if (at >= 0)
            bytes = [.. bytes[..at], 0xFF, .. bytes[(at + marker.Length)..]];
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        return await app.SendAsync("POST", $"/identities/import{query}", content);
    }

    private static string Numbers(JsonObject result) => string.Join(' ', new[] { "read", "created", "updated", "unchanged", "left" }.Select(name => result[name]!.ToJsonString()));

    private static async Task<IReadOnlyList<string>> FoundAsync(GovernanceApp app, string query) =>
        [.. (await app.CallAsync("GET", $"/identities?{query}")).Expect(200).Items.Select(identity => (string)identity!["id"]!)];

    private static async Task<IReadOnlyList<string>> RowsAsync(GovernanceApp app) =>
        [.. (await app.CallAsync("GET", "/identities")).Expect(200).Items.Select(identity => string.Join(' ',
            [(string)identity!["id"]!, (string)identity["email"]!, (string?)identity["givenName"] ?? "-", (string?)identity["familyName"] ?? "-", (string?)identity["manager"] ?? "-",
            (bool)identity["active"]! ? "active" : "inactive", .. identity["attributes"]!.AsObject().OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")]))];
}
