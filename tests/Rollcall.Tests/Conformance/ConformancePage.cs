using System.Text;
using System.Text.RegularExpressions;

namespace Rollcall.Tests.Conformance;

/// <summary>Writes <c>docs/conformance.md</c>: each requirement with the tests that prove it.</summary>
internal static partial class ConformancePage
{
    public static string Write(Matrix matrix, IReadOnlyList<Evidence> evidence)
    {
        var tests = evidence.ToLookup(test => test.Requirement);
        var page = new StringBuilder(
            $"""
            # Conformance

            What the RFCs ask of a SCIM service provider, and which tests prove that Rollcall does it: RFC 7643, RFC 7644, RFC 9865, and
            of OAuth and HTTP what a SCIM endpoint needs. The words are ours, the RFCs decide. Where they leave room,
            [decisions](decisions.md) says what was chosen.

            This page is written by a test from `tests/conformance/matrix.json` and from the tests themselves: a row of a table names its
            requirement in its `id`, a method in `[Trait("req", "…")]` or in its name. After a change to tests, write it anew:

            ```
            ROLLCALL_UPDATE_GOLDEN=1 dotnet run -c Release --project tests/Rollcall.Tests -- -class "*ConformanceTests"
            ```

            {matrix.Requirements.Count()} requirements: {Count(matrix, tests.Contains)} with tests, {Count(matrix, id => !tests.Contains(id) && !matrix.Pending.Contains(id))} without, because they do not apply here or are not followed, each with its
            reason{(matrix.Pending.Count == 0 ? "" : $"; {matrix.Pending.Count} not yet")}.

            """.ReplaceLineEndings("\n"));
        foreach (var section in matrix.Sections)
        {
            page.Append($"\n## {section.Title}\n");
            foreach (var requirement in section.Requirements)
                WriteRequirement(page, requirement, tests[requirement.Id], matrix.Pending.Contains(requirement.Id));
        }
        return page.ToString();
    }

    private static int Count(Matrix matrix, Func<string, bool> condition) => matrix.Requirements.Count(requirement => condition(requirement.Id));

    private static void WriteRequirement(StringBuilder page, Requirement requirement, IEnumerable<Evidence> tests, bool isPending)
    {
        var section = char.IsAsciiDigit(requirement.Section[0]) ? $"RFC {requirement.Section}" : requirement.Section;
        page.Append($"\n**{requirement.Id}** {Escape(requirement.Words)} *{requirement.Level}, {Escape(section)}*\n");
        if (requirement.Reason is { } reason)
            page.Append($"- Not here: {Escape(reason)}\n");
        if (isPending)
            page.Append("- Not yet.\n");
        foreach (var file in tests.GroupBy(test => test.File))
            page.Append($"- [{Path.GetFileName(file.Key)}](../{file.Key}): {string.Join(" · ", file.Select(test => Escape(test.Title)).Distinct())}\n");
    }

    private static string Escape(string text) => Special.Replace(text, @"\$0");

    [GeneratedRegex(@"[\\`*_\[\]<>|]")]
    private static partial Regex Special { get; }
}
