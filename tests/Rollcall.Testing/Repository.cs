namespace Rollcall.Testing;

/// <summary>The sources that these tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder that holds everything.</summary>
    public static string Root { get; } = Find();

    /// <summary>A file of the documentation.</summary>
    public static string Docs(string name) => Path.Combine(Root, "docs", name);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Rollcall.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("No folder above the tests holds Rollcall.slnx.");
        return folder.FullName;
    }
}
