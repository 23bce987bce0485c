using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall catalog …</c>: the entitlements that can be asked for.</summary>
internal static class CatalogCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("ID", "id"),
        Column.Of("APPLICATION", "application"),
        Column.Of("TITLE", "title"),
        Column.Of("NAME", "displayName"),
        Column.Of("OWNER", "owner"),
        new("REQUESTABLE", entry => entry.Text("requestable") is "true" ? "yes" : "no"),
        Column.Of("MEMBERS", "memberCount"),
        new("REFRESHED", entry => Output.Time(entry.Text("refreshedAt"))),
    ];

    private static readonly Column[] MemberColumns =
    [
        Column.Of("ACCOUNT", "account"),
        Column.Of("USER NAME", "userName"),
        new("STATE", member => member.Text("active") is "false" ? "inactive" : "active"),
        Column.Of("IDENTITY", "identity"),
        new("ASSIGNED", member => member.Text("assigned") is "true" ? "yes" : "no"),
        new("UNTIL", member => Output.Time(member.Text("endsAt"))),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("catalog", "Shows the entitlements of applications, and says what people see of them.").With(
            ListVerb(server), ShowVerb(server), SetVerb(server), ExportVerb(server), ImportVerb(server));

    private static Argument<string> Entry() => new("ENTITLEMENT") { Description = "The entitlement: its number, or its title." };

    private static Option<string> Of() => OptionOf.Text("--app", "NAME", "The application, where a title stands in several.");

    private static Verb ListVerb(Server server)
    {
        var application = OptionOf.Text("--app", "NAME", "Only entitlements of this application.");
        var search = OptionOf.Text("--search", "TEXT", "Only those whose title, name, description, roles or traits contain this; case does not matter.");
        var owner = OptionOf.Text("--owner", "IDENTITY", "Only those that an identity owns, by its id or e-mail address.");
        var requestable = OptionOf.Switch("--requestable", "Only those that can be asked for, or with false only those that can't.");
        var gone = new Option<bool>("--gone") { Description = "Those that are no longer on their server, instead of those that are." };
        var verb = new Verb("list", "Lists the catalog.")
            .With(application, search, owner, requestable, gone)
            .WithExamples("rollcall catalog list --app crm --search payroll");
        return server.Verb(verb, call =>
        {
            var path = ApiPath.Of("entitlements").With(
                ("application", call.Get(application)), ("search", call.Get(search)), ("owner", call.Get(owner)),
                ("requestable", call.Get(requestable) switch { true => "true", false => "false", null => null }), ("gone", call.Get(gone) ? "true" : null));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.CancellationToken), "entitlements", Columns);
        });
    }

    private static Verb ShowVerb(Server server)
    {
        var (entry, application) = (Entry(), Of());
        var members = new Option<bool>("--members") { Description = "List the accounts that hold it instead." };
        var verb = new Verb("show", "Shows an entitlement, or the accounts that hold it.")
            .With(entry, application, members)
            .WithExamples("rollcall catalog show Payroll --app crm", "rollcall catalog show 12 --members");
        return server.Verb(verb, async call =>
        {
            var id = await IdAsync(call, entry, application);
            if (call.Get(members))
                await call.Output.ListAsync(call.Api.PagesAsync(ApiPath.Of("entitlements", id, "members"), call.CancellationToken), "members", MemberColumns);
            else
                call.Output.Details((await call.Api.GetAsync(ApiPath.Of("entitlements", id), call.CancellationToken)).Body);
        });
    }

    private static Verb SetVerb(Server server)
    {
        var (entry, application) = (Entry(), Of());
        var name = OptionOf.Text("--display-name", "NAME", "What people see; its title if empty.");
        var description = OptionOf.Text("--description", "TEXT", "What it is; what its server says if empty.");
        var owner = OptionOf.Text("--owner", "IDENTITY", "The identity that owns it and approves requests, by id or e-mail address.");
        var requestable = OptionOf.Switch("--requestable", "Whether it can be asked for.");
        Option[] all = [name, description, owner, requestable];
        var verb = new Verb("set", "Replaces each field of an entitlement that is given; all else stays. An empty value clears a field: --owner \"\".")
            .With([entry, application, .. all])
            .Needs(command => all.Any(option => Server.IsGiven(command, option)), "Give the fields that are to be replaced.")
            .WithExamples("rollcall catalog set Payroll --app crm --owner ada@example.com --description \"Pay slips of the last year\"");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject();
            foreach (var (member, option) in new[] { ("displayName", name), ("description", description), ("owner", owner) })
            {
                if (call.Get(option) is { } value)
                    body[member] = value.Length == 0 ? null : value;
            }
            if (call.Get(requestable) is { } canBeAskedFor)
                body["requestable"] = canBeAskedFor;
            var id = await IdAsync(call, entry, application);
            call.Output.Details((await call.Api.PatchAsync(ApiPath.Of("entitlements", id), body, null, call.CancellationToken)).Body);
        });
    }

    private static Verb ExportVerb(Server server)
    {
        var application = OptionOf.Text("--app", "NAME", "Only entitlements of this application.");
        var format = OptionOf.Choice("--format", "The format. Default: csv.", "csv", "json");
        var verb = new Verb("export", "Prints the catalog as a file that \"rollcall catalog import\" takes.")
            .With(application, format)
            .WithExamples("rollcall catalog export --app crm --format csv");
        return server.Verb(verb, call =>
        {
            var wanted = call.Get(format) ?? (call.Output.IsJson ? "json" : "csv");
            return call.Api.CopyAsync(ApiPath.Of("entitlements", "export").With(("application", call.Get(application)), ("format", wanted)), call.Shell.Output, call.CancellationToken);
        });
    }

    private static Verb ImportVerb(Server server)
    {
        var file = new Argument<string>("FILE") { Description = "A CSV file whose header names the columns scimId or title, and of application, displayName, description, owner and requestable those that are to be set; or *.json, an array of objects. - for CSV on standard input." };
        var application = OptionOf.Text("--app", "NAME", "The application of rows that name none.");
        var verb = new Verb("import", "Sets entries of the catalog by a file. Good rows go in, bad ones are listed with the reason. What is not in the file stays.")
            .With(file, application)
            .WithExamples("rollcall catalog import catalog.csv --app crm");
        return server.Verb(verb, async call =>
        {
            await using var content = ImportFile.Open(call[file], call.Shell);
            var path = ApiPath.Of("entitlements", "import").With(("application", call.Get(application)));
            var answer = (await call.Api.PostAsync(path, content, ImportFile.MediaType(call[file]), call.CancellationToken)).Body;
            call.Output.Answer(answer, output => WriteImport(output, answer, ImportFile.IsJson(call[file])));
        });
    }

    private static void WriteImport(TextWriter output, JsonElement result, bool isJson)
    {
        output.WriteLine($"{result.Text("read")} rows read: {result.Text("updated")} updated, {result.Text("unchanged")} unchanged, {result.Text("left")} left out.");
        if (result.Member("problems") is not { ValueKind: JsonValueKind.Array } problems || problems.GetArrayLength() == 0)
            return;
        output.WriteLine();
        new TableWriter(output, [isJson ? "ELEMENT" : "LINE", "REASON"])
            .Write([.. problems.EnumerateArray().Select(problem => (string[])[Output.Cell(problem.Text("line")), Output.Cell(problem.Text("reason"))])]);
    }

    /// <summary>The number of an entitlement that is named by it, or by its title.</summary>
    private static async Task<string> IdAsync(Call call, Argument<string> entry, Option<string> application)
    {
        var name = call[entry];
        if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return name;
        var path = ApiPath.Of("entitlements").With(("title", name), ("application", call.Get(application)));
        var found = new List<JsonElement>();
        await foreach (var page in call.Api.PagesAsync(path, most: 10, call.CancellationToken))
            found.AddRange(page);
        return found switch
        {
            [var one] => one.Text("id") ?? "",
            [] => throw CommandFailure.Refused($"No entitlement is titled \"{Shell.Echo(name)}\"."),
            _ => throw CommandFailure.Refused($"Several entitlements are titled \"{Shell.Echo(name)}\": {string.Join(", ", found.Select(other => $"{other.Text("id")} of {Shell.Printable(other.Text("application") ?? "-")}"))}. Give the number, or --app."),
        };
    }
}
