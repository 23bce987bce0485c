using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall users …</c>: the Users of integrations, those made here, and the persons behind them.</summary>
internal static class UserCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("ID", "id"),
        Column.Of("USER NAME", "userName"),
        new("INTEGRATION", item => item.Text("integration") ?? "local"),
        new("STATE", State),
        Column.Of("DISPLAY NAME", "displayName"),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("users", "Shows users, keeps local ones, and blocks persons.").With(
            ListVerb(server),
            ShowVerb(server),
            CreateVerb(server),
            UpdateVerb(server),
            DeleteVerb(server),
            BlockVerb(server),
            UnblockVerb(server));

    private static Argument<string> Id() => new("ID") { Description = "The user's id, as \"rollcall users list\" shows it." };

    private static Argument<string> Person() => new("PERSON") { Description = "The person's user name." };

    private static string State(JsonElement user) =>
        user.Text("blocked") is "true" ? "blocked" : user.Text("active") is "false" ? "inactive" : "active";

    private static Verb ListVerb(Server server)
    {
        var integration = OptionOf.Text("--integration", "NAME", "Only users of this integration.");
        var userName = OptionOf.Text("--user-name", "NAME", "Only users of this name; case does not matter.");
        var verb = new Verb("list", "Lists users, those of every integration and local ones.")
            .With(integration, userName)
            .WithExamples("rollcall users list --user-name alice@example.com");
        return server.Verb(verb, call =>
        {
            var path = ApiPath.Of("users").With(("integration", call.Get(integration)), ("userName", call.Get(userName)));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.CancellationToken), "users", Columns);
        });
    }

    private static Verb ShowVerb(Server server)
    {
        var id = Id();
        return server.Verb(new Verb("show", "Shows a user.").With(id), async call =>
            call.Output.Details((await call.Api.GetAsync(ApiPath.Of("users", call[id]), call.CancellationToken)).Body));
    }

    private static Verb CreateVerb(Server server)
    {
        var userName = new Argument<string>("USERNAME") { Description = "The user name, unique among local users; case does not matter." };
        var displayName = OptionOf.Text("--display-name", "NAME", "What people see.");
        var roles = OptionOf.Texts("--role", "ROLE", "A role of the person's own.");
        var traits = OptionOf.Traits("--trait", "A trait of the person's own.");
        var verb = new Verb("create", "Makes a local user, one that belongs to no integration.")
            .With(userName, displayName, roles, traits)
            .WithExamples("rollcall users create alice --display-name \"Alice Smith\" --role employee --trait team=sre");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject
            {
                ["userName"] = call[userName],
                ["roles"] = ListFields.ReadRoles(call.Get(roles)),
                ["traits"] = ListFields.ReadTraits(call.Get(traits)),
            };
            if (call.Get(displayName) is { } shown)
                body["displayName"] = shown;
            call.Output.Details((await call.Api.PostAsync(ApiPath.Of("users"), body, call.CancellationToken)).Body);
        });
    }

    private static Verb UpdateVerb(Server server)
    {
        var id = Id();
        var displayName = OptionOf.Text("--display-name", "NAME", "What people see.");
        var active = OptionOf.Switch("--active", "Whether the user is in service; false takes what it has of its own, and its effect, until it is true again.");
        var roles = OptionOf.Texts("--role", "ROLE", "A role of the person's own.");
        var traits = OptionOf.Traits("--trait", "A trait of the person's own.");
        var verb = new Verb("update", "Replaces each field of a local user that is given; all else stays. An empty value clears a field: --role \"\".")
            .With(id, displayName, active, roles, traits)
            .Needs(command => new Option[] { displayName, active, roles, traits }.Any(option => Server.IsGiven(command, option)), "Give the fields that are to be replaced.")
            .WithExamples("rollcall users update 019ca947-becd-7d4d-bf2d-1f9834cbc3b4 --role employee --trait team=sre");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject();
            if (call.Get(displayName) is { } shown)
                body["displayName"] = shown;
            if (call.Get(active) is { } inService)
                body["active"] = inService;
            if (Server.IsGiven(call.Parsed.CommandResult, roles))
                body["roles"] = ListFields.ReadRoles(call.Get(roles));
            if (Server.IsGiven(call.Parsed.CommandResult, traits))
                body["traits"] = ListFields.ReadTraits(call.Get(traits));
            call.Output.Details((await call.Api.PatchAsync(ApiPath.Of("users", call[id]), body, null, call.CancellationToken)).Body);
        });
    }

    private static Verb DeleteVerb(Server server)
    {
        var id = Id();
        return server.Verb(new Verb("delete", "Deletes a local user and its memberships.").With(id), async call =>
        {
            await call.Api.DeleteAsync(ApiPath.Of("users", call[id]), call.CancellationToken);
            call.Output.Done($"User \"{call[id]}\" is deleted.");
        });
    }

    private static Verb BlockVerb(Server server)
    {
        var person = Person();
        var verb = new Verb("block", "Ends all effect of a person's lists at once, whatever an integration says; memberships stay.").With(person);
        return server.Verb(verb, async call =>
        {
            await call.Api.PutAsync(ApiPath.Of("people", call[person], "block"), null, call.CancellationToken);
            call.Output.Done($"\"{call[person]}\" is blocked: no list has any effect for this person.");
        });
    }

    private static Verb UnblockVerb(Server server)
    {
        var person = Person();
        return server.Verb(new Verb("unblock", "Lets the lists of a blocked person count again.").With(person), async call =>
        {
            await call.Api.DeleteAsync(ApiPath.Of("people", call[person], "block"), call.CancellationToken);
            call.Output.Done($"\"{call[person]}\" is no longer blocked.");
        });
    }
}
