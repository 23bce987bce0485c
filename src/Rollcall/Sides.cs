using System.Security.Cryptography;
using Rollcall.Access;
using Rollcall.Commands;
using Rollcall.Data;
using Rollcall.Data.Migrations;
using Rollcall.Governance;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;

namespace Rollcall;

/// <summary>Serves sides until the process is asked to stop.</summary>
internal static class Sides
{
    /// <summary>Opens the data folder, starts the sides, tells where they are, and waits for the signal to stop.</summary>
    /// <param name="settings">The settings of the process.</param>
    /// <param name="sides">Which sides to serve.</param>
    /// <param name="shell">Where to say so.</param>
    /// <exception cref="SettingsException">A setting is unsafe or can't be used.</exception>
    public static async Task<int> ServeAsync(RollcallSettings settings, ServeSides sides, Shell shell)
    {
        using var folder = DataFolder.Open(settings);
        using var signals = new StopSignals();
        try
        {
            await using var access = sides.HasFlag(ServeSides.Access) ? await AccessServer.CreateAsync(settings, folder) : null;
            await using var governance = sides.HasFlag(ServeSides.Governance) ? await GovernanceServer.CreateAsync(settings, folder) : null;
            IReadOnlyList<SideHost> hosts = [.. new[] { access?.Host, governance?.Host }.OfType<SideHost>()];
            var asked = await SideRunner.RunAsync(hosts, () => Announce(hosts, folder, settings, shell), signals);
            return asked ? ExitCode.Done : ExitCode.Refused;
        }
        catch (DatabaseUnavailableException failure)
        {
            throw CommandFailure.Refused($"The database in {folder.Path} can't be opened: check the folder's permissions and the room on its disk.", failure);
        }
        catch (MigrationException failure)
        {
            throw CommandFailure.Refused(failure.Message, failure);
        }
        catch (CryptographicException failure)
        {
            throw CommandFailure.Refused($"The master key is not the one that keys in the database are encrypted with: put that one into {folder.MasterKeyFile}, or into {SettingKey.MasterKey.Variable}.", failure);
        }
    }

    private static void Announce(IReadOnlyList<SideHost> hosts, DataFolder folder, RollcallSettings settings, Shell shell)
    {
        foreach (var host in hosts)
            shell.Output.WriteLine($"{host.Side,-12} {host.PublicUrl}");
        shell.Output.WriteLine($"Admin token  {(settings.AdminToken is null ? folder.AdminTokenFile : settings.NameOf(SettingKey.AdminToken))}");
        shell.Output.WriteLine($"Data         {folder.Path}");
        shell.Output.WriteLine(hosts.Any(host => host.Side == Side.Access)
            ? "Ready. Connect a governance platform: rollcall integrations create NAME"
            : "Ready. Define an application to govern: rollcall apps create NAME");
        shell.Output.Flush();
    }
}
