using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall lists members …</c>: who is on a list. Members of lists of type scim are the platform's to change.</summary>
internal static class ListMemberCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("NAME", "name"),
        Column.Of("KIND", "kind"),
        new("JOINED", item => Output.Time(item.Text("joined"))),
        new("EXPIRES", item => Output.Time(item.Text("expires"))),
        Column.Of("ADDED BY", "addedBy"),
        Column.Of("STATUS", "ineligibleStatus"),
        Column.Of("REASON", "reason"),
    ];

    private static readonly Column[] EffectiveColumns =
    [
        Column.Of("NAME", "name"),
        Column.Of("KIND", "kind"),
        Column.Of("INTEGRATION", "integration"),
        Column.Of("STATUS", "ineligibleStatus"),
        new("PATH", Paths),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("members", "Lists and changes the direct members of an access list.").With(ListVerb(server), AddVerb(server), RemoveVerb(server));

    private static Argument<string> List() => new("LIST") { Description = "The list's name." };

    private static Verb ListVerb(Server server)
    {
        var list = List();
        var effective = new Option<bool>("--effective") { Description = "All that count as members, also of lists nested in it, each with the way there." };
        var at = OptionOf.Time("--at", "With --effective: who was a member then, as far back as records go. Default: now.");
        var verb = new Verb("list", "Lists the direct members, or all that count as members.")
            .With(list, effective, at)
            .Needs(command => !Server.IsGiven(command, at) || Server.IsGiven(command, effective), "--at goes with --effective.")
            .WithExamples("rollcall lists members list on-call --effective --at 2026-06-30");
        return server.Verb(verb, call =>
        {
            var isEffective = call.Get(effective);
            var path = ApiPath.Of("lists", call[list], isEffective ? "effective-members" : "members").With(("at", call.Get(at) is { } moment ? ListFields.Time(moment) : null));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.CancellationToken), "members", isEffective ? EffectiveColumns : Columns);
        });
    }

    private static string? Paths(JsonElement member) => member.Member("ways") is not { ValueKind: JsonValueKind.Array } ways ? null
        : string.Join("; ", ways.EnumerateArray().Select(way => string.Join(" > ", way.GetProperty("path").EnumerateArray().Select(name => name.GetString()))));

    private static Verb AddVerb(Server server)
    {
        var member = new Member();
        var list = List();
        var expires = OptionOf.Time("--expires", "When the membership ends by itself.");
        var reason = OptionOf.Text("--reason", "TEXT", "Why.");
        var verb = member.AddTo(new Verb("add", "Adds a person or a list, or changes end and reason of a member; the person need not exist yet.").With(list))
            .With(expires, reason)
            .WithExamples(
                "rollcall lists members add on-call alice --expires 2027-06-30 --reason \"Stands in for Bob\"",
                "rollcall lists members add on-call --list database-team");
        return server.Verb(verb, async call =>
        {
            var (name, kind) = member.Read(call);
            var body = new JsonObject { ["kind"] = kind };
            if (call.Get(expires) is { } end)
                body["expires"] = ListFields.Time(end);
            if (call.Get(reason) is { } why)
                body["reason"] = why;
            var answer = await call.Api.PutAsync(ApiPath.Of("lists", call[list], "members", name), body, call.CancellationToken);
            call.Output.Answer(answer.Body, output => output.WriteLine(Shell.Printable(
                answer.Status is HttpStatusCode.Created ? $"Added \"{name}\" to list \"{call[list]}\"." : $"Updated \"{name}\", a member of list \"{call[list]}\".")));
        });
    }

    private static Verb RemoveVerb(Server server)
    {
        var member = new Member();
        var list = List();
        var verb = member.AddTo(new Verb("remove", "Removes a person or a list.").With(list))
            .WithExamples("rollcall lists members remove on-call alice");
        return server.Verb(verb, async call =>
        {
            var (name, kind) = member.Read(call);
            var path = ApiPath.Of("lists", call[list], "members", name).With(("kind", kind is "list" ? kind : null));
            await call.Api.DeleteAsync(path, call.CancellationToken);
            call.Output.Done($"Removed \"{name}\" from list \"{call[list]}\".");
        });
    }

    /// <summary>A member on the command line: a person as an argument, or a list as an option.</summary>
    private sealed class Member
    {
        private readonly Argument<string?> _person = new("NAME") { Description = "The person, by user name.", Arity = ArgumentArity.ZeroOrOne };
        private readonly Option<string> _list = OptionOf.Text("--list", "LIST", "Instead of a person: a list, whose members count as members.");

        public Verb AddTo(Verb verb) =>
            verb.With(_person, _list).Needs(IsOne, "Give one member: a person's NAME, or --list LIST.");

        public (string Name, string Kind) Read(Call call) =>
            call.Get(_list) is { } list ? (list, "list") : (call.Parsed.GetValue(_person)!, "person");

        private bool IsOne(CommandResult command) =>
            Server.IsGiven(command, _list) != (command.GetResult(_person) is { Tokens.Count: > 0 });
    }
}
