using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rollcall.Tests.Conformance;

/// <summary>A test that proves a requirement.</summary>
/// <param name="Requirement">The requirement's id.</param>
/// <param name="File">The file, relative to the root of the repository.</param>
/// <param name="Title">What the row or the method is about.</param>
internal sealed partial record Evidence(string Requirement, string File, string Title)
{
    /// <summary>
    /// All tests that name a requirement: rows of JSON by their <c>id</c>, methods by <c>[Trait("req", …)]</c> or by the
    /// beginning of their name, <c>S_161_…</c>.
    /// </summary>
    public static IReadOnlyList<Evidence> Collect() =>
    [
        .. Files("*.json").SelectMany(file => OfRows(JsonNode.Parse(System.IO.File.ReadAllBytes(Full(file)), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip }), file)),
        .. Files("*.cs").SelectMany(file => OfMethods(System.IO.File.ReadAllLines(Full(file)), file)),
    ];

    private static IEnumerable<Evidence> OfRows(JsonNode? node, string file) => node switch
    {
        JsonArray elements => elements.SelectMany(element => OfRows(element, file)),
        JsonObject members => OfRow(members, file).Concat(members.SelectMany(member => OfRows(member.Value, file))),
        _ => [],
    };

    private static IEnumerable<Evidence> OfRow(JsonObject members, string file)
    {
        if (members["id"] is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
            return [];
        var id = value.GetValue<string>();
        var title = LeadingIds.Replace(id, "");
        return Id.Matches(id).Select(match => new Evidence(match.Value, file, title.Length == 0 ? id : title));
    }

    private static IEnumerable<Evidence> OfMethods(IEnumerable<string> lines, string file)
    {
        var traits = new List<string>();
        foreach (var line in lines)
        {
            if (line.AsSpan().TrimStart().StartsWith('['))
                traits.AddRange(Trait.Matches(line).Select(match => match.Groups[1].Value));
            if (Declaration.Match(line) is not { Success: true } declaration)
                continue;
            var name = declaration.Groups[1].Value;
            for (var match = IdInName.Match(name); match.Success; match = IdInName.Match(name))
            {
                traits.Add($"{match.Groups[1].Value}-{match.Groups[2].Value}");
                name = name[match.Length..];
            }
            foreach (var id in traits)
                yield return new Evidence(id, file, name.Replace('_', ' '));
            traits.Clear();
        }
    }

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("tests/conformance/", StringComparison.Ordinal) && !file.Contains("/node_modules/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static string Full(string file) => Path.Combine(Repository.Root, file);

    [GeneratedRegex(@"\b[SCO]-\d{3}\b")]
    private static partial Regex Id { get; }

    [GeneratedRegex(@"^([SCO]-\d{3}[,;: ]*)+")]
    private static partial Regex LeadingIds { get; }

    [GeneratedRegex("""\bTrait\("req", "([^"]+)"\)""")]
    private static partial Regex Trait { get; }

    [GeneratedRegex(@"^\s*public\s.*?\b(\w+)\(")]
    private static partial Regex Declaration { get; }

    [GeneratedRegex(@"^([SCO])_?(\d{3})_")]
    private static partial Regex IdInName { get; }
}
