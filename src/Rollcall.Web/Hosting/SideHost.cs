using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Hosting;

/// <summary>One side, listening. It is started and stopped; stopping drains first.</summary>
public sealed class SideHost : IAsyncDisposable
{
    private readonly ListenSockets _sockets;
    private readonly RollcallSettings _settings;
    private readonly TimeProvider _timeProvider;

    internal SideHost(WebApplication app, Health health, ListenSockets sockets, RollcallSettings settings, SideHostBuilder builder, TimeProvider timeProvider)
    {
        App = app;
        Health = health;
        Side = builder.Side;
        ListeningUrl = builder.ListeningUrl;
        PublicUrl = builder.PublicUrl;
        _sockets = sockets;
        _settings = settings;
        _timeProvider = timeProvider;
    }

    /// <summary>The application: map endpoints and add middleware here before the start.</summary>
    public WebApplication App { get; }

    /// <summary>Which side it is.</summary>
    public Side Side { get; }

    /// <summary>Where the side can be reached on this machine, with the port that was taken.</summary>
    public string ListeningUrl { get; }

    /// <summary>What others call the side, without a slash at the end.</summary>
    public string PublicUrl { get; }

    /// <summary>How long <see cref="StopAsync"/> leaves the side reachable while it is not ready.</summary>
    public TimeSpan Drain => _settings.DrainOf(Side);

    /// <summary>What <c>/health/ready</c> says.</summary>
    public Health Health { get; }

    /// <summary>Begins to accept connections.</summary>
    /// <exception cref="SettingsException">Another process took the port in the meantime.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await App.StartAsync(cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new SettingsException(_settings.NameOf(SettingKey.UrlOf(Side)), ListenSockets.Problem(_settings.Of(Side).Url, SocketError.AddressAlreadyInUse), e);
        }
    }

    /// <summary>
    /// Turns ready red, waits <see cref="Drain"/> so that load balancers notice, then accepts nothing more and finishes
    /// what runs (30 s at most).
    /// </summary>
    /// <param name="hurry">Ends the waiting and cuts off what still runs.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        Health.Drain();
        try
        {
            if (Drain > TimeSpan.Zero)
                await Task.Delay(Drain, _timeProvider, hurry);
        }
        catch (OperationCanceledException)
        {
            // The rest goes quicker, but it goes.
        }
        try
        {
            await App.StopAsync(hurry);
        }
        catch (OperationCanceledException)
        {
            // What still ran was cut off, as asked.
        }
    }

    /// <summary>Releases the port and the services.</summary>
    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        _sockets.Close();
    }
}
