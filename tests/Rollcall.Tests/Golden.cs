using Xunit;

namespace Rollcall.Tests;

/// <summary>
/// Compares output with the text that was looked at and kept under <c>Golden/</c>. After an intended change run the tests
/// with <c>ROLLCALL_UPDATE_GOLDEN=1</c>, which writes the files anew, and read the difference before committing it.
/// </summary>
internal static class Golden
{
    private static readonly bool Updates = Environment.GetEnvironmentVariable("ROLLCALL_UPDATE_GOLDEN") is "1";

    /// <summary>Fails unless the file under <c>Golden/</c> holds exactly this text.</summary>
    public static void Matches(string file, string actual) => MatchesFile(Path.Combine(Repository.Tests, "Golden", file), actual);

    /// <summary>Fails unless the file holds exactly this text.</summary>
    public static void MatchesFile(string path, string actual)
    {
        if (Updates)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }

        Assert.True(File.Exists(path), $"{Path.GetRelativePath(Repository.Root, path)} is missing: run once with ROLLCALL_UPDATE_GOLDEN=1 and look at it.");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
