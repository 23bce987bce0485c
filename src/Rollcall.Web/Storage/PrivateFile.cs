using Rollcall.Web.Settings;

namespace Rollcall.Web.Storage;

/// <summary>Small files that only their owner may read. On Windows the folder's access list is what protects them.</summary>
internal static class PrivateFile
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const UnixFileMode OthersMayAnything =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The file's text without blanks at its ends; if there is no such file, it is made with <paramref name="make"/>.</summary>
    /// <exception cref="SettingsException">Others may read or write the file.</exception>
    public static string ReadOrCreate(string path, Func<string> make)
    {
        if (!File.Exists(path))
            Create(path, make());
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OthersMayAnything) != 0)
            throw new SettingsException(path, $"can be read by other users: run \"chmod 600 {path}\", and have a new secret made if someone may have read it");
        return File.ReadAllText(path).Trim();
    }

    public static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    /// <summary>Whether a file could not be opened because someone else has it open: EWOULDBLOCK on Linux and macOS, a sharing violation on Windows.</summary>
    public static bool IsHeldByAnother(IOException exception) =>
        exception.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11);

    // Written beside its place and moved there once it is on disk: a crash leaves all of it or nothing.
    private static void Create(string path, string text)
    {
        var draft = path + ".new";
        using (var file = Open(draft, FileMode.Create, FileShare.None))
        {
            using var writer = new StreamWriter(file);
            writer.WriteLine(text);
            writer.Flush();
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path);
    }
}
