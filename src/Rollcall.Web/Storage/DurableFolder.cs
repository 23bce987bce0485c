using System.Runtime.InteropServices;

namespace Rollcall.Web.Storage;

/// <summary>Makes what was made, moved or removed in a folder survive the loss of power: a file's own flush does not cover its name.</summary>
internal static class DurableFolder
{
    private const int ReadOnly = 0;

    /// <summary>Waits until the folder itself is on disk. Does nothing on Windows, which has no call for it.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void Flush(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var folder = Open(path, ReadOnly);
        if (folder < 0)
            throw new IOException($"The folder {path} can't be opened (error {Marshal.GetLastPInvokeError()}).");
        try
        {
            if (Sync(folder) != 0)
                throw new IOException($"The folder {path} can't be written to disk (error {Marshal.GetLastPInvokeError()}).");
        }
        finally
        {
            _ = Close(folder);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
