using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Tests;

/// <summary>What a side tells of itself: <c>/metrics</c>, and OpenTelemetry's protocol where a receiver is named.</summary>
public sealed class TelemetryTests
{
    [Theory]
    [InlineData(false, HttpStatusCode.Unauthorized)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task Metrics_AreOpenOnlyWhereTheyAreMadePublic(bool isPublic, HttpStatusCode status)
    {
        await using var side = await TestSide.StartAsync(_ => { }, TestSide.Settings with { MetricsPublic = isPublic });
        using var stranger = new HttpClient { BaseAddress = side.Client.BaseAddress };
        Assert.Equal(status, (await stranger.GetAsync("/metrics", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await side.Client.GetAsync("/metrics", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task WithoutAReceiver_NoActivityIsMade()
    {
        await using var side = await TestSide.StartAsync(MapProbe);
        Assert.Equal("none", await side.Client.GetStringAsync("/people/ann", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Receiver_GetsTracesAndMetricsWithoutValues()
    {
        await using var receiver = await Receiver.StartAsync();
        var settings = TestSide.Settings with
        {
            OpenTelemetry = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Url, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" },
        };
        string requestId;
        await using (var side = await TestSide.StartAsync(MapProbe, settings))
        {
            using var response = await side.Client.GetAsync("/people/the-person?filter=the-filter&other=the-other", TestContext.Current.CancellationToken);
            Assert.NotEqual("none", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            requestId = response.Headers.GetValues(RequestId.Header).Single();
        }

        // The end of the side sends what was gathered.
        Assert.Contains("/people/{userName}", receiver.Received("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains(requestId, receiver.Received("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", receiver.Received("/v1/metrics"), StringComparison.Ordinal);
        foreach (var value in (string[])["the-person", "the-filter", "the-other", TestSide.Token])
            Assert.DoesNotContain(value, receiver.Received("/v1/traces") + receiver.Received("/v1/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_AreTakenFromTheEnvironment()
    {
        var environment = new Dictionary<string, string> { ["OTEL_SERVICE_NAME"] = "here", ["ROLLCALL_METRICS_PUBLIC"] = "true", ["PATH"] = "/bin" };
        var settings = RollcallSettings.Load([], environment, Path.GetTempPath());
        Assert.Equal(("OTEL_SERVICE_NAME", "here"), settings.OpenTelemetry.Select(variable => (variable.Key, variable.Value)).Single());
        Assert.True(settings.MetricsPublic);
    }

    private static void MapProbe(WebApplication app) =>
        app.MapGet("/people/{userName}", (RequestDelegate)(context => context.Response.WriteAsync(Activity.Current?.Id ?? "none")));

    /// <summary>Stands for a collector: keeps the bodies that it is sent, by path.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, string> _bodies = new();
        private TestSide _side = null!;

        public string Url => _side.Host.ListeningUrl;

        public static async Task<Receiver> StartAsync()
        {
            var receiver = new Receiver();
            receiver._side = await TestSide.StartAsync(app => app.MapPost("/v1/{signal}", receiver.KeepAsync));
            return receiver;
        }

        /// <summary>All that came at a path; texts stand in it as they are.</summary>
        public string Received(string path) => _bodies.GetValueOrDefault(path, "");

        public ValueTask DisposeAsync() => _side.DisposeAsync();

        private async Task KeepAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var text = Encoding.UTF8.GetString(body.ToArray());
            _bodies.AddOrUpdate(context.Request.Path, text, (_, before) => before + text);
        }
    }
}
