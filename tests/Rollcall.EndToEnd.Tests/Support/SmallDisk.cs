using System.Diagnostics;

namespace Rollcall.EndToEnd.Tests.Support;

/// <summary>A disk in memory of a few megabytes, which a test fills up and makes room on.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TempFolder _folder = new();
    private bool _isMounted;

    /// <summary>Mounts it; skips the test where that is not allowed.</summary>
    public SmallDisk(int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Mounting a small disk needs root.");
        _isMounted = Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=700", "tmpfs", Path) == 0;
        if (!_isMounted)
            _folder.Dispose();
        Assert.SkipUnless(_isMounted, "Mounting a small disk is not allowed here, even to root.");
    }

    public string Path => _folder.Path;

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Leaves no room.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[1 << 20, 1 << 12, 1])
        {
            var block = new byte[size];
            try
            {
                while (true)
                    file.Write(block);
            }
            catch (IOException)
            {
                // Full, for blocks of this size.
            }
        }
    }

    /// <summary>Makes room again.</summary>
    public void Empty() => File.Delete(Ballast);

    public void Dispose()
    {
        if (_isMounted)
            Run("umount", "--lazy", Path);
        _isMounted = false;
        _folder.Dispose();
    }

    private static int Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
