using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;
using static Rollcall.Access.Tests.Apply.ApplyCalls;

namespace Rollcall.Access.Tests.Apply;

/// <summary>Documents that can't be applied: each is told, none is applied.</summary>
public sealed class ApplyRefusalTests
{
    [Fact]
    public async Task All_or_none()
    {
        await using var app = await RollcallApp.StartAsync();
        await RefusedAsync(app, List("a") + List("b", "scim"), ("metadata.labels", "A list of type scim belongs to an integration, and there is none. Create one first."));
        await RefusedAsync(app, List("a") + Member("b", "bob") + Member("b", "carol"),
            ("spec.access_list", "There is no access list named 'b', neither here nor among the documents."), ("spec.access_list", "There is no access list named 'b'"));
        await RefusedAsync(app, List("a") + "---\nkind: [", (null, "This can't be read as YAML"));
        Assert.Empty((await app.AdminAsync("GET", "/lists")).Items);
    }

    [Fact]
    public async Task The_type_of_a_list_never_changes()
    {
        await using var app = await RollcallApp.StartAsync();
        await app.IntegrationAsync();
        (await app.ApplyAsync(List("a") + List("b", "static") + List("c", "scim"))).Expect(200);
        await RefusedAsync(app, List("a", "static") + List("b", "scim") + List("c"),
            ("spec.type", "access_list \"a\" type \"\" cannot be changed to \"static\". Make another list."),
            ("spec.type", "access_list \"b\" type \"static\" cannot be changed to \"scim\""),
            ("spec.type", "access_list \"c\" type \"scim\" cannot be changed to \"\""));
    }

    [Fact]
    public async Task A_list_of_type_scim_belongs_to_the_option_else_the_label_else_its_own_else_the_only_integration()
    {
        await using var app = await RollcallApp.StartAsync();
        await app.IntegrationAsync("one");
        async Task<string?> OwnerAsync(string name, string? label = null, string query = "") =>
            (string?)(await app.ApplyAsync(List(name, "scim", label: label), query)).Expect(200).Of(name)["integration"];
        Assert.Equal("one", await OwnerAsync("a"));
        await app.IntegrationAsync("two");
        Assert.Equal("one", await OwnerAsync("a"));
        Assert.Equal("two", await OwnerAsync("b", "rollcall/integration: two"));
        Assert.Equal("one", await OwnerAsync("c", "rollcall/integration: two", "?integration=ONE"));

        await RefusedAsync(app, List("d", "scim"), ("metadata.labels", "and there are 2. Name it with --integration, or with the label rollcall/integration."));
        await RefusedAsync(app, List("d", "scim", label: "rollcall/integration: three"), ("metadata.labels", "There is no integration named 'three'."));
        await RefusedAsync(app, List("a", "scim", label: "rollcall/integration: two"), ("metadata.labels", "The access list belongs to the integration 'one' and can't be moved to 'two'."));
        Assert.Equal("integration", (string?)(await app.ApplyAsync(List("e"), "?integration=three")).Expect(400).Body["field"]);
    }

    [Fact]
    public async Task Lists_in_lists_must_be_there_form_no_circle_and_be_no_deeper_than_ten()
    {
        await using var app = await RollcallApp.StartAsync();
        await RefusedAsync(app, List("a", owner: "{name: nowhere, membership_kind: 2}") + Nested("a", "nothing"),
            ("spec.owners", "There is no access list named 'nowhere', neither here nor among the documents."), ("spec.name", "There is no access list named 'nothing'"));
        await RefusedAsync(app, List("a") + Nested("a", "a"), ("spec.name", "'a' can't be a member or owner of 'a': 'a' is itself within 'a'."));
        await RefusedAsync(app, List("a", owner: "{name: b, membership_kind: 2}") + List("b", "static") + Nested("b", "a"), (null, "is itself within"));

        var chain = string.Concat(Enumerable.Range(0, 11).Select(i => List($"l{i}"))) + string.Concat(Enumerable.Range(0, 10).Select(i => Nested($"l{i}", $"l{i + 1}")));
        (await app.ApplyAsync(chain)).Expect(200);
        await RefusedAsync(app, List("deeper") + Nested("l10", "deeper"), ("spec.name", "'deeper' can't be a member or owner of 'l10': lists may be nested at most 10 deep."));
        await RefusedAsync(app, List("above", owner: "{name: l0, membership_kind: 2}"), ("spec.owners", "'l0' can't be a member or owner of 'above': lists may be nested at most 10 deep."));
        await RefusedAsync(app, List("l10", owner: "{name: l3, membership_kind: 2}"), ("spec.owners", "'l3' can't be a member or owner of 'l10': 'l10' is itself within 'l3'."));
    }

