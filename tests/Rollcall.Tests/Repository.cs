using System.Diagnostics;

namespace Rollcall.Tests;

/// <summary>The files of this repository, as tests of its rules and goldens read them.</summary>
internal static class Repository
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Where this project's own files lie.</summary>
    public static string Tests { get; } = Path.Combine(Root, "tests", "Rollcall.Tests");

    /// <summary>Every file that git knows, relative to the root; null outside a working copy.</summary>
    public static IReadOnlyList<string>? TrackedFiles()
    {
        if (!Path.Exists(Path.Combine(Root, ".git")))
            return null;
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", Root, "ls-files", "-z"]) { RedirectStandardOutput = true })!;
        var files = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode is 0 ? files.Split('\0', StringSplitOptions.RemoveEmptyEntries) : throw new InvalidOperationException("git ls-files failed");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Rollcall.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("No folder above the tests holds Rollcall.slnx.");
        return folder.FullName;
    }
}
