using System.Text;
using Rollcall.Web.Hosting;

namespace Rollcall;

/// <summary>A file of rows for an import: CSV, or JSON where its name ends so; <c>-</c> is CSV on standard input.</summary>
internal static class ImportFile
{
    /// <summary>Opens it.</summary>
    /// <exception cref="CommandFailure">Refused: it can't be read, or is larger than the server takes.</exception>
    public static Stream Open(string name, Shell shell)
    {
        if (name == "-")
            return new MemoryStream(Encoding.UTF8.GetBytes(shell.Input.ReadToEnd()));
        try
        {
            var file = new FileInfo(Path.Combine(shell.Folder, name));
            return file.Length > BodyLimit.Large
                ? throw CommandFailure.Refused($"The file \"{Shell.Echo(name)}\" is larger than {BodyLimit.Large >> 20} MiB, which the server does not take at once. Import it in parts.")
                : file.OpenRead();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CommandFailure.Refused($"The file \"{Shell.Echo(name)}\" can't be read; check the path and its permissions.", fault);
        }
    }

    /// <summary>Whether it is JSON.</summary>
    public static bool IsJson(string name) => Path.GetExtension(name).Equals(".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Its media type.</summary>
    public static string MediaType(string name) => IsJson(name) ? "application/json" : "text/csv";
}
