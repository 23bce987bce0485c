using System.Text.Json.Nodes;

namespace Rollcall.Scim.Client.Tests;

/// <summary>Single requests: versions, what is repeated, how failures are told.</summary>
public sealed class RequestTests
{
    private static readonly JsonArray AddAnn = [new JsonObject { ["op"] = "add", ["path"] = "members", ["value"] = new JsonArray(new JsonObject { ["value"] = "ann" }) }];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AChange_CarriesTheVersion_AsTheServerWroteIt()
    {
        var server = new ScriptedServer().Then(200, """{"id":"g","meta":{"version":"W/\"7\"","location":"Groups/g"}}""").Then(204);
        using var client = server.Connect();

        var group = await client.FindAsync("/Groups", "g", excludedAttributes: ["members"], cancellationToken: Cancellation);
        await client.PatchAsync("/Groups", "g", AddAnn, group!.Version, Cancellation);

        Assert.Equal(new Uri("https://scim.example.com/v2/Groups/g"), group.Location);
        Assert.Equal("GET /v2/Groups/g?excludedAttributes=members", server.Arrived[0].Line);
        Assert.Equal("W/\"7\"", server.Arrived[1].Header("If-Match"));
    }

    [Fact]
    public async Task AVersionThatStandsInETagAlone_IsKept_AndStaysInAPutBody()
    {
        var server = new ScriptedServer().Then(200, """{"id":"g","meta":{"version":"v1"}}""", headers: ("ETag", "\"ignored\"")).Then(200, """{"id":"h"}""", headers: ("ETag", "W/\"3\""));
        using var client = server.Connect();

        var first = await client.FindAsync("/Groups", "g", cancellationToken: Cancellation);
        var second = await client.FindAsync("/Groups", "h", cancellationToken: Cancellation);

        Assert.Equal("v1", (string?)first!.ToBody()["meta"]!["version"]);
        Assert.Equal("W/\"3\"", second!.Version);
    }

    [Theory]
    [InlineData(VersionUse.Never, "W/\"7\"", null)]
    [InlineData(VersionUse.Auto, null, null)]
    [InlineData(VersionUse.Always, "W/\"7\"", "W/\"7\"")]
    public async Task Versions_AreSentAsTheOptionSays(VersionUse use, string? version, string? sent)
    {
        var server = new ScriptedServer().Then(204);
        using var client = server.Connect(options => options with { UseVersions = use });

        await client.DeleteAsync("/Groups", "g", version, Cancellation);

        Assert.Equal(sent, server.Arrived[0].Header("If-Match"));
    }

    [Fact]
    public async Task AChangeWithoutVersion_IsNotSent_WhereVersionsAreAlwaysUsed()
    {
        var server = new ScriptedServer();
        using var client = server.Connect(options => options with { UseVersions = VersionUse.Always });

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => client.PatchAsync("/Groups", "g", AddAnn, null, Cancellation));

