using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Tests;

/// <summary>A side on a free port of the loopback address, and a client that has the admin token.</summary>
internal sealed class TestSide : IAsyncDisposable
{
    public const string Token = "the-admin-token-of-the-tests-0123456789";

    private TestSide(SideHost host)
    {
        Host = host;
        Client = new HttpClient { BaseAddress = new Uri(host.ListeningUrl) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public SideHost Host { get; }

    public HttpClient Client { get; }

    public static RollcallSettings Settings { get; } = new()
    {
        Data = Path.GetTempPath(),
        Access = SideSettings.DefaultFor(Side.Access, freePort: true),
        Governance = SideSettings.DefaultFor(Side.Governance, freePort: true),
    };

    public static async Task<TestSide> StartAsync(
        Action<WebApplication> map, RollcallSettings? settings = null, Action<SideHostBuilder>? setUp = null, TimeProvider? timeProvider = null, Side side = Side.Access)
    {
        var builder = SideHostBuilder.Create(settings ?? Settings, side, Secrets.Hash(Token), timeProvider);
        setUp?.Invoke(builder);
        var host = builder.Build();
        map(host.App);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new TestSide(host);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.StopAsync(new CancellationToken(canceled: true));
        await Host.DisposeAsync();
    }
}
