using System.Diagnostics;
using System.Runtime.InteropServices;
using Rollcall.Web.Hosting;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;

namespace Rollcall.Web.Tests;

/// <summary>This executable as a second process: it says "ready" on standard output once it has what it was started for.</summary>
internal sealed class ChildProcess : IDisposable
{
    public const string Marker = "--as-child";

    private readonly Process _process;

    private ChildProcess(Process process)
    {
        _process = process;
    }

    public int Id => _process.Id;

    /// <summary>Starts a child and waits for its "ready" line; answers what follows that word.</summary>
    public static async Task<(ChildProcess Child, string Ready)> StartAsync(params string[] work)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        start.ArgumentList.Add(Marker);
        foreach (var argument in work)
            start.ArgumentList.Add(argument);
        var child = new ChildProcess(Process.Start(start)!);
        var line = await child._process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("ready ", line, StringComparison.Ordinal);
        return (child, line!["ready ".Length..]);
    }

    /// <summary>The work of the child.</summary>
    public static async Task<int> WorkAsync(string[] work)
    {
        switch (work)
        {
            case ["hold", var path]:
                using (DataFolder.Open(new RollcallSettings { Data = path }))
                {
                    Console.WriteLine("ready holding");
                    await Console.In.ReadLineAsync();
                }
                return 0;
            case ["serve", .. var flags]:
                var settings = RollcallSettings.Load(flags, new Dictionary<string, string>(), Path.GetTempPath());
                using (var signals = new StopSignals())
                {
                    await using var side = SideHostBuilder.Create(settings, Side.Access, Secrets.Hash("child")).Build();
                    return await SideRunner.RunAsync([side], () => Console.WriteLine("ready " + side.ListeningUrl), signals) ? 0 : 1;
                }
            default:
                return 2;
        }
    }

    public void Terminate() => Assert.Equal(0, SendSignal(_process.Id, 15));

    public void KillNow()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            KillNow();
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
