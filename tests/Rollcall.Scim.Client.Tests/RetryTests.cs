using Rollcall.Testing;

namespace Rollcall.Scim.Client.Tests;

/// <summary>What is repeated, and what never is.</summary>
public sealed class RetryTests
{
    private static readonly IReadOnlyDictionary<string, Row> Rows = Cases.Rows<Row>("retries.json");

    public static TheoryData<string> Ids => [.. Rows.Keys];

    /// <param name="Id">The name of the case.</param>
    /// <param name="Method">GET, SEARCH, POST, PATCH, PUT or DELETE.</param>
    /// <param name="First">What happens to the first request: a status, or <c>broken</c>.</param>
    /// <param name="Header">A header of the answer, as <c>Name: value</c>.</param>
    /// <param name="Waits">After how many seconds it is repeated; null if it is not.</param>
    private sealed record Row(string Id, string Method, string First, string? Header, int? Waits);

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Requests_AreRepeatedAsTheTableSays(string id)
    {
        var row = Rows[id];
        var server = new ScriptedServer();
        if (row.Method == "SEARCH")
            server.Then(200, Bodies.NoCursor);
        if (row.First == "broken")
            server.Then(new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended."));
        else if (row.Header?.Split(": ") is [var name, var value])
            server.Then(int.Parse(row.First, System.Globalization.CultureInfo.InvariantCulture), headers: (name, value));
        else
            server.Then(int.Parse(row.First, System.Globalization.CultureInfo.InvariantCulture));
        server.Then(200, row.Method == "SEARCH" ? Bodies.List(0, null) : """{"id":"a"}""");
        using var client = server.Connect();
        var start = server.Clock.GetUtcNow();
        var before = row.Method == "SEARCH" ? 1 : 0;

        var request = SendAsync(client, row.Method);
        await server.UntilAsync(request, TimeSpan.FromMilliseconds(500));

        if (row.Waits is { } seconds)
        {
            await request;
            Assert.Equal(before + 2, server.Arrived.Count);
            Assert.True(server.Clock.GetUtcNow() - start >= TimeSpan.FromSeconds(seconds));
        }
        else
        {
            await Assert.ThrowsAsync<ScimClientException>(() => request);
            Assert.Equal(before + 1, server.Arrived.Count);
        }
    }

    [Fact]
    public async Task WhatNeverGetsBetter_IsToldInTheEnd()
    {
        var server = new ScriptedServer();
        for (var i = 0; i < 4; i++)
            server.Then(503);
        using var client = server.Connect();

        var request = client.FindAsync("/Users", "a", cancellationToken: TestContext.Current.CancellationToken);
        await server.UntilAsync(request, TimeSpan.FromSeconds(1));

        Assert.Equal(503, (await Assert.ThrowsAsync<ScimClientException>(() => request)).Status);
        Assert.Equal(4, server.Arrived.Count);
    }

    [Fact]
    public async Task AServerThatTakesNoMore_IsLeftAloneForAsLongAsItSays()
    {
        var server = new ScriptedServer().Then(200, """{"id":"a"}""", headers: [("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "30")]).Then(200, """{"id":"a"}""");
        using var client = server.Connect();

        await client.FindAsync("/Users", "a", cancellationToken: TestContext.Current.CancellationToken);
        var second = client.FindAsync("/Users", "a", cancellationToken: TestContext.Current.CancellationToken);
        server.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Single(server.Arrived);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await second;

        Assert.Equal(2, server.Arrived.Count);
    }

    [Fact]
    public async Task TheTimeToWait_IsNoPartOfTheTimeThatARequestHas()
    {
        var server = new ScriptedServer().Then(429, headers: ("Retry-After", "50")).Then(201, """{"id":"a"}""");
        using var client = server.Connect(options => options with { Timeout = TimeSpan.FromSeconds(10) });

        var request = client.CreateAsync("/Users", [], TestContext.Current.CancellationToken);
        await server.UntilAsync(request, TimeSpan.FromSeconds(1));

        Assert.Equal("a", (await request).Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AServerThatTakesTooLong_LeavesTheOutcomeUnknown(bool hasBegun)
    {
        var server = new ScriptedServer();
        if (hasBegun)
            server.Then(200, new StreamContent(new EndlessStream()));
        else
            server.ThenNothing();
        using var client = server.Connect(options => options with { Timeout = TimeSpan.FromSeconds(10) });

        var request = client.CreateAsync("/Users", [], TestContext.Current.CancellationToken);
        await server.UntilAsync(request, TimeSpan.FromSeconds(1));

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => request);
        Assert.Equal(ScimFailure.NoAnswer, failure.Failure);
        Assert.True(failure.IsOutcomeUnknown);
        Assert.Equal("scim.example.com gave no whole answer within 10 s.", failure.Message);
        Assert.Single(server.Arrived);
    }

    [Fact]
    public async Task AnAnswerThatWouldFillTheMemory_IsBrokenOff_AndNotAskedForAgain()
    {
        var server = new ScriptedServer().Then(200, new string(' ', 2 * 1024 * 1024));
        using var client = server.Connect(options => options with { MaxAnswerSize = 1024 * 1024 });

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => client.FindAsync("/Users", "a", cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("larger than 1 MiB", failure.Message, StringComparison.Ordinal);
        Assert.Single(server.Arrived);
    }

    [Fact]
    public async Task ACallerWhoGivesUp_IsNotWaitedFor()
    {
        var server = new ScriptedServer().ThenNothing();
        using var client = server.Connect();
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var request = client.FindAsync("/Users", "a", cancellationToken: impatience.Token);
        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
    }

    /// <summary>A body that has begun and does not go on.</summary>
    private sealed class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(new TaskCompletionSource<int>().Task.WaitAsync(cancellationToken));

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
    }

    private static async Task SendAsync(ScimClient client, string method)
    {
        var cancellation = TestContext.Current.CancellationToken;
        switch (method)
        {
            case "GET":
                await client.FindAsync("/Users", "a", cancellationToken: cancellation);
                break;
            case "SEARCH":
                await foreach (var _ in client.PagesAsync("/Users", new ScimListRequest { Filter = "active eq true" }, cancellation))
                    break;
                break;
            case "POST":
                await client.CreateAsync("/Users", [], cancellation);
                break;
            case "PATCH":
                await client.PatchAsync("/Users", "a", [], null, cancellation);
                break;
            case "PUT":
                await client.ReplaceAsync("/Users", "a", [], null, cancellation);
                break;
            default:
                await client.DeleteAsync("/Users", "a", null, cancellation);
                break;
        }
    }
}
