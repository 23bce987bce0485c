using System.Globalization;
using System.Text.Json;
using Rollcall.Bench.Figures;

namespace Rollcall.Bench.Results;

/// <summary>Tells the outcomes: a Markdown table for people, JSON for programs.</summary>
internal sealed class Report(DateTimeOffset at, bool isQuick)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly List<(Figure Figure, Outcome Outcome)> _rows = [];

    public void Add(Figure figure, Outcome outcome) => _rows.Add((figure, outcome));

    public void WriteMarkdown(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Measured {at:yyyy-MM-dd} on {Machine.This}{(isQuick ? "; a quick look" : "")}."));
        output.WriteLine();
        output.WriteLine("| figure | bar | measured: median (range) | |");
        output.WriteLine("|---|---|---|---|");
        foreach (var (figure, outcome) in _rows)
            output.WriteLine($"| {figure.Title} | {figure.Bar} | {outcome.Measured} | {(outcome.IsMet ? "met" : "**short of the bar**")} |");
    }

    public void WriteJson(string file) => File.WriteAllText(file, JsonSerializer.Serialize(
        new
        {
            at,
            quick = isQuick,
            machine = Machine.This,
            figures = _rows.Select(row => new
            {
                row.Figure.Name,
                row.Figure.Title,
                row.Figure.Bar,
                row.Outcome.IsMet,
                row.Outcome.Measured,
                values = row.Outcome.Values.ToDictionary(value => value.Key, value => new { value.Value.Median, value.Value.Least, value.Value.Most, all = value.Value.Values }),
            }),
        },
        Indented));
}
