using System.Globalization;
using System.Text.Json;
using Rollcall.Web;

namespace Rollcall.Commands;

/// <summary><c>rollcall audit</c>: who did what, who was refused, who read.</summary>
internal static class AuditCommand
{
    private const int DefaultCount = 100;
    private const int LargestCount = 1_000_000;
    private const int LongestWhat = 70;

    private static readonly Column[] Columns =
    [
        new("TIME", row => Output.Time(row.Text("at"))),
        new("OUTCOME", Outcome),
        Column.Of("CODE", "code"),
        new("ACTOR", Actor),
        new("RESOURCE", Resource),
        new("REVISION", Revision),
        new("WHAT", What),
        new("REQUEST", row => row.Member("actor")?.Text("requestId")),
    ];

    /// <summary>The verb.</summary>
    public static Verb Create(Server server)
    {
        var since = OptionOf.PastTime("--since", "Not before this time, also as how long ago: 1h, 2d.");
        var until = OptionOf.PastTime("--until", "Before this time.");
        var integration = OptionOf.Text("--integration", "NAME", "What this integration did, and what was done to what belongs to it.");
        var code = OptionOf.Text("--code", "CODE", "What was done, or how its code begins: group.patch, user.");
        var outcome = OptionOf.Choice("--outcome", "What came of it.", "done", "unchanged", "refused", "failed", "read");
        var resource = OptionOf.Text("--resource", "NAME", "What it was done to: a list, a user or an integration, by name or id.");
        var request = OptionOf.Text("--request", "ID", "One request, by the X-Request-Id of its answer.");
        var count = OptionOf.Number("--count", $"How many rows at most, the newest first. Default: {DefaultCount}.", 1, LargestCount);
        var verb = new Verb("audit", "Shows the audit log: every change and every refusal, and reads by the minute.")
            .With(since, until, integration, code, outcome, resource, request, count)
            .WithExamples(
                "rollcall audit --since 1h --outcome refused",
                "rollcall audit --resource payroll --count 10",
                "rollcall audit --request 01993b0c-7a51-7c3e-9d40-8f1f8a2d6b11 --output json");
        return server.Verb(verb, call =>
        {
            var path = ApiPath.Of("audit").With(
                ("since", call.Get(since)), ("until", call.Get(until)), ("integration", call.Get(integration)), ("code", call.Get(code)),
                ("outcome", call.Get(outcome)), ("resource", call.Get(resource)), ("requestId", call.Get(request)));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.Get(count) ?? DefaultCount, call.CancellationToken), "rows", Columns);
        });
    }

    private static string? Outcome(JsonElement row) =>
        row.Text("outcome") is "refused" or "failed" && row.Member("request")?.Text("status") is { } status ? $"{row.Text("outcome")} {status}" : row.Text("outcome");

    private static string? Actor(JsonElement row)
    {
        var actor = row.Member("actor") ?? default;
        return actor.Text("integration") ?? actor.Text("user") ?? (actor.Text("address") is { } address ? $"unknown at {address}" : null);
    }

    private static string? Resource(JsonElement row) =>
        row.Member("resource") is { } resource ? $"{resource.Text("kind")} {resource.Text("name") ?? resource.Text("id")}".TrimEnd() : null;

    private static string? Revision(JsonElement row) => (row.Text("revisionBefore"), row.Text("revisionAfter")) switch
    {
        (null, null) => null,
        (null, var made) => made,
        (var left, null) => left,
        var (before, after) => before == after ? after : $"{before} -> {after}",
    };

    private static string? What(JsonElement row)
    {
        var operations = row.Member("operations") ?? default;
        string?[] parts =
        [
            operations.Member("added") is not null ? $"+{operations.Text("added")} -{operations.Text("removed")} members" : null,
            operations.Text("member"),
            operations.Member("changed") is { ValueKind: JsonValueKind.Array } changed ? $"changed {string.Join(", ", changed.EnumerateArray())}" : null,
            operations.Text("renamedFrom") is { } title ? $"renamed from {title}" : null,
            operations.Member("undid") is { ValueKind: JsonValueKind.Array } undid ? $"undid {string.Join(", ", undid.EnumerateArray().Select(change => $"revision {change.Text("revision")}"))}" : null,
            operations.Text("count") is { } count ? string.Create(CultureInfo.InvariantCulture, $"{count} {(count is "1" ? "time" : "times")}") : null,
            Versions(row) ?? operations.Text("detail"),
        ];
        var what = string.Join("; ", parts.Where(part => !string.IsNullOrEmpty(part)));
        return what.Length == 0 ? null : what.Truncate(LongestWhat);
    }

    // What a 412 is about is said in fewer words.
    private static string? Versions(JsonElement row) =>
        row.Member("request") is { } request && request.Text("status") is "412" ? $"made for {request.Text("versionGiven") ?? "another version"}, found {request.Text("versionFound")}" : null;
}
