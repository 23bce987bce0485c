using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall lists …</c>: access lists.</summary>
internal static class ListCommands
{
    /// <summary>What the API's empty type, that of lists kept by administrators and owners, is called here.</summary>
    public const string Local = "local";

    private static readonly Column[] Columns =
    [
        Column.Of("NAME", "name"),
        Column.Of("TITLE", "title"),
        new("TYPE", item => item.Text("type") is { Length: > 0 } type ? type : Local),
        Column.Of("INTEGRATION", "integration"),
        Column.Of("MEMBERS", "memberCount"),
        new("NEXT REVIEW", NextReview),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("lists", "Keeps access lists: who owns them, what they give, who is on them.").With(
            CreateVerb(server),
            ListVerb(server),
            ShowVerb(server),
            UpdateVerb(server),
            DeleteVerb(server),
            OfferVerb(server),
            ListMemberCommands.Create(server));

    private static Argument<string> Name() => new("NAME") { Description = "The list's name." };

    /// <summary>A type as the API has it.</summary>
    public static string? ApiType(string? type) => type is Local ? "" : type;

    private static string? NextReview(JsonElement list) =>
        list.Member("audit") is { } audit ? $"{Output.Time(audit.Text("nextAuditDate"))}{(list.Text("overdue") is "true" ? " (overdue)" : "")}" : null;

    private static Verb CreateVerb(Server server)
    {
        var name = OptionOf.Text("--name", "NAME", "Its name, unique and for good: 1 to 255 characters without \"/\".").Needed();
        var type = OptionOf.Choice("--type", "Who keeps its members: scim, the platform of --integration; static, files; local, administrators and owners. It never changes. Default: local.", "scim", "static", Local);
        var integration = OptionOf.Text("--integration", "NAME", "For --type scim: the integration that sees the list as a SCIM Group.");
        var fields = new ListFields();
        fields.Title.Needed();
        var verb = new Verb("create", "Makes an access list. It has at least one owner, a person or a list.")
            .With(name, fields.Title, type, integration)
            .With([.. fields.Basics.Where(option => option != fields.Title)])
            .WithGroup("Grants and requirements", fields.RightsOptions)
            .WithGroup("Reviews", fields.Audit)
            .Needs(fields.OwnerGiven, "Give the list an owner: --owner PERSON or --owner-list LIST.")
            .WithExamples(
                "rollcall lists create --name payroll --title Payroll --type scim --integration sailpoint --owner alice --grant-role payroll-editor",
                "rollcall lists create --name on-call --title \"On call\" --owner-list leads --grant-trait team=sre --grant-trait team=db");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject { ["name"] = call.Get(name) };
            if (ApiType(call.Get(type)) is { } givenType)
                body["type"] = givenType;
            if (call.Get(integration) is { } givenIntegration)
                body["integration"] = givenIntegration;
            fields.AddTo(body, call, default);
            call.Output.Details((await call.Api.PostAsync(ApiPath.Of("lists"), body, call.CancellationToken)).Body);
        });
    }

    private static Verb ListVerb(Server server)
    {
        var type = OptionOf.Choice("--type", "Only lists of this type.", "scim", "static", Local);
        var integration = OptionOf.Text("--integration", "NAME", "Only lists of this integration.");
        var overdue = OptionOf.Switch("--overdue", "Only lists whose next review should have been by now; false: only the others.");
        return server.Verb(new Verb("list", "Lists access lists.").With(type, integration, overdue), call =>
        {
            var path = ApiPath.Of("lists").With(
                ("type", ApiType(call.Get(type))), ("integration", call.Get(integration)),
                ("overdue", call.Get(overdue) switch { true => "true", false => "false", null => null }));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.CancellationToken), "lists", Columns);
        });
    }

    private static Verb ShowVerb(Server server)
    {
        var name = Name();
        return server.Verb(new Verb("show", "Shows an access list. Its members: \"rollcall lists members list NAME\".").With(name), async call =>
            call.Output.Details((await call.Api.GetAsync(ApiPath.Of("lists", call[name]), call.CancellationToken)).Body));
    }

    private static Verb UpdateVerb(Server server)
    {
        var name = Name();
        var fields = new ListFields();
        var verb = new Verb("update", "Replaces each field that is given; all else stays. An empty value clears a field: --grant-role \"\".")
            .With(name)
            .With([.. fields.Basics])
            .WithGroup("Grants and requirements", fields.RightsOptions)
            .WithGroup("Reviews", fields.Audit)
            .Needs(fields.AnyGiven, "Give the fields that are to be replaced.")
            .WithExamples("rollcall lists update payroll --title \"Payroll EU\" --grant-role payroll-editor --grant-role payroll-viewer");
        return server.Verb(verb, async call =>
        {
            var path = ApiPath.Of("lists", call[name]);
            // With the version that was read, so that a change by someone else in between is not undone.
            var current = fields.NeedsCurrent(call.Parsed.CommandResult) ? await call.Api.GetAsync(path, call.CancellationToken) : null;
            var body = new JsonObject();
            fields.AddTo(body, call, current?.Body ?? default);
            call.Output.Details((await call.Api.PatchAsync(path, body, current?.ETag, call.CancellationToken)).Body);
        });
    }

    private static Verb DeleteVerb(Server server)
    {
        var name = Name();
        return server.Verb(new Verb("delete", "Deletes an access list and its memberships.").With(name), async call =>
        {
            await call.Api.DeleteAsync(ApiPath.Of("lists", call[name]), call.CancellationToken);
            call.Output.Done($"List \"{call[name]}\" is deleted.");
        });
    }

    private static Verb OfferVerb(Server server)
    {
        var name = Name();
        var verb = new Verb("offer", "Lets the integration see a list again that it gave up by deleting its Group; it gets a new SCIM id. A list that it sees stays as it is.").With(name);
        return server.Verb(verb, async call =>
        {
            var answer = await call.Api.PostAsync(ApiPath.Of("lists", call[name], "offer"), [], call.CancellationToken);
            call.Output.Answer(answer.Body, output => output.WriteLine(Shell.Printable(
                $"The integration \"{answer.Body.Text("integration")}\" sees list \"{call[name]}\" as the Group {answer.Body.Text("scimId")}.")));
        });
    }
}
