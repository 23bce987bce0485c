using Rollcall.Access.Audit;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Audit;

/// <summary>The last calls of an integration.</summary>
public sealed class CallTests
{
    [Fact]
    public async Task Calls_are_listed_newest_first_without_what_is_personal()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        (await client.GetAsync("/Users?filter=userName eq \"bob@example.com\"&attributes=userName,name.givenName&startIndex=1&count=10&x-token=abc")).Expect(200);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var refused = (await client.GetAsync("/Users?filter=nickName zz \"secret-nick\"")).Expect(400);

        var calls = (await app.AdminAsync("GET", "/integrations/acme/calls")).Expect(200).Items.Select(call => call!.AsObject()).ToList();
        Assert.Equal(["/scim/acme/v2/Users?filter=…", "/scim/acme/v2/Users?filter=…&attributes=userName,name.givenName&startIndex=1&count=10&…=…"], calls.Select(call => (string?)call["path"]));
        Assert.Equal(["at", "requestId", "client", "method", "path", "status", "durationMs", "error"], calls[0].Select(member => member.Key));
        Assert.Equal((refused.Headers["X-Request-Id"], "GET", 400), ((string?)calls[0]["requestId"], (string?)calls[0]["method"], (int)calls[0]["status"]!));
        Assert.DoesNotContain("secret-nick", calls[0].ToJsonString(), StringComparison.Ordinal);
        Assert.Null(calls[1]["error"]);
    }

    [Fact]
    public async Task Only_the_last_thousand_are_kept_and_pages_join()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var ids = new List<string>();
        for (var i = 0; i < CallLog.Kept + 5; i++)
        {
            ids.Add((await client.GetAsync("/Users/none")).Headers["X-Request-Id"]);
            // Written more than once on the way.
            if (i % 300 == 0)
                await app.Audit.FlushAsync();
        }
        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await app.AdminAsync("GET", $"/integrations/acme/calls?count=400{(cursor is null ? "" : $"&cursor={cursor}")}")).Expect(200);
            paged.AddRange(page.Items.Select(call => (string)call!["requestId"]!));
            cursor = (string?)page.Body["nextCursor"];
        }
        while (cursor is not null);

        Assert.Equal(ids.AsEnumerable().Reverse().Take(CallLog.Kept), paged);
        (await app.AdminAsync("DELETE", "/integrations/acme")).Expect(204);
        (await app.AdminAsync("GET", "/integrations/acme/calls")).Expect(404);
    }

    [Theory]
    [InlineData("/Users?filter=a eq 1", "/Users?filter=…")]
    [InlineData("/Users?startIndex=x&count=99999999999", "/Users?startIndex=…&count=…")]
    [InlineData("/Users?sortBy=name.familyName&sortOrder=descending", "/Users?sortBy=name.familyName&sortOrder=descending")]
    [InlineData("/Users?attributes=Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9v", "/Users?attributes=…")]
    [InlineData("/Users?attributes=a%20b", "/Users?attributes=…")]
    [InlineData("/Users?secret", "/Users?…")]
    [InlineData("/Users?", "/Users")]
    public void Of_a_query_only_what_is_harmless_is_kept(string url, string kept)
    {
        var mark = url.IndexOf('?', StringComparison.Ordinal);
        Assert.Equal(kept, PublicText.Path(url[..mark], url[mark..]));
    }

    [Theory]
    [InlineData("The client's 'id' is taken.", "The client's '…' is taken.")]
    [InlineData("A User has no attribute \"a\" b\".", "A User has no attribute \"…\".")]
    [InlineData("There is no list named 'it's' here.", "There is no list named '…' here.")]
    [InlineData("userName is required.", "userName is required.")]
    public void Of_an_error_nothing_is_kept_that_it_quotes(string detail, string kept) => Assert.Equal(kept, PublicText.Detail(detail));
}
