using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rollcall;

/// <summary>
/// Writes every member of an answer as a line of label and value, in the order of the API, so that a member
/// that is added to the API shows up here by itself. Members without a value are left out.
/// </summary>
internal static partial class DetailsWriter
{
    /// <summary>Writes the document, its labels aligned.</summary>
    public static void Write(TextWriter output, JsonElement body) => Write(output, Lines("", body));

    /// <summary>Writes labelled values; a value of several lines continues below itself.</summary>
    public static void Write(TextWriter output, IEnumerable<(string Label, string Value)> lines)
    {
        var all = lines.ToList();
        var width = all.Count is 0 ? 0 : all.Max(line => TableWriter.Width(line.Label));
        var previous = "";
        foreach (var (label, value) in all)
        {
            output.WriteLine($"{(label == previous ? "" : label).PadRight(width)}  {value}");
            previous = label;
        }
    }

    private static IEnumerable<(string Label, string Value)> Lines(string label, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when label.EndsWith("raits", StringComparison.Ordinal):
                return value.EnumerateObject().Select(trait => (label, $"{Shell.Printable(trait.Name)}={Inline(trait.Value)}"));
            case JsonValueKind.Object:
                return value.EnumerateObject().SelectMany(member => Lines(Label(label, member.Name), member.Value));
            case JsonValueKind.Array when value.EnumerateArray().Any(element => element.ValueKind is JsonValueKind.Object):
                return value.EnumerateArray().Select(element => (label, Inline(element)));
            default:
                return Inline(value) is { Length: > 0 } text ? [(label, text)] : [];
        }
    }

    private static string Inline(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object when value.Text("kind") is { } kind && value.Text("name") is { } name =>
                Shell.Printable($"{name} ({kind}{(value.Text("ineligibleStatus") is { } status and not "ELIGIBLE" ? $", {status}" : "")}){(value.Text("description") is { Length: > 0 } about ? $": {about}" : "")}"),
            JsonValueKind.Object => string.Join(", ", value.EnumerateObject()
                .Where(member => member.Value.ValueKind is not JsonValueKind.Null)
                .Select(member => $"{Words(member.Name)} {Inline(member.Value)}")),
            JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Inline)),
            JsonValueKind.String => Shell.Printable(Output.Time(value.GetString()) ?? ""),
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            JsonValueKind.Null => "",
            _ => value.GetRawText(),
        };

    private static string Label(string parent, string name)
    {
        var words = Words(name);
        return parent.Length > 0 ? $"{parent} {words}" : words.Length > 0 ? char.ToUpperInvariant(words[0]) + words[1..] : words;
    }

    /// <summary>"dayOfMonth" as "day of month", "scimBaseUrl" as "SCIM base URL".</summary>
    private static string Words(string name) =>
        string.Join(' ', CapitalisedWord().Replace(Shell.Printable(name), " $0").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.ToLowerInvariant())
            .Select(word => word is "id" or "url" or "scim" ? word.ToUpperInvariant() : word));

    [GeneratedRegex("[A-Z]")]
    private static partial Regex CapitalisedWord();
}
