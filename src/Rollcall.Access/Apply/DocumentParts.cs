namespace Rollcall.Access.Apply;

/// <summary>
/// Cuts a file where its documents begin, without looking at what is in them. No text within a document can look like the mark
/// (YAML 1.2 §9.1.2). Directives and marks of an end concern more than one part: a file that has them stays whole.
/// </summary>
internal static class DocumentParts
{
    /// <summary>The parts in order, each with the number of its first line, from 1.</summary>
    public static IEnumerable<(ReadOnlyMemory<char> Text, int Line)> Of(string file)
    {
        var (begin, beginLine, line) = (0, 1, 1);
        for (var end = IsWhole(file) ? -1 : file.IndexOf('\n', StringComparison.Ordinal); end >= 0; end = file.IndexOf('\n', end + 1))
        {
            line++;
            if (!IsMark(file.AsSpan(end + 1)))
                continue;
            yield return (file.AsMemory(begin, end + 1 - begin), beginLine);
            (begin, beginLine) = (end + 1, line);
        }
        yield return (file.AsMemory(begin), beginLine);
    }

    // A line that begins with a percent sign or with dots and is neither is rare enough to be taken for one.
    private static bool IsWhole(string file) => ((IEnumerable<string>)["%", "..."]).Any(mark =>
        file.StartsWith(mark, StringComparison.Ordinal) || file.Contains($"\n{mark}", StringComparison.Ordinal));

    private static bool IsMark(ReadOnlySpan<char> line) => line.StartsWith("---", StringComparison.Ordinal) && (line.Length == 3 || char.IsWhiteSpace(line[3]));
}
