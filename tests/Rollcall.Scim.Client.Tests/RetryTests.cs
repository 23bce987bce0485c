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
        // The clock runs ahead of the client by chance; only the wait before the repetition is looked at here.
        using var client = server.Connect(options => options with { Timeout = TimeSpan.FromDays(1) });
        var start = server.Clock.GetUtcNow();
        var before = row.Method == "SEARCH" ? 1 : 0;

        var request = SendAsync(client, row.Method);
        // Until it is repeated or fails, only time passes.
        while (!request.IsCompleted)
        {
            server.Clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

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
        using var client = server.Connect(options => options with { Timeout = TimeSpan.FromDays(1) });

        var request = client.FindAsync("/Users", "a", cancellationToken: TestContext.Current.CancellationToken);
        while (!request.IsCompleted)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

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
