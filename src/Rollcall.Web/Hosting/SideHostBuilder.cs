using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rollcall.Web.Api;
using Rollcall.Web.Faults;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Hosting;

/// <summary>
/// Sets up the web host of one side: an empty builder plus what is named here, so that nothing in the environment or the
/// current folder has a say beyond <see cref="RollcallSettings"/>, and the start is quick. Two sides in one process are
/// two of these.
/// </summary>
public sealed class SideHostBuilder
{
    // A filter of 8 KiB is up to three times as long when percent-encoded, and there is more in a URL.
    private const int LongestRequestLine = 32 * 1024;

    private readonly RollcallSettings _settings;
    private readonly SideSettings _side;
    private readonly byte[] _adminTokenHash;
    private readonly TimeProvider _timeProvider;
    private readonly ListenSockets _sockets;
    private readonly List<FaultFormat> _formats = [];
    private readonly List<Func<Exception, Fault?>> _translators = [];
    private readonly List<ReadyCheck> _checks = [];
    private readonly List<Type> _observers = [];

    private SideHostBuilder(RollcallSettings settings, SideSettings side, byte[] adminTokenHash, TimeProvider timeProvider, ListenSockets sockets)
    {
        _settings = settings;
        _side = side;
        _adminTokenHash = adminTokenHash;
        _timeProvider = timeProvider;
        _sockets = sockets;
        ListeningUrl = (side.Url with { Port = sockets.Port, Host = side.Url.Host == "*" ? "localhost" : side.Url.Host }).ToString();
        PublicUrl = side.PublicUrl ?? ListeningUrl;
        Web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production, ContentRootPath = AppContext.BaseDirectory });
    }

    /// <summary>Which side it is.</summary>
    public Side Side => _side.Side;

    /// <summary>Where the side can be reached on this machine, with the port that was taken.</summary>
    public string ListeningUrl { get; }

    /// <summary>What others call the side, without a slash at the end.</summary>
    public string PublicUrl { get; }

    /// <summary>The services of the side.</summary>
    public IServiceCollection Services => Web.Services;

    /// <summary>Makes the meters of the side: what they measure is told at this side's <c>/metrics</c> alone.</summary>
    public IMeterFactory Meters { get; } = new SideMeters();

    /// <summary>The builder underneath, for what has no member here.</summary>
    public WebApplicationBuilder Web { get; }

    /// <summary>Checks that the start is safe and takes the port.</summary>
    /// <param name="settings">The settings of the process.</param>
    /// <param name="side">Which side this is.</param>
    /// <param name="adminTokenHash"><see cref="Secrets.Hash"/> of the admin token.</param>
    /// <param name="timeProvider">The clock, also registered as a service; the system's by default.</param>
    /// <exception cref="SettingsException">The configuration is unsafe, or the address can't be listened on.</exception>
    public static SideHostBuilder Create(RollcallSettings settings, Side side, byte[] adminTokenHash, TimeProvider? timeProvider = null)
    {
        SafeStart.Check(settings, side);
        var own = settings.Of(side);
        var clock = timeProvider ?? TimeProvider.System;
        var certificate = own.Url.IsHttps ? new TlsCertificate(settings, clock) : null;
        var sockets = ListenSockets.Bind(own.Url, settings.NameOf(SettingKey.UrlOf(side)));
        var builder = new SideHostBuilder(settings, own, adminTokenHash, clock, sockets);
        builder.AddBasics(certificate);
        return builder;
    }

    /// <summary>Adds how the faults of a part of the URL space are told.</summary>
    public SideHostBuilder TellFaults(FaultFormat format)
    {
        _formats.Add(format);
        return this;
    }

    /// <summary>Adds what a kind of exception means to any caller, such as "the database is busy"; null for others.</summary>
    public SideHostBuilder TranslateFaults(Func<Exception, Fault?> translate)
    {
        _translators.Add(translate);
        return this;
    }

    /// <summary>
    /// Adds middleware that sees every request from its beginning and every answer as it leaves, those of faults included:
    /// the <see cref="Fault"/> that was answered is then among the request's features.
    /// </summary>
    /// <typeparam name="T">A middleware class; its constructor may take services.</typeparam>
    public SideHostBuilder Observe<T>() where T : class
    {
        _observers.Add(typeof(T));
        return this;
    }

    /// <summary>Adds something that <c>/health/ready</c> asks.</summary>
    public SideHostBuilder CheckReady(ReadyCheck check)
    {
        _checks.Add(check);
        return this;
    }

    /// <summary>Builds the host; map endpoints on <see cref="SideHost.App"/> before starting it.</summary>
    public SideHost Build()
    {
        var app = Web.Build();
        var health = new Health(_checks);

        // The path of a request: whose it is, its id, who watches, faults, routing, admin token, endpoint.
        if (_settings.TrustedProxies.Count > 0)
            ForwardedRequests.Use(app, _settings.TrustedProxies);
        RequestId.Use(app, _timeProvider);
        foreach (var observer in _observers)
            app.UseMiddleware(observer);
        app.UseMiddleware<FaultMiddleware>(_formats, _translators);
        if (_settings.TrustedProxies.Count > 0 && PublicUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase) && !_settings.AllowHttp)
            ForwardedRequests.RefusePlainHttp(app, PublicUrl);
        app.UseRouting();
        AdminToken.Use(app, _adminTokenHash, app.Services.GetRequiredService<FailedAttempts>());
        health.Map(app);
        Observability.Map(app, _settings);
        OpenApiDocuments.Map(app);

        return new SideHost(app, health, _sockets, _settings, this, _timeProvider);
    }

    private void AddBasics(TlsCertificate? certificate)
    {
        Web.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, certificate));
        Services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = _sockets.Take);
        Services.AddRoutingCore();
        Services.AddSingleton(_timeProvider);
        Services.AddSingleton<FailedAttempts>();
        Services.AddSingleton<IHostLifetime, NoLifetime>();
        Services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        Web.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Rollcall", LogLevel.Information);
        // As long as this category may write anything, an Activity is made for every request; its faults are told by
        // FaultMiddleware. Whoever listens for activities gets them still.
        Web.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Made by the container's hand, so that it is disposed with it.
        Services.AddSingleton(_ => Meters);
        Observability.Add(Web, _settings, Side, Meters);
        OpenApiDocuments.Add(Services, $"Rollcall, {Side} side: the admin API", PublicUrl);
        Services.AddSingleton<ILoggerProvider>(_ => new LineLoggerProvider(Console.Error, _timeProvider));
    }

    private void Listen(KestrelServerOptions kestrel, TlsCertificate? certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = BodyLimit.Default;
        kestrel.Limits.MaxRequestLineSize = LongestRequestLine;
        foreach (var endPoint in _sockets.EndPoints)
        {
            kestrel.Listen(endPoint, listen =>
            {
                if (certificate is null)
                    return;
                var logger = kestrel.ApplicationServices.GetRequiredService<ILogger<TlsCertificate>>();
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(certificate.Current(logger)) });
            });
        }
    }

    /// <summary>Signals are the process's matter (<see cref="StopSignals"/>), not each host's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
