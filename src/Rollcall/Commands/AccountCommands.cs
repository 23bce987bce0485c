using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall accounts …</c>: the accounts of applications, and whose they are.</summary>
internal static class AccountCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("ID", "id"),
        Column.Of("APPLICATION", "application"),
        Column.Of("USER NAME", "userName"),
        new("STATE", State),
        Column.Of("IDENTITY", "identity"),
        Column.Of("BY", "correlation"),
        new("REFRESHED", account => Output.Time(account.Text("refreshedAt"))),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("accounts", "Shows the accounts of applications, says whose they are, and changes them on their servers.").With(
            ListVerb(server),
            ShowVerb(server),
            CorrelateVerb(server),
            PlanVerb(server, "enable", "Plans that an account is put in service on its server."),
            PlanVerb(server, "disable", "Plans that an account is put out of service on its server."),
            PlanVerb(server, "delete", "Plans that an account is deleted on its server."));

    private static Argument<string> Id() => new("ID") { Description = "The account's number, as \"rollcall accounts list\" shows it." };

    private static string State(JsonElement account) =>
        account.Text("goneAt") is not null ? "gone" : account.Text("active") is "false" ? "inactive" : "active";

    private static Verb ListVerb(Server server)
    {
        var application = OptionOf.Text("--app", "NAME", "Only those of this application.");
        var identity = OptionOf.Text("--identity", "IDENTITY", "Only those of an identity, by its id or e-mail address.");
        var userName = OptionOf.Text("--user-name", "NAME", "Only those of this name; case does not matter.");
        var uncorrelated = new Option<bool>("--uncorrelated") { Description = "Only those that belong to nobody." };
        var active = OptionOf.Switch("--active", "Only those in service, or with false only those that are not.");
        var gone = new Option<bool>("--gone") { Description = "Those that are no longer on their server, instead of those that are." };
        var verb = new Verb("list", "Lists accounts as aggregated.")
            .With(application, identity, userName, uncorrelated, active, gone)
            .WithExamples("rollcall accounts list --app crm --uncorrelated");
        return server.Verb(verb, call =>
        {
            var path = ApiPath.Of("accounts").With(
                ("application", call.Get(application)), ("identity", call.Get(identity)), ("userName", call.Get(userName)), ("uncorrelated", call.Get(uncorrelated) ? "true" : null),
                ("active", call.Get(active) switch { true => "true", false => "false", null => null }), ("gone", call.Get(gone) ? "true" : null));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.CancellationToken), "accounts", Columns);
        });
    }

    private static Verb ShowVerb(Server server)
    {
        var id = Id();
        return server.Verb(new Verb("show", "Shows an account with its entitlements and attributes.").With(id), async call =>
            call.Output.Details((await call.Api.GetAsync(ApiPath.Of("accounts", call[id]), call.CancellationToken)).Body));
    }

    private static Verb CorrelateVerb(Server server)
    {
        var id = Id();
        var identity = OptionOf.Text("--identity", "IDENTITY", "Whose it is, by id or e-mail address.");
        var nobody = new Option<bool>("--nobody") { Description = "It is nobody's." };
        var verb = new Verb("correlate", "Says whose account it is. The application's rule leaves it alone from then on.")
            .With(id, identity, nobody)
            .Needs(command => Server.IsGiven(command, identity) != Server.IsGiven(command, nobody), "Give either --identity or --nobody.")
            .WithExamples("rollcall accounts correlate 17 --identity ada@example.com");
        return server.Verb(verb, async call =>
            call.Output.Details((await call.Api.PostAsync(ApiPath.Of("accounts", call[id], "correlate"), new JsonObject { ["identity"] = call.Get(identity) }, call.CancellationToken)).Body));
    }

    private static Verb PlanVerb(Server server, string what, string description)
    {
        var id = Id();
        return server.Verb(new Verb(what, description).With(id), async call =>
        {
            var answer = what == "delete"
                ? await call.Api.DeleteAsync(ApiPath.Of("accounts", call[id]), call.CancellationToken)
                : await call.Api.PostAsync(ApiPath.Of("accounts", call[id], what), [], call.CancellationToken);
            var transaction = answer.Body.Text("transaction");
            call.Output.Answer(answer.Body, output => output.WriteLine($"Planned as transaction {transaction}. Follow it with \"rollcall transactions show {transaction}\"."));
        });
    }
}
