using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary>The verbs of <c>rollcall apps</c> that try an application: its connection, its schemas, its lists. They change nothing on its server.</summary>
internal static class AppTryCommands
{
    private const int MostPreviewed = 50;

    private static readonly Column[] Accounts =
    [
        Column.Of("ID", "id"), Column.Of("USER NAME", "userName"), Column.Of("DISPLAY NAME", "displayName"), new("STATE", user => user.Text("active") is "false" ? "inactive" : "active"),
        Column.Of("EXTERNAL ID", "externalId"), new("VERSION", Version),
    ];

    private static readonly Column[] Groups = [Column.Of("ID", "id"), Column.Of("DISPLAY NAME", "displayName"), new("VERSION", Version)];

    /// <summary><c>test</c>.</summary>
    public static Verb TestVerb(Server server)
    {
        var name = AppCommands.Name();
        var verb = new Verb("test", "Tests the connection: asks what SailPoint asks, then reads one User and one Group. Exits with 1 if a check fails.")
            .With(name)
            .WithExamples("rollcall apps test crm");
        return server.Verb(verb, async call =>
        {
            var report = (await call.Api.PostAsync(ApiPath.Of("applications", call[name], "test"), [], call.CancellationToken)).Body;
            call.Output.Answer(report, output => WriteReport(output, report));
            var checks = report.Items("checks").ToList();
            if (checks.Count(check => check.Text("ok") is not "true") is > 0 and var failed)
                throw CommandFailure.Refused(string.Create(CultureInfo.InvariantCulture, $"{failed} of {checks.Count} {(checks.Count == 1 ? "check" : "checks")} failed."));
        });
    }

    /// <summary><c>discover</c>.</summary>
    public static Verb DiscoverVerb(Server server)
    {
        var name = AppCommands.Name();
        var verb = new Verb("discover", "Discovers the attributes of accounts and groups, and tells what has changed since the last time.").With(name);
        return server.Verb(verb, async call =>
        {
            var found = (await call.Api.PostAsync(ApiPath.Of("applications", call[name], "discover"), [], call.CancellationToken)).Body;
            call.Output.Answer(found, output =>
            {
                WriteSchema(output, "Accounts", found.Member("accounts") ?? default);
                output.WriteLine();
                WriteSchema(output, "Groups", found.Member("groups") ?? default);
            });
        });
    }

    /// <summary><c>preview</c>.</summary>
    public static Verb PreviewVerb(Server server)
    {
        var name = AppCommands.Name();
        var groups = new Option<bool>("--groups") { Description = "Groups instead of accounts." };
        var count = OptionOf.Number("--count", "How many. Default: 5.", 1, MostPreviewed);
        var verb = new Verb("preview", "Reads the first accounts or groups as an aggregation would, and keeps nothing.")
            .With(name, groups, count)
            .WithExamples("rollcall apps preview crm --groups --count 10");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject { ["kind"] = call.Get(groups) ? "groups" : "accounts" };
            if (call.Get(count) is { } number)
                body["count"] = number;
            var preview = (await call.Api.PostAsync(ApiPath.Of("applications", call[name], "preview"), body, call.CancellationToken)).Body;
            call.Output.Answer(preview, output => WritePreview(output, preview, call.Get(groups)));
        });
    }

    private static void WriteReport(TextWriter output, JsonElement report)
    {
        var checks = report.Items("checks").ToList();
        new TableWriter(output, ["RESULT", "CHECK", "ANSWERED"]).Write([.. checks.Select(check => (string[])
            [check.Text("ok") is "true" ? "ok" : "FAILED", Output.Cell(check.Text("name")), Output.Cell(check.Text("answered"))])]);
        // The same advice for many checks is given once.
        foreach (var advised in checks.Where(check => check.Text("advice") is not null).GroupBy(check => check.Text("advice")))
        {
            output.WriteLine();
            foreach (var check in advised)
                output.WriteLine($"{Output.Cell(check.Text("name"))}, {Output.Cell(check.Text("asked"))}");
            output.WriteLine($"  {Output.Cell(advised.Key)}");
        }
    }

    private static void WriteSchema(TextWriter output, string title, JsonElement schema)
    {
        var (added, changed) = (schema.Texts("added").ToHashSet(), schema.Texts("changed").ToHashSet());
        var attributes = schema.Items("attributes").ToList();
        // At the first time all of it is new.
        var isFirst = added.Count == attributes.Count;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{title}: {attributes.Count} attributes"));
        new TableWriter(output, ["ATTRIBUTE", "TYPE", "FACTS", "CHANGE"]).Write([.. attributes.Select(attribute => (string[])
        [
            Output.Cell(attribute.Text("name")), Output.Cell(attribute.Text("type")), Output.Cell(string.Join(", ", Facts(attribute))),
            !isFirst && added.Contains(attribute.Text("name")!) ? "new" : changed.Contains(attribute.Text("name")!) ? "changed" : "",
        ])]);
        if (schema.Texts("removed").ToList() is { Count: > 0 } removed)
            output.WriteLine($"No longer there: {Shell.Printable(string.Join(", ", removed))}");
    }

    private static IEnumerable<string> Facts(JsonElement attribute)
    {
        foreach (var (member, word) in new[] { ("multi", "multi-valued"), ("required", "required"), ("readOnly", "read-only"), ("entitlement", "entitlement") })
        {
            if (attribute.Text(member) is "true")
                yield return word;
        }
    }

    private static void WritePreview(TextWriter output, JsonElement preview, bool isGroups)
    {
        var resources = preview.Items("resources").ToList();
        var (columns, what) = isGroups ? (Groups, "groups") : (Accounts, "accounts");
        if (resources.Count > 0)
            new TableWriter(output, [.. columns.Select(column => column.Header)]).Write([.. resources.Select(resource => (string[])[.. columns.Select(column => Output.Cell(column.Cell(resource)))])]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{resources.Count} of {preview.Text("total") ?? "an unknown number of"} {what}."));
    }

    private static string? Version(JsonElement resource) => resource.Member("meta")?.Text("version");
}
