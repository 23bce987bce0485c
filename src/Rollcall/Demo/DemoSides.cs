using System.Net;
using System.Net.Sockets;
using Rollcall.Access;
using Rollcall.Governance;
using Rollcall.Web;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;

namespace Rollcall.Demo;

/// <summary>Both sides over a temporary folder, which goes with them.</summary>
internal sealed class DemoSides : IAsyncDisposable
{
    private readonly DataFolder _folder;

    private DemoSides(DataFolder folder, AccessServer access, GovernanceServer governance, string adminToken)
    {
        _folder = folder;
        Access = access;
        Governance = governance;
        AdminToken = adminToken;
    }

    /// <summary>The Access side.</summary>
    public AccessServer Access { get; }

    /// <summary>The Governance side.</summary>
    public GovernanceServer Governance { get; }

    /// <summary>The admin token of both.</summary>
    public string AdminToken { get; }

    /// <summary>The settings of the demo: those of the two URLs, and nothing else that is set. Where a side's own port is taken, it gets a free one.</summary>
    /// <param name="shell">The surroundings.</param>
    /// <param name="given">The settings as they are.</param>
    public static RollcallSettings Settings(Shell shell, RollcallSettings given) => new()
    {
        Data = Path.Combine(Path.GetTempPath(), $"rollcall-demo-{Convert.ToHexStringLower(Secrets.Random(6))}"),
        AdminToken = Secrets.Make(),
        Access = SideSettings.DefaultFor(Side.Access) with { Url = UrlOf(shell, given, Side.Access) },
        Governance = SideSettings.DefaultFor(Side.Governance) with { Url = UrlOf(shell, given, Side.Governance) },
    };

    /// <summary>Starts both.</summary>
    /// <param name="settings">The settings of the demo.</param>
    /// <param name="handlers">Makes what Governance connects to applications with.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="SettingsException">A port that was asked for can't be had.</exception>
    public static async Task<DemoSides> StartAsync(RollcallSettings settings, Func<HttpMessageHandler> handlers, CancellationToken cancellationToken)
    {
        var folder = DataFolder.Open(settings);
        AccessServer? access = null;
        GovernanceServer? governance = null;
        try
        {
            access = await AccessServer.CreateAsync(settings, folder);
            governance = await GovernanceServer.CreateAsync(settings, folder, handlers: handlers);
            await access.Host.StartAsync(cancellationToken);
            await governance.Host.StartAsync(cancellationToken);
            return new DemoSides(folder, access, governance, settings.AdminToken!);
        }
        catch
        {
            if (governance is not null)
                await governance.DisposeAsync();
            if (access is not null)
                await access.DisposeAsync();
            Remove(folder);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Governance.Host.StopAsync(CancellationToken.None), Access.Host.StopAsync(CancellationToken.None));
        await Governance.DisposeAsync();
        await Access.DisposeAsync();
        Remove(_folder);
    }

    private static void Remove(DataFolder folder)
    {
        folder.Dispose();
        Directory.Delete(folder.Path, recursive: true);
    }

    private static ListenUrl UrlOf(Shell shell, RollcallSettings given, Side side)
    {
        var url = given.Of(side).Url;
        // One that somebody chose is kept, and refused where it can't be had.
        return url != SideSettings.DefaultFor(side).Url || shell.Environment.ContainsKey(SettingKey.UrlOf(side).Variable) || IsFree(url) ? url : url with { Port = 0 };
    }

    private static bool IsFree(ListenUrl url)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, url.Port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
