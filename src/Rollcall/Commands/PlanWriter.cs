using System.Globalization;
using System.Text.Json;

namespace Rollcall.Commands;

/// <summary>Writes what an apply did, or would do: each list to which something happens with what changes, then the totals.</summary>
internal sealed class PlanWriter(TextWriter output, bool hasColours)
{
    private const int LongestValue = 60;

    /// <summary>Writes the answer of the API.</summary>
    public void Write(JsonElement plan)
    {
        var any = false;
        foreach (var list in Items(plan, "lists"))
        {
            if (list.Text("action") is "unchanged")
                continue;
            any = true;
            WriteList(list);
        }
        if (any)
            output.WriteLine();
        WriteTotals(plan);
    }

    private void WriteList(JsonElement list)
    {
        var about = new[] { list.Text("type"), list.Text("integration"), list.Text("action") is "delete" ? Count(list.Member("members")?.Text("removed") ?? "0", "member") : null };
        var told = string.Join(", ", about.Where(word => !string.IsNullOrEmpty(word)));
        Line("", list, $"{list.Text("name")}{(told.Length > 0 ? $" ({told})" : "")}");
        foreach (var field in Items(list, "fields"))
            output.WriteLine($"    {Shell.Printable($"{field.Text("field")}: {Change(field)}")}");
        foreach (var member in Items(list.Member("members") ?? default, "changes"))
        {
            var changes = string.Join(", ", Items(member, "fields").Select(field => $"{field.Text("field")?.Replace("spec.", "", StringComparison.Ordinal)} {Change(field)}"));
            Line("    ", member, $"{member.Text("name")}{(member.Text("kind") is "list" ? " (list)" : "")}{(changes.Length > 0 ? $": {changes}" : "")}");
        }
    }

    private void Line(string indent, JsonElement item, string text)
    {
        var (sign, colour) = item.Text("action") switch
        {
            "create" => ("+", "\e[32m"),
            "delete" => ("-", "\e[31m"),
            _ => ("~", "\e[33m"),
        };
        var line = $"{sign} {Shell.Printable(text)}";
        output.WriteLine(hasColours ? $"{indent}{colour}{line}\e[0m" : indent + line);
    }

    private void WriteTotals(JsonElement plan)
    {
        var isDry = plan.Text("dryRun") is "true";
        var summary = plan.Member("summary") ?? default;
        var members = summary.Member("members") ?? default;
        if (isDry)
            output.WriteLine("Dry run: nothing was changed.");
        DetailsWriter.Write(output,
        [
            ("Lists", Total(summary, ("created", isDry ? "to create" : "created"), ("updated", isDry ? "to update" : "updated"), ("deleted", isDry ? "to delete" : "deleted"), ("unchanged", "unchanged"))),
            ("Members", Total(members,
                ("added", isDry ? "to add" : "added"), ("changed", isDry ? "to change" : "changed"), ("removed", isDry ? "to remove" : "removed"), ("unchanged", "unchanged"),
                ("kept", "kept that no document names"), ("skipped", "passed over: lists of type scim are their integrations' to fill"))),
        ]);
    }

    private static string Total(JsonElement counts, params (string Key, string Words)[] words)
    {
        var told = words.Where(word => counts.Text(word.Key) is { } count and not "0").Select(word => $"{counts.Text(word.Key)} {word.Words}").ToList();
        return told.Count > 0 ? string.Join(", ", told) : "none";
    }

    /// <summary>A value before and after; of lists what comes and goes.</summary>
    private static string Change(JsonElement field)
    {
        var (from, to) = (field.Member("from"), field.Member("to"));
        if (from?.ValueKind is not JsonValueKind.Array && to?.ValueKind is not JsonValueKind.Array)
            return $"{Value(from)} → {Value(to)}";
        var before = Elements(from);
        var after = Elements(to);
        var changes = after.Except(before).Select(item => $"+ {item}").Concat(before.Except(after).Select(item => $"- {item}")).ToList();
        return changes.Count > 0 ? string.Join(", ", changes) : "in another order";
    }

    private static string Value(JsonElement? value) => value switch
    {
        null => "none",
        { ValueKind: JsonValueKind.String } text => $"\"{Rollcall.Web.ShortText.Truncate(text.GetString()!, LongestValue)}\"",
        _ => value.Value.GetRawText(),
    };

    private static List<string> Elements(JsonElement? value) => value is not { ValueKind: JsonValueKind.Array } array ? [] :
    [
        .. array.EnumerateArray().Select(item => item.ValueKind is JsonValueKind.Object
            ? $"{item.Text("name")}{(item.Text("membership_kind") is null ? "" : " (list)")}{(item.Text("description") is { } about ? $": {about}" : "")}"
            : item.ToString()),
    ];

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        parent.Member(name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    private static string Count(string count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count is "1" ? "" : "s")}");
}
