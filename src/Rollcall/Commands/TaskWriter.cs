using System.Globalization;
using System.Text.Json;

namespace Rollcall.Commands;

/// <summary>Tells of a task, for people.</summary>
internal static class TaskWriter
{
    /// <summary>How it stands, what it counted, and what somebody should see to.</summary>
    public static void Write(TextWriter output, JsonElement task)
    {
        output.WriteLine($"Task {task.Text("id")}, {What(task)} of {Shell.Printable(task.Text("application") ?? "-")}: {task.Text("state")}.");
        if (task.Text("message") is { } message)
            output.WriteLine(Shell.Printable(message));
        output.WriteLine($"{Number(task, "read")} read: {Number(task, "created")} created, {Number(task, "updated")} updated, {Number(task, "unchanged")} unchanged, {Number(task, "removed")} removed.");
        if (task.Member("problems") is not { ValueKind: JsonValueKind.Array } problems)
            return;
        foreach (var problem in problems.EnumerateArray())
        {
            output.WriteLine();
            output.WriteLine(Shell.Printable(problem.Text("reason") ?? ""));
            output.WriteLine($"  {Shell.Printable(problem.Text("advice") ?? "")}");
            if (Examples(problem) is { Length: > 0 } examples)
                output.WriteLine($"  {examples}");
        }
    }

    /// <summary>How far it has come, in a line.</summary>
    public static string Progress(JsonElement task)
    {
        if (task.Text("state") is not "running")
            return $"Task {task.Text("id")} is {task.Text("state")}";
        var of = task.Text("expected") is null ? "" : $" of {Number(task, "expected")}";
        var left = task.Text("remainingSeconds") is { } seconds ? $", {Duration(seconds)} left" : "";
        return $"{Number(task, "read")}{of} {What(task)} read{left}{(task.Text("message") is { } message ? $". {Shell.Printable(message)}" : "")}";
    }

    /// <summary>What the task reads.</summary>
    public static string What(JsonElement task) => task.Text("kind") switch { "aggregateGroups" => "groups", "aggregateAccounts" => "accounts", var other => other ?? "-" };

    private static string Examples(JsonElement problem)
    {
        if (problem.Member("examples") is not { ValueKind: JsonValueKind.Array } examples || examples.GetArrayLength() == 0)
            return "";
        var more = long.TryParse(problem.Text("count"), CultureInfo.InvariantCulture, out var count) && count > examples.GetArrayLength() ? ", …" : "";
        return $"Met {Number(problem, "count")} times: {string.Join(", ", examples.EnumerateArray().Select(example => Shell.Printable(example.GetString() ?? "")))}{more}";
    }

    private static string Number(JsonElement element, string member) =>
        long.TryParse(element.Text(member), CultureInfo.InvariantCulture, out var number) ? number.ToString("N0", CultureInfo.InvariantCulture) : "-";

    private static string Duration(string seconds) => long.TryParse(seconds, CultureInfo.InvariantCulture, out var number) && number >= 120 ? $"{number / 60} min" : $"{seconds} s";
}
