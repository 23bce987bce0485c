namespace Rollcall.Scim.Client.Tests;

/// <summary>Walks through lists.</summary>
public sealed class WalkTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("req", "S-223")]
    public async Task ByIndex_GoesOnByWhatTheServerSent_UntilTheTotal()
    {
        var server = new ScriptedServer().Then(200, Bodies.NoCursor)
            .Then(200, Bodies.List(4, null, "a", "b")).Then(200, Bodies.List(4, null, "c")).Then(200, Bodies.List(4, null, "d"));
        using var client = server.Connect();

        Assert.Equal(["a", "b", "c", "d"], await IdsAsync(client));
        Assert.Equal(["GET /v2/ServiceProviderConfig", "GET /v2/Users?startIndex=1&count=2", "GET /v2/Users?startIndex=3&count=2", "GET /v2/Users?startIndex=4&count=2"], server.Lines);
    }

    [Fact]
    [Trait("req", "C-012")]
    [Trait("req", "C-015")]
    public async Task ByCursor_GoesOnAfterAnEmptyPage_UntilThereIsNoNextCursor()
    {
        var server = new ScriptedServer().Then(200, Bodies.WithCursor)
            .Then(200, Bodies.List(null, "c1", "a", "b")).Then(200, Bodies.List(null, "c2")).Then(200, Bodies.List(null, null, "c"));
        using var client = server.Connect();

        Assert.Equal(["a", "b", "c"], await IdsAsync(client));
        Assert.Equal(["GET /v2/Users?cursor=&count=2", "GET /v2/Users?cursor=c1&count=2", "GET /v2/Users?cursor=c2&count=2"], server.Lines.Skip(1));
    }

    [Theory]
    [Trait("req", "S-224")]
    [InlineData(4, 3, "c", true)] // somebody left
    [InlineData(4, 5, "c", true)] // somebody came
    [InlineData(4, 4, "b", true)] // seen before: somebody came in front
    [InlineData(4, 4, "c", false)]
    public async Task ByIndex_AListThatShiftedUnderIt_IsNoticed(long first, long second, string id, bool hasShifted)
    {
        var server = new ScriptedServer().Then(200, Bodies.NoCursor)
            .Then(200, Bodies.List(first, null, "a", "b")).Then(200, Bodies.List(second, null, id)).Then(200, Bodies.List(second, null)).Then(200, Bodies.List(second, null));
        using var client = server.Connect();

        var pages = new List<ScimPage>();
        await foreach (var page in client.PagesAsync("/Users", new ScimListRequest(), Cancellation))
            pages.Add(page);

        Assert.False(pages[0].HasShifted);
        Assert.Equal(hasShifted, pages[1].HasShifted);
    }

    [Fact]
    public async Task ByIndex_AnEmptyPageBeforeTheEnd_IsNotTakenForTheEnd()
    {
        var server = new ScriptedServer().Then(200, Bodies.NoCursor).Then(200, Bodies.List(4, null, "a", "b")).Then(200, Bodies.List(4, null));
        using var client = server.Connect();

        var pages = await client.PagesAsync("/Users", new ScimListRequest(), Cancellation).ToListAsync(Cancellation);

        Assert.Equal([false, true], pages.Select(page => page.HasShifted));
    }

    // SCIMMY's routers below Express 5 do so: there they can't write what they read into the query.
    [Fact]
    public async Task ByIndex_AServerThatIgnoresStartIndex_IsToldOf_RatherThanHalfRead()
    {
        const string First = """{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":4,"startIndex":1,"itemsPerPage":2,"Resources":[{"id":"a"},{"id":"b"}]}""";
        var server = new ScriptedServer().Then(200, Bodies.NoCursor).Then(200, First).Then(200, First);
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => IdsAsync(client));

        Assert.Equal(ScimFailure.Unreadable, failure.Failure);
        Assert.Contains("startIndex", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "S-224")]
    public async Task WhatAPageShowsTwice_OrTheNextOneAgain_ComesOnce()
    {
        var server = new ScriptedServer().Then(200, Bodies.NoCursor).Then(200, Bodies.List(5, null, "a", "a", "b")).Then(200, Bodies.List(5, null, "b", "c"));
        using var client = server.Connect();

        Assert.Equal(["a", "b", "c"], await IdsAsync(client));
    }

    [Fact]
    public async Task AWalk_GoesOn_WhenItsTokenEndsInBetween()
    {
        var server = new ScriptedServer().Then(200, Bodies.Token, "application/json").Then(200, Bodies.WithCursor)
            .Then(200, Bodies.List(null, "c1", "a")).Then(401).Then(200, Bodies.SecondToken, "application/json").Then(200, Bodies.List(null, null, "b"));
        using var client = server.Connect(options => options with
        {
            Credentials = new Authentication.ClientCredentialsGrant { TokenUrl = new Uri("https://auth.example.com/token"), ClientId = "me", ClientSecret = "secret" },
        });

        Assert.Equal(["a", "b"], await IdsAsync(client));
        Assert.Equal("Bearer t2", server.Arrived[^1].Header("Authorization"));
    }

    [Fact]
    public async Task AWalk_GoesOnWhereAnotherStopped()
    {
        var server = new ScriptedServer().Then(200, Bodies.WithCursor).Then(200, Bodies.List(3, null, "c"));
        using var client = server.Connect();

        Assert.Equal(["c"], await IdsAsync(client, new ScimListRequest { From = new ScimPosition("c1", 0, null) }));
    }

    [Fact]
    [Trait("req", "C-029")]
    public async Task PageSize_IsNoMoreThanTheServerTold()
    {
        var server = new ScriptedServer().Then(200, Bodies.WithCursor).Then(200, Bodies.List(0, null));
        using var client = server.Connect(options => options with { PageSize = 5000 });

        Assert.Empty(await IdsAsync(client));
        Assert.Contains("count=100", server.Arrived[1].Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ByCursor_APageThatNamesItself_IsAnErrorAndNoCircle()
    {
        var server = new ScriptedServer().Then(200, Bodies.WithCursor).Then(200, Bodies.List(9, "c1", "a")).Then(200, Bodies.List(9, "c1", "b"));
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => IdsAsync(client));

        Assert.Equal(ScimFailure.Unreadable, failure.Failure);
    }

    [Fact]
    [Trait("req", "S-348")]
    public async Task AFilter_IsSentBySearch_SoThatItStandsInNoUrl()
    {
        var server = new ScriptedServer().Then(200, Bodies.NoCursor).Then(200, Bodies.List(1, null, "a"));
        using var client = server.Connect();

        Assert.Equal(["a"], await IdsAsync(client, new ScimListRequest { Filter = "userName eq \"ann\"", Attributes = ["id"] }));
        Assert.Equal("POST /v2/Users/.search", server.Arrived[1].Line);
        Assert.Contains("\"filter\":\"userName eq \\\"ann\\\"\"", server.Arrived[1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("req", "S-348")]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task AServerWithoutSearch_IsAskedByUrl_FromThenOn(int status)
    {
        var server = new ScriptedServer().Then(200, Bodies.NoCursor).Then(status).Then(200, Bodies.List(1, null, "a")).Then(200, Bodies.List(1, null, "a"));
        using var client = server.Connect();
        var request = new ScimListRequest { Filter = "userName eq \"a+b&c\"" };

        await IdsAsync(client, request);
        await IdsAsync(client, request);

        Assert.Equal("GET /v2/Users?filter=userName%20eq%20%22a%2Bb%26c%22&startIndex=1&count=2", server.Arrived[2].Line);
        Assert.Equal(server.Arrived[2].Line, server.Arrived[3].Line);
    }

    [Fact]
    public async Task ARelaxedConnection_TakesABareArray_AndNeedsNoDiscovery()
    {
        var server = new ScriptedServer().Then(404, "<html>", "text/html").Then(200, """[{"id":"a"},{"id":7}]""");
        using var client = server.Connect(options => options with { IsRelaxed = true });

        Assert.Equal(["a", "7"], await IdsAsync(client));
    }

    [Theory]
    [InlineData("""[{"id":"a"}]""")]
    [InlineData("""{"totalResults":1,"Resources":[{"id":"a"}]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"Resources":[]}""")]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"Resources":[{"userName":"ann"}]}""")]
    public async Task WhatIsNoScimList_IsRefusedByAStrictConnection(string body)
    {
        var server = new ScriptedServer().Then(200, Bodies.NoCursor).Then(200, body);
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => IdsAsync(client));

        Assert.Equal(ScimFailure.Unreadable, failure.Failure);
    }

    private static async Task<List<string>> IdsAsync(ScimClient client, ScimListRequest? request = null)
    {
        var ids = new List<string>();
        await foreach (var resource in client.ListAsync("/Users", request ?? new ScimListRequest(), Cancellation))
            ids.Add(resource.Id);
        return ids;
    }
}
