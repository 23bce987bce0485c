using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Web.Api;

namespace Rollcall.Web.Tests;

public sealed class AdminTokenTests
{
    [Fact]
    [Trait("req", "S-351")]
    public async Task WrongTokens_AreSlowed_TheRightOnePassesMeanwhile()
    {
        var clock = new FakeTimeProvider();
        await using var side = await TestSide.StartAsync(app => app.MapAdminApi().MapGet("/x", (RequestDelegate)(context => context.Response.WriteAsync("in"))), timeProvider: clock);
        for (var i = 0; i < FailedAttempts.Burst; i++)
            Assert.Equal(401, (await CallAsync(side, "wrong")).Status);

        Assert.Equal((429, "2"), await CallAsync(side, "wrong"));
        Assert.Equal(200, (await CallAsync(side, TestSide.Token)).Status);
        clock.Advance(FailedAttempts.Interval);
        Assert.Equal(401, (await CallAsync(side, "wrong")).Status);
        Assert.Equal(429, (await CallAsync(side, "wrong")).Status);
    }

    [Fact]
    public async Task RequestsWithoutToken_AreNoAttempts()
    {
        await using var side = await TestSide.StartAsync(app => app.MapAdminApi().MapGet("/x", (RequestDelegate)(context => context.Response.WriteAsync("in"))));
        side.Client.DefaultRequestHeaders.Authorization = null;
        for (var i = 0; i < FailedAttempts.Burst * 2; i++)
            Assert.Equal(401, (await CallAsync(side, null)).Status);
    }

    private static async Task<(int Status, string? RetryAfter)> CallAsync(TestSide side, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/x");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await side.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, response.Headers.RetryAfter?.ToString());
    }
}
