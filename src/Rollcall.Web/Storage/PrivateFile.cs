using Rollcall.Web.Settings;

namespace Rollcall.Web.Storage;

/// <summary>Files that only their owner may read. On Windows the folder's access list is what protects them.</summary>
public static class PrivateFile
{
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    internal const UnixFileMode OthersMayAnything =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The file's text without blanks at its ends; if there is no such file, it is made with <paramref name="make"/>.</summary>
    /// <exception cref="SettingsException">Others may read or write the file.</exception>
    internal static string ReadOrCreate(string path, Func<string> make)
    {
        if (!File.Exists(path))
            Write(path, draft => File.WriteAllText(draft, make() + "\n"));
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OthersMayAnything) != 0)
            throw new SettingsException(path, $"can be read by other users: run \"chmod 600 {path}\", and have a new secret made if someone may have read it");
        return File.ReadAllText(path).Trim();
    }

    /// <summary>
    /// Makes a file all at once: it is written beside its place and moved there once it is on disk, so that a crash leaves
    /// all of it or nothing.
    /// </summary>
    /// <param name="path">Where; what is there already stays, and is a fault.</param>
    /// <param name="write">Writes the file of the path that it is given, which is there, empty, and its owner's only.</param>
    /// <exception cref="IOException">There is a file already, or the disk failed.</exception>
    public static void Write(string path, Action<string> write)
    {
        var draft = path + ".new";
        using (Open(draft, FileMode.Create, FileShare.None))
        {
            // Only made, with its permissions, before anything is in it.
        }
        try
        {
            write(draft);
            using (var file = Open(draft, FileMode.OpenOrCreate, FileShare.None))
                file.Flush(flushToDisk: true);
            File.Move(draft, path);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
        DurableFolder.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    internal static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    /// <summary>Whether a file could not be opened because someone else has it open: EWOULDBLOCK on Linux and macOS, a sharing violation on Windows.</summary>
    internal static bool IsHeldByAnother(IOException exception) =>
        exception.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11);
}
