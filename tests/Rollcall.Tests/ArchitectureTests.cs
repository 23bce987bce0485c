using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Rollcall.Tests;

/// <summary>House rules that the compiler can't know, read from the files themselves.</summary>
public sealed partial class ArchitectureTests
{
    private const int LongestFile = 400;

    /// <summary>Which project may reference which. Access and Governance meet over HTTP, as any customer's do.</summary>
    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["Rollcall.Scim"] = [],
        ["Rollcall.Scim.Client"] = ["Rollcall.Scim"],
        ["Rollcall.IdentityIq"] = ["Rollcall.Scim"],
        ["Rollcall.Data"] = [],
        ["Rollcall.Web"] = ["Rollcall.Data"],
        ["Rollcall.Access"] = ["Rollcall.Scim", "Rollcall.Scim.Client", "Rollcall.IdentityIq", "Rollcall.Data", "Rollcall.Web"],
        ["Rollcall.Governance"] = ["Rollcall.Scim", "Rollcall.Scim.Client", "Rollcall.IdentityIq", "Rollcall.Data", "Rollcall.Web"],
        ["Rollcall"] = ["Rollcall.Access", "Rollcall.Governance", "Rollcall.Web"],
    };

    public static TheoryData<string> Projects => [.. SourceProjects().Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_ReferencesOnlyWhatTheDesignAllows(string project)
    {
        Assert.True(AllowedReferences.TryGetValue(project, out var allowed), $"{project} is not part of the design: add it to the table here and to ARCHITECTURE.md.");
        Assert.Empty(Includes(project, "ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/'))).Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_ReferencesNoTests(string project) =>
        Assert.DoesNotContain(Includes(project, "ProjectReference"), reference => reference.Contains("tests", StringComparison.OrdinalIgnoreCase) || reference.Contains("bench", StringComparison.OrdinalIgnoreCase));

    [Theory]
    [InlineData("Rollcall.Scim")]
    [InlineData("Rollcall.IdentityIq")]
    public void PureLibrary_NeedsNothingButTheRuntime(string project)
    {
        Assert.Empty(Includes(project, "PackageReference"));
        Assert.Empty(Includes(project, "FrameworkReference"));
    }

    [Fact]
    public void SourceFiles_AreShort()
    {
        var tooLong = SourceFiles("*.cs").Where(file => File.ReadLines(file).Count() > LongestFile).Select(file => Path.GetRelativePath(Repository.Root, file));
        Assert.Empty(tooLong);
    }

    [Fact]
    public void TrackedFiles_HoldNothingUnfinishedAndNothingOfOneMachine()
    {
        var tracked = Repository.TrackedFiles();
        Assert.SkipWhen(tracked is null, "Not a working copy.");
        // Lock files are made by a tool; their hashes may spell anything.
        var read = tracked.Where(file => !file.EndsWith("packages.lock.json", StringComparison.Ordinal)).Where(file => File.Exists(Path.Combine(Repository.Root, file))).ToList();
        Assert.NotEmpty(read);
        var found = from file in read
                    from match in Forbidden().Matches(File.ReadAllText(Path.Combine(Repository.Root, file), Encoding.Latin1))
                    select $"{file}: {match.Value}";
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("// TO" + "DO: later", true)]
    [InlineData("FIX" + "ME", true)]
    [InlineData("/wo" + "rk/main/src", true)]
    [InlineData("a method that does to do lists", false)]
    [InlineData("/framework/x and /work-in-progress", false)]
    public void ForbiddenWords_AreFound(string text, bool found) => Assert.Equal(found, Forbidden().IsMatch(text));

    private static IEnumerable<string> SourceProjects() => SourceFiles("*.csproj");

    private static IEnumerable<string> SourceFiles(string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static List<string> Includes(string project, string item) =>
        [.. from element in XDocument.Load(SourceProjects().Single(file => Path.GetFileNameWithoutExtension(file) == project)).Descendants(item)
            select (string?)element.Attribute("Include") ?? (string)element.Attribute("Update")!];

    // Written so that this file does not hold them.
    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E)\b|/wor[k]/")]
    private static partial Regex Forbidden();
}
