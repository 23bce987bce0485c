using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall policies …</c>: where the values of an application's accounts come from.</summary>
internal static class PolicyCommands
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("policies", "Says which values an application's accounts get: by the Create policy when they are made, by the Update policy when their person changes.").With(
            SetVerb(server),
            ShowVerb(server),
            PreviewVerb(server));

    private static Argument<string> App() => new("APP") { Description = "The application's name." };

    private static Verb SetVerb(Server server)
    {
        var app = App();
        var create = Templates("--create", "An attribute of new accounts and its template.");
        var update = Templates("--update", "An attribute that follows the person, and its template.");
        var remove = OptionOf.Texts("--remove", "ATTRIBUTE", "An attribute to take out of both policies.");
        var verb = new Verb("set", "Sets attributes of the policies; all else stays. Templates are Liquid: {{ identity.email }}, {{ identity.givenName | upcase }}, {{ identity.department }}.")
            .With(app, create, update, remove)
            .Needs(command => new Option[] { create, update, remove }.Any(option => Server.IsGiven(command, option)), "Give what is to be set: --create, --update or --remove.")
            .WithExamples(
                "rollcall policies set crm --create \"userName={{ identity.email }}\" \"name.givenName={{ identity.givenName }}\"",
                "rollcall policies set crm --update \"displayName={{ identity.givenName }} {{ identity.familyName }}\" --remove title");
        return server.Verb(verb, async call =>
        {
            var (created, updated) = (new JsonObject(), new JsonObject());
            foreach (var attribute in call.Get(remove) ?? [])
                created[attribute] = updated[attribute] = null;
            Add(created, call.Get(create));
            Add(updated, call.Get(update));
            var body = new JsonObject { ["definition"] = new JsonObject { ["createPolicy"] = created, ["updatePolicy"] = updated } };
            var application = (await call.Api.PatchAsync(ApiPath.Of("applications", call[app]), body, null, call.CancellationToken)).Body;
            call.Output.Answer(application, output => Write(output, application));
        });
    }

    private static Verb ShowVerb(Server server)
    {
        var app = App();
        return server.Verb(new Verb("show", "Shows the policies of an application.").With(app), async call =>
        {
            var application = (await call.Api.GetAsync(ApiPath.Of("applications", call[app]), call.CancellationToken)).Body;
            call.Output.Answer(application, output => Write(output, application));
        });
    }

    private static Verb PreviewVerb(Server server)
    {
        var app = App();
        var identity = OptionOf.Text("--for", "IDENTITY", "The person, by id or e-mail address.").Needed();
        var verb = new Verb("preview", "Works the policies out for a person: the new account as it would be sent, and what an update would set. Nothing is sent.")
            .With(app, identity)
            .WithExamples("rollcall policies preview crm --for ada@example.com");
        return server.Verb(verb, async call =>
        {
            var preview = (await call.Api.PostAsync(
                ApiPath.Of("applications", call[app], "policies", "preview"), new JsonObject { ["identity"] = call.Get(identity) }, call.CancellationToken)).Body;
            call.Output.Answer(preview, output => WritePreview(output, preview));
            if (preview.Texts("problems").ToList() is { Count: > 0 } problems)
                throw CommandFailure.Refused(Shell.Printable(string.Join(' ', problems)));
        });
    }

    private static Option<string[]> Templates(string name, string description)
    {
        var option = OptionOf.Texts(name, "ATTRIBUTE=TEMPLATE", description);
        option.AllowMultipleArgumentsPerToken = true;
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1) is { } wrong)
                result.AddError($"{name}: \"{Shell.Echo(wrong.Value)}\" is not of the form 'userName={{{{ identity.email }}}}'.");
        });
        return option;
    }

    private static void Add(JsonObject policy, string[]? given)
    {
        foreach (var pair in (given ?? []).Select(text => text.Split('=', 2)))
            policy[pair[0].Trim()] = pair[1];
    }

    private static void Write(TextWriter output, JsonElement application)
    {
        var definition = application.Member("definition") ?? default;
        var rows = Rows("create", "createPolicy").Concat(Rows("update", "updatePolicy")).ToList();
        if (rows.Count == 0)
            output.WriteLine(Shell.Printable($"The policies of \"{application.Text("name")}\" are empty: no account can be made."));
        else
            new TableWriter(output, ["POLICY", "ATTRIBUTE", "TEMPLATE"]).Write(rows);

        IEnumerable<string[]> Rows(string name, string member) =>
            definition.Member(member) is { ValueKind: JsonValueKind.Object } policy ? policy.EnumerateObject().Select(attribute => (string[])[name, Shell.Printable(attribute.Name), Output.Cell(attribute.Value.GetString())]) : [];
    }

    private static void WritePreview(TextWriter output, JsonElement preview)
    {
        if (preview.Member("create") is { } account)
        {
            output.WriteLine("A new account:");
            output.WriteLine(Indented(account));
        }
        if (preview.Member("update") is not { ValueKind: JsonValueKind.Object } update)
            return;
        output.WriteLine(update.EnumerateObject().Any() ? "An update would set:" : "An update would set nothing: the Update policy is empty.");
        DetailsWriter.Write(output, update.EnumerateObject().Select(attribute => ($"  {Shell.Printable(attribute.Name)}", Shell.Printable(attribute.Value.GetString() ?? ""))));
    }

    /// <summary>JSON as people read it, two blanks to the right.</summary>
    public static string Indented(JsonElement value) => "  " + string.Join("\n  ", JsonSerializer.Serialize(value, Readable).Split('\n').Select(Shell.Printable));
}