    [Fact]
    public async Task Titles_are_unique_in_an_integration_when_all_is_done()
    {
        await using var app = await RollcallApp.StartAsync();
        await app.IntegrationAsync();
        (await app.ApplyAsync(Titled("a", "X") + Titled("b", "Y"))).Expect(200);
        await RefusedAsync(app, Titled("c", "x"), ("spec.title", "The access list 'a' has this title already in the integration 'acme'. Choose another."));
        await RefusedAsync(app, Titled("c", "Z") + Titled("d", "z"), ("spec.title", "The access list 'c' has this title already"));
        await RefusedAsync(app, Titled("a", "y"), ("spec.title", "The access list 'b' has this title already"));
    }

    [Fact]
    public async Task A_list_has_an_owner_unless_scim_made_it_and_nobody_gave_it_one()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync(rules: new JsonObject { ["groupCreation"] = "create" });
        (await client.SendAsync("POST", "/Groups", ScimClient.Group("Made there"))).Expect(201);
        await RefusedAsync(app, List("a", owner: ""), ("spec.owners", "owners are missing"));
        await RefusedAsync(app, List("a", "scim", owner: ""), ("spec.owners", "owners are missing"));

        var yaml = await app.ExportAsync();
        var before = await app.StateAsync();
        Assert.False((bool)(await app.ApplyAsync(yaml)).Expect(200).Body["changed"]!);
        Assert.Equal(before, await app.StateAsync());
        // Once it has an owner it keeps one.
        (await app.ApplyAsync(yaml.Replace("owners: []", "owners: [{name: ann}]", StringComparison.Ordinal))).Expect(200);
        await RefusedAsync(app, yaml, ("spec.owners", "owners are missing"));
    }

    [Fact]
    public async Task Prune_goes_no_further_than_what_apply_made_and_nobody_else_needs()
    {
        await using var app = await RollcallApp.StartAsync();
        (await app.AdminAsync("POST", "/lists", JsonNode.Parse("""{"name":"by-hand","title":"T","owners":[{"kind":"person","name":"o"}]}"""))).Expect(201);
        (await app.ApplyAsync(List("a") + List("b", "static") + Nested("b", "a") + List("by-hand"))).Expect(200);
        (await app.AdminAsync("PUT", "/lists/by-hand/members/a", new JsonObject { ["kind"] = "list" })).Expect(201);

        Assert.Equal(["a", "b", "by-hand"], await NamesAsync(app));
        Assert.Equal(0, (int)(await app.ApplyAsync(List("a"))).Expect(200).Body["summary"]!["deleted"]!);
        await RefusedAsync(app, List("c"), "?prune=true", (null, "The access list 'a' can't be deleted by prune: it is a member or an owner of 'by-hand'. Remove it there, or add its document."));
        await RefusedAsync(app, List("b", "static") + Nested("b", "a"), "?prune=true", ("spec.name", "The access list 'a' would be deleted by prune, since no document defines it. Add its document."));
        await RefusedAsync(app, List("b", "static") + Member("a", "bob"), "?prune=true", ("spec.access_list", "The access list 'a' would be deleted by prune"));

        (await app.AdminAsync("DELETE", "/lists/by-hand/members/a?kind=list")).Expect(204);
        var answer = (await app.ApplyAsync(List("c"), "?prune=true")).Expect(200);
        JsonShape.AssertMatches(JsonNode.Parse("""{"created":1,"deleted":2,"members":{"removed":1}}"""), answer.Body["summary"]);
        Assert.Equal(["by-hand", "c"], await NamesAsync(app));
        Assert.Equal(400, (await app.ApplyAsync("# nothing", "?prune=true")).Status);
    }

    [Theory]
    [InlineData("text/plain", "kind: access_list", 415)]
    [InlineData("", "kind: access_list", 415)]
    [InlineData("application/json", """{"documents":[],"files":[]}""", 400)]
    [InlineData("application/json", """{"files":[{"name":"a"}]}""", 400)]
    [InlineData("application/json", """{"file":[]}""", 400)]
    [InlineData("application/json", """{"documents":"kind: access_list"}""", 400)]
    [InlineData("application/json", "[", 400)]
    [InlineData("application/yaml", "", 400)]
    public async Task A_body_that_is_none_is_refused(string mediaType, string body, int status)
    {
        await using var app = await RollcallApp.StartAsync();
        (await app.AdminAsync("POST", "/apply", body, new Dictionary<string, string> { ["Content-Type"] = mediaType })).Expect(status);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_and_too_many_of_them_are_refused()
    {
        await using var app = await RollcallApp.StartAsync();
        Assert.Equal(400, await SendAsync(app, [0x89, 0x50, 0x4E, 0x47, 0xFF, 0xFE]));
        Assert.Equal(400, await SendAsync(app, Encoding.UTF8.GetBytes(List("a") + "\0" + List("b"))));
        Assert.Equal(413, await SendAsync(app, new byte[100 * 1024 * 1024]));
        Assert.Equal(400, (await app.ApplyAsync(List("a"), "?dryRun=perhaps")).Status);
        Assert.Empty((await app.AdminAsync("GET", "/lists")).Items);
    }

    [Fact]
    public async Task Files_and_documents_come_in_one_body()
    {
        await using var app = await RollcallApp.StartAsync();
        var body = new JsonObject
        {
            ["files"] = new JsonArray(new JsonObject { ["name"] = "a.yaml", ["text"] = List("a") }, new JsonObject { ["name"] = "b.yaml", ["text"] = "\uFEFF" + Nested("a", "b") }),
            ["documents"] = JsonNode.Parse("""[{"kind":"access_list","metadata":{"name":"b"},"spec":{"title":"B","owners":[{"name":"o"}]}}]"""),
            ["dryRun"] = true,
        };
        Assert.Equal(2, (int)(await app.AdminAsync("POST", "/apply", body)).Expect(200).Body["summary"]!["created"]!);
        Assert.Empty((await app.AdminAsync("GET", "/lists")).Items);

        body["documents"]![0]!["spec"]!["titel"] = "x";
        JsonShape.AssertMatches(JsonNode.Parse("""[{"file":"documents","document":1,"kind":"access_list","name":"b","field":"spec.titel"}]"""), (await app.AdminAsync("POST", "/apply", body)).Expect(400).Body["errors"]);
    }

    private static string Titled(string name, string title) => List(name, "scim").Replace($"title: {name}", $"title: {title}", StringComparison.Ordinal);

    private static async Task<IReadOnlyList<string>> NamesAsync(RollcallApp app) => [.. (await app.AdminAsync("GET", "/lists")).Items.Select(list => (string)list!["name"]!)];

    private static Task RefusedAsync(RollcallApp app, string yaml, params (string? Field, string Detail)[] errors) => RefusedAsync(app, yaml, "", errors);

    /// <summary>Both as a dry run and in earnest, and nothing is written.</summary>
    private static async Task RefusedAsync(RollcallApp app, string yaml, string query, params (string? Field, string Detail)[] errors)
    {
        var before = await app.StateAsync();
        foreach (var mode in new[] { query.Length == 0 ? "?dryRun=true" : query + "&dryRun=true", query })
        {
            var told = (await app.ApplyAsync(yaml, mode)).Expect(400).Body["errors"]!.AsArray();
            Assert.True(errors.Length == told.Count, told.ToJsonString());
            foreach (var ((field, detail), error) in errors.Zip(told))
            {
                Assert.Contains(detail, (string)error!["detail"]!, StringComparison.Ordinal);
                if (field is not null)
                    Assert.Equal((field, "body"), ((string?)error["field"], (string?)error["file"]));
            }
        }
        Assert.Equal(before, await app.StateAsync());
    }

    private static async Task<int> SendAsync(RollcallApp app, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/apply") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/yaml");
        request.Headers.Authorization = new("Bearer", RollcallApp.AdminToken);
        request.Headers.ExpectContinue = true;
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
