using System.CommandLine;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall approvals …</c>: the decisions on access requests.</summary>
internal static class ApprovalCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("ID", "id"),
        Column.Of("STATE", "state"),
        Column.Of("REQUEST", "requestId"),
        new("ASKS", approval => $"{approval.Text("operation")} {approval.Member("entitlement")?.Text("title") ?? approval.Member("entitlement")?.Text("id")}"),
        Column.Of("APPLICATION", "application"),
        Column.Of("FOR", "identity"),
        Column.Of("REQUESTER", "requester"),
        Column.Of("APPROVER", "approver"),
        Column.Of("REASON", "reason"),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("approvals", "Shows and makes the decisions on access requests.").With(
            ListVerb(server),
            DecideVerb(server, "approve", "Approves. The next approver is asked then; after the last one it is carried out.", needsComment: false),
            DecideVerb(server, "deny", "Denies, which ends the item.", needsComment: true),
            DelegateVerb(server));

    private static Argument<string> Id() => new("ID") { Description = "The approval's number, as \"rollcall approvals list\" shows it." };

    private static Verb ListVerb(Server server)
    {
        var state = OptionOf.Choice("--state", "Only those in this state, or all. Default: pending.", "waiting", "pending", "approved", "denied", "cancelled", "all");
        var approver = OptionOf.Text("--approver", "IDENTITY", "Only those of this identity.");
        var verb = new Verb("list", "Lists what is to be decided, the oldest first: by anybody, or with --as by the identity.")
            .With(state, approver)
            .WithExamples("rollcall approvals list --as olga@example.com");
        return server.Verb(verb, call =>
        {
            var path = ApiPath.Of("approvals").With(("state", call.Get(state) is "all" ? null : call.Get(state) ?? "pending"), ("approver", call.Get(approver)));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.CancellationToken), "approvals", Columns);
        });
    }

    private static Verb DecideVerb(Server server, string decision, string description, bool needsComment)
    {
        var id = Id();
        var comment = OptionOf.Text("--comment", "TEXT", needsComment ? "Why, for who asked." : "What there is to say of it.");
        var verb = new Verb(decision, description).With(id, needsComment ? comment.Needed() : comment)
            .WithExamples($"rollcall approvals {decision} 7 --comment {(needsComment ? "\"Ask your manager first\"" : "Fine")} --as olga@example.com");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject();
            if (call.Get(comment) is { } text)
                body["comment"] = text;
            var approval = (await call.Api.PostAsync(ApiPath.Of("approvals", call[id], decision), body, call.CancellationToken)).Body;
            call.Output.Answer(approval, output => output.WriteLine($"Approval {approval.Text("id")} is {approval.Text("state")}. It is of request {approval.Text("requestId")}."));
        });
    }

    private static Verb DelegateVerb(Server server)
    {
        var id = Id();
        var to = OptionOf.Text("--to", "IDENTITY", "To whom, by id or e-mail address.").Needed();
        var comment = OptionOf.Text("--comment", "TEXT", "What there is to say of it.");
        var verb = new Verb("delegate", "Hands an approval to somebody else; not to who asked, nor to whom it is for.")
            .With(id, to, comment)
            .WithExamples("rollcall approvals delegate 7 --to mia@example.com --as olga@example.com");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject { ["to"] = call.Get(to) };
            if (call.Get(comment) is { } text)
                body["comment"] = text;
            var approval = (await call.Api.PostAsync(ApiPath.Of("approvals", call[id], "delegate"), body, call.CancellationToken)).Body;
            call.Output.Answer(approval, output => output.WriteLine($"Approval {approval.Text("id")} is now {Shell.Printable(approval.Text("approver") ?? "")}'s to decide."));
        });
    }
}
