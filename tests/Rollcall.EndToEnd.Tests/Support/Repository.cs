namespace Rollcall.EndToEnd.Tests.Support;

/// <summary>The files of this repository.</summary>
internal static class Repository
{
    /// <summary>A file of the documentation.</summary>
    public static string Docs(string name) => Path.Combine(Root(), "docs", name);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Rollcall.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("No folder above the tests holds Rollcall.slnx.");
        return folder.FullName;
    }
}
