using System.CommandLine;
using Rollcall.Web;

namespace Rollcall.Commands;

/// <summary><c>rollcall transactions …</c>: the changes that the Governance side plans and makes on applications.</summary>
internal static class TransactionCommands
{
    private const int LongestMessage = 70;

    private static readonly Column[] Columns =
    [
        Column.Of("ID", "id"),
        Column.Of("STATE", "state"),
        new("OPERATION", transaction => AppWriter.Words(transaction.Text("operation"))),
        Column.Of("APP", "application"),
        new("FOR", transaction => transaction.Text("identity") ?? transaction.Text("account")),
        Column.Of("ENTITLEMENT", "entitlement"),
        Column.Of("ATTEMPTS", "attemptCount"),
        new("PLANNED", transaction => Output.Time(transaction.Text("createdAt"))),
        new("MESSAGE", transaction => transaction.Text("message")?.Truncate(LongestMessage)),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("transactions", "Shows planned changes of accounts and memberships, and what came of each attempt.").With(
            ListVerb(server),
            ShowVerb(server),
            RetryVerb(server));

    private static Argument<string> Id() => new("ID") { Description = "The transaction's id." };

    private static Verb ListVerb(Server server)
    {
        var state = OptionOf.Choice("--state", "Only those of this state.", "planned", "sending", "answered", "done", "failed", "cancelled");
        var app = OptionOf.Text("--app", "NAME", "Only those of this application.");
        var identity = OptionOf.Text("--for", "IDENTITY", "Only those for this person, by id.");
        var request = OptionOf.Number("--request", "Only those of this access request.", 1, int.MaxValue);
        var verb = new Verb("list", "Lists transactions, newest first.")
            .With(state, app, identity, request)
            .WithExamples("rollcall transactions list --state failed --app crm");
        return server.Verb(verb, call =>
        {
            var path = ApiPath.Of("transactions").With(
                ("state", call.Get(state)), ("application", call.Get(app)), ("identity", call.Get(identity)),
                ("request", call.Get(request)?.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.CancellationToken), "transactions", Columns);
        });
    }

    private static Verb ShowVerb(Server server)
    {
        var id = Id();
        var bodies = new Option<bool>("--bodies") { Description = "Also what was sent and what came back, without secrets." };
        var verb = new Verb("show", "Shows a transaction with each attempt: what was asked, what came back, what was made of it, and why.")
            .With(id, bodies)
            .WithExamples("rollcall transactions show 4711 --bodies");
        return server.Verb(verb, async call =>
        {
            var transaction = (await call.Api.GetAsync(ApiPath.Of("transactions", call[id]), call.CancellationToken)).Body;
            call.Output.Answer(transaction, output => new TransactionWriter(output, call.Get(bodies)).Write(transaction));
        });
    }

    private static Verb RetryVerb(Server server)
    {
        var id = Id();
        var verb = new Verb("retry", "Tries a failed change again, or one that waits at once.").With(id).WithExamples("rollcall transactions retry 4711");
        return server.Verb(verb, async call =>
        {
            var transaction = (await call.Api.PostAsync(ApiPath.Of("transactions", call[id], "retry"), [], call.CancellationToken)).Body;
            call.Output.Answer(transaction, output => output.WriteLine(Shell.Printable($"Transaction {call[id]} is tried again. See: rollcall transactions show {call[id]}")));
        });
    }
}
