using System.Globalization;

namespace Rollcall;

/// <summary>
/// Writes aligned columns. Widths come from the first rows given, so that a table of many pages can be
/// written page by page; a later cell that is wider pushes the rest of its line to the right.
/// </summary>
internal sealed class TableWriter(TextWriter output, IReadOnlyList<string> headers)
{
    private const string Gap = "  ";
    private int[]? _widths;

    /// <summary>Writes rows, and before the first ones the headers.</summary>
    public void Write(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (_widths is null)
        {
            _widths = [.. headers.Select((header, column) => rows.Select(row => Width(row[column])).Append(Width(header)).Max())];
            WriteRow(headers, _widths);
        }

        foreach (var row in rows)
            WriteRow(row, _widths);
    }

    /// <summary>How many characters a person sees: one for each text element.</summary>
    public static int Width(string text) => new StringInfo(text).LengthInTextElements;

    private void WriteRow(IReadOnlyList<string> cells, int[] widths)
    {
        var line = string.Join(Gap, cells.Select((cell, column) => cell + new string(' ', Math.Max(0, widths[column] - Width(cell)))));
        output.WriteLine(line.TrimEnd());
    }
}