        Assert.Equal(ScimFailure.NotSent, failure.Failure);
        Assert.Empty(server.Arrived);
    }

    [Fact]
    public async Task ARefusal_IsToldWithStatusReasonTypeAndDetail()
    {
        var server = new ScriptedServer().Then(412, """{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"412","detail":"Precondition Failed: it is at W/\"8\""}""", headers: ("ETag", "W/\"8\""));
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => client.PatchAsync("/Groups", "g", AddAnn, "W/\"7\"", Cancellation));

        Assert.Equal("412 Precondition Failed: it is at W/\"8\"", failure.Message);
        Assert.Equal(412, failure.Status);
        Assert.Equal("W/\"8\"", failure.CurrentVersion);
        Assert.False(failure.IsOutcomeUnknown);
    }

    [Theory]
    [InlineData(500, "<html><body>oops</body></html>", "text/html")]
    [InlineData(502, "", "text/plain")]
    [InlineData(400, """{"error":"no"}""", "application/json")]
    public async Task ARefusal_InAnyOtherForm_IsToldWithItsText(int status, string body, string type)
    {
        var server = new ScriptedServer().Then(status, body, type);
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => client.CreateAsync("/Users", [], Cancellation));

        Assert.Equal(status, failure.Status);
        Assert.Equal(body, failure.RawText);
        Assert.Equal(status >= 500, failure.IsOutcomeUnknown);
    }

    [Theory]
    [InlineData("<html>Sign in</html>", "text/html")]
    [InlineData("""{"id":"a","userName":""", "application/scim+json")]
    public async Task ASuccess_ThatIsNotScim_HasAnUnknownOutcome(string body, string type)
    {
        var server = new ScriptedServer().Then(200, body, type);
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => client.ReplaceAsync("/Users", "a", [], null, Cancellation));

        Assert.Equal(ScimFailure.Unreadable, failure.Failure);
        Assert.True(failure.IsOutcomeUnknown);
    }

    [Fact]
    public async Task ACreation_AnsweredWithoutABody_IsReadFromItsLocation()
    {
        var server = new ScriptedServer().Then(201, headers: ("Location", "Users/u7")).Then(200, """{"id":"u7"}""");
        using var client = server.Connect();

        var created = await client.CreateAsync("/Users", [], Cancellation);

        Assert.Equal("u7", created.Id);
        Assert.Equal(["POST /v2/Users", "GET /v2/Users/u7"], server.Lines);
    }

    [Fact]
    public async Task AMissingResource_IsNull_AndDeletingItIsFalse()
    {
        var server = new ScriptedServer().Then(404).Then(404);
        using var client = server.Connect();

        Assert.Null(await client.FindAsync("/Users", "a/b", cancellationToken: Cancellation));
        Assert.False(await client.DeleteAsync("/Users", "a/b", null, Cancellation));
        Assert.Equal("GET /v2/Users/a%2Fb", server.Arrived[0].Line);
    }

    [Fact]
    public async Task APageOfHtml_SaysNotThatAResourceIsAbsent()
    {
        var server = new ScriptedServer().Then(404, "<html>Not found</html>", "text/html").Then(404, "<html>Not found</html>", "text/html").Then(404, "<html>Not found</html>", "text/html");
        using var strict = server.Connect();
        using var relaxed = server.Connect(options => options with { IsRelaxed = true });

        Assert.Equal(404, (await Assert.ThrowsAsync<ScimClientException>(() => strict.FindAsync("/Users", "a", cancellationToken: Cancellation))).Status);
        Assert.Equal(404, (await Assert.ThrowsAsync<ScimClientException>(() => strict.DeleteAsync("/Users", "a", null, Cancellation))).Status);
        Assert.Null(await relaxed.FindAsync("/Users", "a", cancellationToken: Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task AnIdThatLeadsElsewhere_IsNotSent(string id)
    {
        var server = new ScriptedServer();
        using var client = server.Connect();

        Assert.Equal(ScimFailure.NotSent, (await Assert.ThrowsAsync<ScimClientException>(() => client.DeleteAsync("/Users", id, null, Cancellation))).Failure);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("text/plain")]
    public async Task Json_IsReadUnderAnyContentType_WithAByteOrderMarkOrWithout(string type)
    {
        var server = new ScriptedServer().Then(200, """{"id":"a"}""", type).Then(200, "\uFEFF{\"id\":\"a\"}", type);
        using var client = server.Connect();

        Assert.Equal("a", (await client.FindAsync("/Users", "a", cancellationToken: Cancellation))!.Id);
        Assert.Equal("a", (await client.FindAsync("/Users", "a", cancellationToken: Cancellation))!.Id);
    }

    [Fact]
    public async Task TheBaseUrlsOwnQuery_IsSentEverywhere()
    {
        var server = new ScriptedServer().Then(200, """{"id":"a"}""");
        using var client = server.Connect(options => options with { BaseUrl = new Uri("https://scim.example.com/v2?aadOptscim062020") });

        await client.FindAsync("/Users", "a", ["id"], cancellationToken: Cancellation);

        Assert.Equal("GET /v2/Users/a?aadOptscim062020&attributes=id", server.Arrived[0].Line);
    }

    [Theory]
    [Trait("req", "S-032")]
    [InlineData("""{"id":"a"}""")]
    [InlineData("""{"id":"a","userName":null,"name":null,"emails":null,"groups":null,"meta":null}""")]
    [InlineData("""{"id":"a","emails":[],"groups":[]}""")]
    public async Task WhatIsUnassigned_MayBeAbsent_Null_OrEmpty(string body)
    {
        var server = new ScriptedServer().Then(200, body);
        using var client = server.Connect();

        var user = (await client.FindAsync("/Users", "a", cancellationToken: Cancellation))!;

        Assert.Null(user.Text("userName"));
        Assert.Null(user.Find("name.givenName"));
        Assert.Empty(user.Json.Items("emails"));
        Assert.Empty(user.Json.Items("groups"));
        Assert.Null(user.Version);
        Assert.Null(user.Location);
    }

    [Fact]
    [Trait("req", "S-150")]
    public async Task WhatIsAnswered_IsTakenAsItIs_NotForWhatWasSent()
    {
        var server = new ScriptedServer()
            .Then(201, """{"id":"a","userName":"ann","nickName":"made up there","meta":{"version":"v1"}}""")
            .Then(200, """{"id":"a","userName":"ann","meta":{"version":"v2"}}""")
            .Then(200, """{"id":"a","userName":"annie","meta":{"version":"v3"}}""");
        using var client = server.Connect();

        var created = await client.CreateAsync("/Users", new() { ["userName"] = "Ann", ["title"] = "Dr" }, Cancellation);
        var replaced = await client.ReplaceAsync("/Users", "a", new() { ["userName"] = "Annie" }, created.Version, Cancellation);
        var patched = await client.PatchAsync("/Users", "a", [new JsonObject { ["op"] = "replace", ["path"] = "userName", ["value"] = "Annie" }], replaced!.Version, Cancellation);

        Assert.Equal(("ann", "made up there", null), (created.Text("userName"), created.Text("nickName"), created.Text("title")));
        Assert.Equal(("ann", "v2"), (replaced.Text("userName"), replaced.Version));
        Assert.Equal(("annie", "v3"), (patched!.Text("userName"), patched.Version));
    }

    [Fact]
    [Trait("req", "S-111")]
    public async Task WhatTheServerHasNot_IsLeftAlone_AndItsConfigurationReadOnce()
    {
        var server = new ScriptedServer().Then(200, """{"patch":{"supported":false},"bulk":{"supported":false},"filter":{"supported":false},"etag":{"supported":false}}""").Then(200, Bodies.List(0, null));
        using var client = server.Connect(options => options with { UsePatch = null });

        Assert.False(await client.UsesPatchAsync(Cancellation));
        var patched = await Assert.ThrowsAsync<ScimClientException>(() => client.PatchAsync("/Groups", "g", AddAnn, null, Cancellation));
        var filtered = await Assert.ThrowsAsync<ScimClientException>(async () => await client.ListAsync("/Users", new ScimListRequest { Filter = "active eq true" }, Cancellation).CountAsync(Cancellation));
        Assert.Equal(0, await client.ListAsync("/Users", new ScimListRequest(), Cancellation).CountAsync(Cancellation));

        Assert.Equal((ScimFailure.NotSent, ScimFailure.NotSent), (patched.Failure, filtered.Failure));
        Assert.Equal(["GET /v2/ServiceProviderConfig", "GET /v2/Users?startIndex=1&count=2"], server.Lines);
    }

    [Fact]
    [Trait("req", "S-111")]
    public async Task ChangesAreMadeByPatch_WhereTheServerHasIt_OrTheOptionsSaySo()
    {
        var server = new ScriptedServer().Then(200, Bodies.NoCursor);
        using var asked = server.Connect(options => options with { UsePatch = null });
        using var told = server.Connect(options => options with { UsePatch = false });

        Assert.True(await asked.UsesPatchAsync(Cancellation));
        Assert.False(await told.UsesPatchAsync(Cancellation));
        Assert.Single(server.Arrived);
    }

    [Fact]
    public async Task VersionsThatAreNeverUsed_AreTakenOutOfAPutBodyToo()
    {
        var server = new ScriptedServer().Then(204);
        using var client = server.Connect(options => options with { UseVersions = VersionUse.Never });
        var group = JsonNode.Parse("""{"id":"g","meta":{"version":"v1","resourceType":"Group"}}""")!.AsObject();

        await client.ReplaceAsync("/Groups", "g", group, "v1", Cancellation);

        Assert.Equal("""{"id":"g","meta":{"resourceType":"Group"}}""", server.Arrived[0].Body);
        Assert.Equal("v1", (string?)group["meta"]!["version"]);
    }

    [Theory]
    [Trait("req", "S-141")]
    [InlineData("https://ann:secret@scim.example.com/v2")]
    [InlineData("ftp://scim.example.com/v2")]
    [InlineData("https://scim.example.com/v2#top")]
    public void ABaseUrlThatCannotBe_IsRefused_WithoutRepeatingIt(string url)
    {
        var failure = Assert.Throws<ArgumentException>(() => new ScimClientOptions { BaseUrl = new Uri(url) }.Validate());

        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }
}
