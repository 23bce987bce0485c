using System.Security.Cryptography;
using Rollcall.Access;
using Rollcall.Commands;
using Rollcall.Data;
using Rollcall.Data.Migrations;
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
        if (sides == ServeSides.Governance)
            throw CommandFailure.Refused("The Governance side is not part of this release. Serve the Access side: rollcall serve access");
        using var folder = DataFolder.Open(settings);
        using var signals = new StopSignals();
        try
        {
            await using var access = await AccessServer.CreateAsync(settings, folder);
            var asked = await SideRunner.RunAsync([access.Host], () => Announce(access.Host, folder, settings, shell), signals);
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

    private static void Announce(SideHost host, DataFolder folder, RollcallSettings settings, Shell shell)
    {
        shell.Output.WriteLine($"Access       {host.PublicUrl}");
        shell.Output.WriteLine($"Admin token  {(settings.AdminToken is null ? folder.AdminTokenFile : settings.NameOf(SettingKey.AdminToken))}");
        shell.Output.WriteLine($"Data         {folder.Path}");
        shell.Output.WriteLine("Ready. Connect a governance platform: rollcall integrations create NAME");
        shell.Output.Flush();
    }
}
