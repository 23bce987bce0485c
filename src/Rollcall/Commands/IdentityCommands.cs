using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall identities …</c>: the organisation's people.</summary>
internal static class IdentityCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("ID", "id"),
        Column.Of("NAME", "displayName"),
        Column.Of("EMAIL", "email"),
        Column.Of("MANAGER", "manager"),
        new("STATE", identity => identity.Text("active") is "false" ? "inactive" : "active"),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("identities", "Shows the organisation's people, and takes them in from files.").With(
            ImportVerb(server),
            ListVerb(server),
            ShowVerb(server),
            UpdateVerb(server),
            DeleteVerb(server));

    private static Argument<string> Id() => new("ID") { Description = "The identity's id." };

    private static Verb ImportVerb(Server server)
    {
        var file = new Argument<string>("FILE") { Description = "A CSV file whose header names the columns id and email, if need be givenName, familyName, manager (an id) and active, and further attributes; or *.json, an array of objects. - for CSV on standard input." };
        var dryRun = OptionOf.Switch("--dry-run", "Show what would be done and do nothing.");
        var verb = new Verb("import", "Makes and changes identities by a file. Good rows go in, bad ones are listed with the reason. Who is not in the file stays; \"false\" in the column active makes a leaver.")
            .With(file, dryRun)
            .WithExamples("rollcall identities import people.csv --dry-run", "rollcall identities import people.csv");
        return server.Verb(verb, async call =>
        {
            await using var content = ImportFile.Open(call[file], call.Shell);
            var isJson = ImportFile.IsJson(call[file]);
            var path = ApiPath.Of("identities", "import").With(("dryRun", call.Get(dryRun) is true ? "true" : null));
            var answer = await call.Api.PostAsync(path, content, ImportFile.MediaType(call[file]), call.CancellationToken);
            call.Output.Answer(answer.Body, output => WriteResult(output, answer.Body, isJson));
        });
    }

    private static void WriteResult(TextWriter output, JsonElement result, bool isJson)
    {
        var would = result.Text("dryRun") is "true" ? "would be " : "";
        output.WriteLine($"{result.Text("read")} rows read: {result.Text("created")} {would}created, {result.Text("updated")} {would}updated, {result.Text("unchanged")} unchanged, {result.Text("left")} left out.");
        if (result.Member("problems") is not { ValueKind: JsonValueKind.Array } problems || problems.GetArrayLength() == 0)
            return;
        output.WriteLine();
        new TableWriter(output, [isJson ? "ELEMENT" : "LINE", "REASON"])
            .Write([.. problems.EnumerateArray().Select(problem => (string[])[Output.Cell(problem.Text("line")), Output.Cell(problem.Text("reason"))])]);
    }

    private static Verb ListVerb(Server server)
    {
        var search = OptionOf.Text("--search", "TEXT", "Only those whose id, e-mail address or name contains this; case does not matter.");
        var active = OptionOf.Switch("--active", "Only those in service, or with false only those who are not.");
        var manager = OptionOf.Text("--manager", "ID", "Only those of this manager.");
        var verb = new Verb("list", "Lists identities.")
            .With(search, active, manager)
            .WithExamples("rollcall identities list --search smith --active");
        return server.Verb(verb, call =>
        {
            var path = ApiPath.Of("identities").With(
                ("search", call.Get(search)), ("active", call.Get(active) switch { true => "true", false => "false", null => null }), ("manager", call.Get(manager)));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.CancellationToken), "identities", Columns);
        });
    }

    private static Verb ShowVerb(Server server)
    {
        var id = new Argument<string>("ID") { Description = "The identity's id or e-mail address." };
        return server.Verb(new Verb("show", "Shows an identity with its accounts and entitlements.").With(id), async call =>
        {
            var identity = (await call.Api.GetAsync(ApiPath.Of("identities", call[id]), call.CancellationToken)).Body;
            call.Output.Answer(identity, output => WriteDetails(output, identity));
        });
    }

    private static void WriteDetails(TextWriter output, JsonElement identity)
    {
        var own = new JsonObject();
        foreach (var member in identity.EnumerateObject().Where(member => member.Name is not ("accounts" or "entitlements")))
            own[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        DetailsWriter.Write(output, JsonSerializer.SerializeToElement(own));
        WriteTable(output, identity, "accounts", "Accounts", [Column.Of("ID", "id"), Column.Of("APPLICATION", "application"), Column.Of("USER NAME", "userName"),
            new("STATE", account => account.Text("active") is "false" ? "inactive" : "active")]);
        WriteTable(output, identity, "entitlements", "Entitlements", [Column.Of("ID", "id"), Column.Of("APPLICATION", "application"), Column.Of("TITLE", "title"),
            new("HELD", Has("held")), new("ASSIGNED", Has("assigned")), new("UNTIL", entitlement => Output.Time(entitlement.Text("untilAt")))]);
    }

    private static Func<JsonElement, string> Has(string member) => entitlement => entitlement.Text(member) is "true" ? "yes" : "no";

    private static void WriteTable(TextWriter output, JsonElement body, string member, string title, Column[] columns)
    {
        if (body.Member(member) is not { ValueKind: JsonValueKind.Array } items || items.GetArrayLength() == 0)
            return;
        output.WriteLine();
        output.WriteLine($"{title}:");
        new TableWriter(output, [.. columns.Select(column => column.Header)])
            .Write([.. items.EnumerateArray().Select(item => (string[])[.. columns.Select(column => Output.Cell(column.Cell(item)))])]);
    }

    private static Verb UpdateVerb(Server server)
    {
        var id = Id();
        var email = OptionOf.Text("--email", "ADDRESS", "The e-mail address.");
        var givenName = OptionOf.Text("--given-name", "NAME", "The given name.");
        var familyName = OptionOf.Text("--family-name", "NAME", "The family name.");
        var manager = OptionOf.Text("--manager", "ID", "The manager's id.");
        var active = OptionOf.Switch("--active", "Whether the person is in service; false makes a leaver.");
        var attributes = OptionOf.Traits("--attribute", "A further attribute; an empty value takes it away.");
        Option[] all = [email, givenName, familyName, manager, active, attributes];
        var verb = new Verb("update", "Replaces each field of an identity that is given; all else stays. An empty value clears a field: --manager \"\".")
            .With([id, .. all])
            .Needs(command => all.Any(option => Server.IsGiven(command, option)), "Give the fields that are to be replaced.")
            .WithExamples("rollcall identities update 1042 --active false");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject();
            foreach (var (member, option) in new[] { ("email", email), ("givenName", givenName), ("familyName", familyName), ("manager", manager) })
            {
                if (call.Get(option) is { } value)
                    body[member] = value.Length == 0 ? null : value;
            }
            if (call.Get(active) is { } inService)
                body["active"] = inService;
            if (call.Get(attributes) is { Length: > 0 } given)
                body["attributes"] = new JsonObject(given.Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1].Length == 0 ? null : (JsonNode?)pair[1])));
            call.Output.Details((await call.Api.PatchAsync(ApiPath.Of("identities", call[id]), body, null, call.CancellationToken)).Body);
        });
    }

    private static Verb DeleteVerb(Server server)
    {
        var id = Id();
        return server.Verb(new Verb("delete", "Deletes an identity that nothing refers to. Who has left is made inactive instead.").With(id), async call =>
        {
            await call.Api.DeleteAsync(ApiPath.Of("identities", call[id]), call.CancellationToken);
            call.Output.Done($"Identity \"{call[id]}\" is deleted.");
        });
    }
}
