using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Rollcall.Web.Settings;

namespace Rollcall.Web.Hosting;

/// <summary>
/// Takes the port before anything else is set up, so that a free one (port 0) is known when the public URL is needed, and
/// a port in use is refused before a database is touched. Connections are accepted only once the server starts.
/// </summary>
internal sealed class ListenSockets
{
    private readonly Dictionary<EndPoint, Socket> _sockets;

    private ListenSockets(List<Socket> sockets)
    {
        _sockets = sockets.ToDictionary(socket => socket.LocalEndPoint!);
    }

    public IEnumerable<IPEndPoint> EndPoints => _sockets.Keys.Cast<IPEndPoint>();

    public int Port => EndPoints.First().Port;

    /// <exception cref="SettingsException">The address can't be listened on; it names the setting of the URL.</exception>
    public static ListenSockets Bind(ListenUrl url, string setting)
    {
        var sockets = new List<Socket>();
        try
        {
            if (url.IsLocalhost)
                BindLocalhost(sockets, url.Port);
            else
                sockets.Add(Bind(url.Address ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any), url.Port));
            return new ListenSockets(sockets);
        }
        catch (SocketException e)
        {
            throw new SettingsException(setting, Problem(url, e.SocketErrorCode), e);
        }
    }

    /// <summary>Says why an address can't be listened on and what to do.</summary>
    public static string Problem(ListenUrl url, SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => string.Create(CultureInfo.InvariantCulture, $"names port {url.Port}, which another process listens on: stop that process, or choose another port"),
        SocketError.AccessDenied => string.Create(CultureInfo.InvariantCulture, $"names port {url.Port}, which this user may not listen on: choose a port from 1024 up"),
        SocketError.AddressNotAvailable => $"names {url.Host}, which is not an address of this machine: choose one that is, or *",
        _ => $"is {url}, which can't be listened on: choose another address",
    };

    /// <summary>Hands a socket to the server, which then owns it.</summary>
    public Socket Take(EndPoint endPoint) => _sockets[endPoint];

    public void Close()
    {
        foreach (var socket in _sockets.Values)
            socket.Dispose();
    }

    // Browsers try either address for the name. A machine without IPv6, or with that port taken there, makes do with IPv4.
    private static void BindLocalhost(List<Socket> sockets, int port)
    {
        sockets.Add(Bind(IPAddress.Loopback, port));
        try
        {
            sockets.Add(Bind(IPAddress.IPv6Loopback, ((IPEndPoint)sockets[0].LocalEndPoint!).Port));
        }
        catch (SocketException)
        {
            // IPv4 alone it is.
        }
    }

    private static Socket Bind(IPAddress address, int port) =>
        SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(address, port));
}
