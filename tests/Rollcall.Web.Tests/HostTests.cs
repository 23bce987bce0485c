using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Tests;

public class HostTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoSides_InOneProcess_EachOnItsOwnPort()
    {
        await using var access = await TestSide.StartAsync(app => app.MapGet("/who", (RequestDelegate)(context => context.Response.WriteAsync("access"))));
        await using var governance = await TestSide.StartAsync(app => app.MapGet("/who", (RequestDelegate)(context => context.Response.WriteAsync("governance"))), side: Side.Governance);

        Assert.Equal("access", await access.Client.GetStringAsync("/who", Cancellation));
        Assert.Equal("governance", await governance.Client.GetStringAsync("/who", Cancellation));
        Assert.NotEqual(access.Host.ListeningUrl, governance.Host.ListeningUrl);
    }

    [Fact]
    public void PublicUrl_IsTheListeningUrl_KnownBeforeTheStart()
    {
        var builder = SideHostBuilder.Create(TestSide.Settings, Side.Access, Secrets.Hash(TestSide.Token));

        Assert.Matches("^http://127\\.0\\.0\\.1:[1-9][0-9]+$", builder.PublicUrl);
        Assert.Equal(builder.ListeningUrl, builder.PublicUrl);
    }

    [Fact]
    public async Task PublicUrl_ThatIsSet_Stays()
    {
        var settings = TestSide.Settings with { Access = TestSide.Settings.Access with { PublicUrl = "https://a.example" } };
        await using var side = await TestSide.StartAsync(_ => { }, settings);

        Assert.Equal("https://a.example", side.Host.PublicUrl);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("*")]
    [InlineData("[::1]")]
    public async Task Listens_OnAFreePortOfAnyKindOfHost(string host)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");
        var settings = TestSide.Settings with { AllowHttp = true, Access = TestSide.Settings.Access with { Url = new ListenUrl("http", host, 0) } };
        await using var side = await TestSide.StartAsync(_ => { }, settings);

        Assert.Equal("""{"status":"ready"}""", await side.Client.GetStringAsync("/health/ready", Cancellation));
    }

    [Fact]
    public async Task PortInUse_IsRefusedByTheSettingsName()
    {
        await using var side = await TestSide.StartAsync(_ => { });
        var url = ListenUrl.Parse(side.Host.ListeningUrl)!;
        var settings = TestSide.Settings with { Governance = TestSide.Settings.Governance with { Url = url } };

        var refusal = Assert.Throws<SettingsException>(() => SideHostBuilder.Create(settings, Side.Governance, Secrets.Hash(TestSide.Token)));

        Assert.StartsWith($"ROLLCALL_GOVERNANCE_URL names port {url.Port}, which another process listens on", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddressOfAnotherMachine_IsRefused()
    {
        var settings = TestSide.Settings with { AllowHttp = true, Access = TestSide.Settings.Access with { Url = new ListenUrl("http", "192.0.2.1", 0) } };

        Assert.Contains("is not an address of this machine", Assert.Throws<SettingsException>(() => SideHostBuilder.Create(settings, Side.Access, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnsafeConfiguration_IsRefusedHereToo()
    {
        var settings = TestSide.Settings with { Access = TestSide.Settings.Access with { Url = new ListenUrl("http", "0.0.0.0", 0) } };

        Assert.Throws<SettingsException>(() => SideHostBuilder.Create(settings, Side.Access, []));
    }

    [Fact]
    public async Task RequestId_IsMadeHere_AndTheSameThroughoutTheRequest()
    {
        await using var side = await TestSide.StartAsync(app => app.MapGet("/id", (RequestDelegate)(context => context.Response.WriteAsync(RequestId.Of(context)))));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/id") { Headers = { { "X-Request-Id", "mine" } } };

        using var response = await side.Client.SendAsync(request, Cancellation);

        var id = Assert.Single(response.Headers.GetValues("X-Request-Id"));
        Assert.Equal(7, Guid.ParseExact(id, "D").Version);
        Assert.Equal(id, await response.Content.ReadAsStringAsync(Cancellation));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task BodyLimit_OfAnEndpoint_ReplacesTheDefault()
    {
        await using var side = await TestSide.StartAsync(app =>
        {
            RequestDelegate count = async context =>
            {
                var buffer = new MemoryStream();
                await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
                await context.Response.WriteAsync($"{buffer.Length}");
            };
            app.MapPost("/default", count);
            app.MapPost("/large", count).WithBodyLimit(2 * BodyLimit.Default);
        });

        Assert.Equal("1048576", await PostAsync("/default", BodyLimit.Default));
        Assert.Contains("larger than the 1048576 bytes", await PostAsync("/default", BodyLimit.Default + 1), StringComparison.Ordinal);
        Assert.Equal("2097152", await PostAsync("/large", 2 * BodyLimit.Default));
        Assert.Contains("larger than the 2097152 bytes", await PostAsync("/large", (2 * BodyLimit.Default) + 1), StringComparison.Ordinal);

        async Task<string> PostAsync(string path, long bytes)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[bytes]) };
            // Asks before it sends: otherwise the refusal may cross the body on its way and be lost.
            request.Headers.ExpectContinue = true;
            using var response = await side.Client.SendAsync(request, Cancellation);
            return await response.Content.ReadAsStringAsync(Cancellation);
        }
    }

    [Fact]
    public async Task Ready_TellsWhatIsMissing_AndALiveProcessStaysLive()
    {
        var hasDatabase = true;
        await using var side = await TestSide.StartAsync(_ => { }, setUp: builder => builder
            .CheckReady(new ReadyCheck("database", _ => ValueTask.FromResult(hasDatabase)))
            .CheckReady(new ReadyCheck("clock", _ => hasDatabase ? ValueTask.FromResult(true) : throw new InvalidOperationException("SECRET"))));

        Assert.Equal((200, """{"status":"ready"}"""), await GetAsync(side, "/health/ready"));
        hasDatabase = false;
        Assert.Equal((503, """{"status":"notReady","reasons":["database","clock"]}"""), await GetAsync(side, "/health/ready"));
        Assert.Equal((200, """{"status":"live"}"""), await GetAsync(side, "/health/live"));
        using var head = new HttpRequestMessage(HttpMethod.Head, "/health/ready");
        using var response = await side.Client.SendAsync(head, Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task Stop_DrainsFirst_ThenFinishesWhatRuns()
    {
        var clock = new FakeTimeProvider();
        var entered = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        var settings = TestSide.Settings with { Drain = TimeSpan.FromSeconds(5) };
        await using var side = await TestSide.StartAsync(
            app => app.MapGet("/slow", (RequestDelegate)(async context =>
            {
                entered.SetResult();
                await mayEnd.Task;
                await context.Response.WriteAsync("whole");
            })),
            settings, timeProvider: clock);
        var slow = side.Client.GetStringAsync("/slow", Cancellation);
        await entered.Task;

        var stopping = side.Host.StopAsync(CancellationToken.None);

        Assert.Equal((503, """{"status":"notReady","reasons":["stopping"]}"""), await GetAsync(side, "/health/ready"));
        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal((200, """{"status":"live"}"""), await GetAsync(side, "/health/live"));
        clock.Advance(TimeSpan.FromSeconds(0.1));
        await side.Host.App.Lifetime.ApplicationStopping.WaitAsync();
        Assert.False(stopping.IsCompleted);
        mayEnd.SetResult();
        Assert.Equal("whole", await slow);
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => side.Client.GetAsync("/health/live", Cancellation));
    }

    [Fact]
    public async Task Stop_InAHurry_SkipsTheDrain()
    {
        await using var side = await TestSide.StartAsync(_ => { }, TestSide.Settings with { Drain = TimeSpan.FromHours(1) }, timeProvider: new FakeTimeProvider());
        using var hurry = new CancellationTokenSource();

        var stopping = side.Host.StopAsync(hurry.Token);
        Assert.False(stopping.IsCompleted);
        await hurry.CancelAsync();

        await stopping;
    }

    [Fact]
    public async Task Sigterm_EndsTheProcessWithZero()
    {
        var (child, url) = await ChildProcess.StartAsync("serve", "--access-url", "http://127.0.0.1:0");
        using (child)
        {
            using var client = new HttpClient { BaseAddress = new Uri(url) };
            Assert.Equal("""{"status":"ready"}""", await client.GetStringAsync("/health/ready", Cancellation));

            child.Terminate();

            Assert.Equal(0, await child.ExitCodeAsync());
        }
    }

    [Fact]
    public async Task Run_ASideThatStopsByItself_StopsAllAndSaysSo()
    {
        await using var access = SideHostBuilder.Create(TestSide.Settings, Side.Access, []).Build();
        await using var governance = SideHostBuilder.Create(TestSide.Settings, Side.Governance, []).Build();
        using var signals = new StopSignals();

        var wasAsked = await SideRunner.RunAsync([access, governance], governance.App.Lifetime.StopApplication, signals);

        Assert.False(wasAsked);
        Assert.True(access.App.Lifetime.ApplicationStopped.IsCancellationRequested);
    }

    [Fact]
    public async Task Run_AskedToStopWhileStarting_Stops()
    {
        await using var access = SideHostBuilder.Create(TestSide.Settings, Side.Access, []).Build();
        using var signals = new StopSignals();
        signals.Request();

        Assert.True(await SideRunner.RunAsync([access], () => Assert.Fail("it is not ready"), signals));
    }

    [Fact]
    public async Task TheNameOfAScheme_IsReadInAnyCase()
    {
        await using var side = await TestSide.StartAsync(app => Api.AdminToken.MapAdminApi(app).MapGet("/x", (RequestDelegate)(context => context.Response.WriteAsync("in"))));
        side.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("bearer", TestSide.Token);

        Assert.Equal("in", await side.Client.GetStringAsync("/api/v1/x", Cancellation));
    }

    [Fact]
    public async Task AnotherScheme_IsRefused()
    {
        await using var side = await TestSide.StartAsync(app => Api.AdminToken.MapAdminApi(app).MapGet("/x", (RequestDelegate)(context => context.Response.WriteAsync("in"))));
        side.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", TestSide.Token);

        using var response = await side.Client.GetAsync("/api/v1/x", Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private static async Task<(int Status, string Body)> GetAsync(TestSide side, string path)
    {
        using var response = await side.Client.GetAsync(path, Cancellation);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }
}

internal static class CancellationTokens
{
    /// <summary>Ends when the token is cancelled.</summary>
    public static async Task WaitAsync(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource();
        await using (token.Register(cancelled.SetResult))
            await cancelled.Task;
    }
}
