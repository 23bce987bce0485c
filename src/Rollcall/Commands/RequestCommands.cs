using System.CommandLine;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall request …</c> asks for access; <c>rollcall requests …</c> follows what was asked for.</summary>
internal static class RequestCommands
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private static readonly string[] States = ["pending", "provisioning", "completed", "partiallyCompleted", "failed", "denied", "cancelled"];

    private static readonly Column[] Columns =
    [
        Column.Of("ID", "id"),
        Column.Of("STATE", "state"),
        Column.Of("OPERATION", "operation"),
        Column.Of("APPLICATION", "application"),
        Column.Of("ITEMS", "itemCount"),
        Column.Of("REQUESTER", "requester"),
        new("MADE", request => Output.Time(request.Text("createdAt"))),
        Column.Of("REASON", "reason"),
    ];

    /// <summary>The verb that asks, and those below it.</summary>
    public static Verb CreateRequest(Server server) =>
        new Verb("request", "Asks that identities get, or lose, entitlements.").With(
            AskVerb(server, "add", "Asks that each of the identities gets each of the entitlements."),
            AskVerb(server, "remove", "Asks that each of the identities loses each of the entitlements."));

    /// <summary>The verb that follows requests, and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("requests", "Shows access requests, waits for them and takes them back.").With(ListVerb(server), ShowVerb(server), CancelVerb(server));

    private static Argument<string> Id() => new("ID") { Description = "The request's number." };

    private static Verb AskVerb(Server server, string operation, string description)
    {
        var application = OptionOf.Text("--app", "NAME", "The application.").Needed();
        var entitlements = Several("--entitlement", "TITLE", "An entitlement, by its title or its id.");
        var identities = Several("--for", "IDENTITY", "For whom, by id or e-mail address.");
        var reason = OptionOf.Text("--reason", "TEXT", "Why.").Needed();
        var until = OptionOf.Time("--until", "When it ends again. Default: never.");
        var verb = new Verb(operation, description).With(application, entitlements, identities, reason);
        if (operation == "add")
            verb.With(until).WithExamples("rollcall request add --app crm --entitlement Payroll --for ada@example.com --reason \"Stands in for Bob\" --until 2027-06-30 --as ada@example.com");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject
            {
                ["operation"] = operation,
                ["application"] = call.Get(application),
                ["entitlements"] = new JsonArray([.. call.Get(entitlements)!.Select(title => (JsonNode?)title)]),
                ["identities"] = new JsonArray([.. call.Get(identities)!.Select(identity => (JsonNode?)identity)]),
                ["reason"] = call.Get(reason),
            };
            if (operation == "add" && call.Get(until) is { } end)
                body["until"] = ListFields.Time(end);
            var request = (await call.Api.PostAsync(ApiPath.Of("requests"), body, call.CancellationToken)).Body;
            call.Output.Answer(request, output => RequestWriter.WriteMade(output, request));
        });
    }

    private static Option<string[]> Several(string name, string helpName, string description)
    {
        var option = OptionOf.Texts(name, helpName, description).Needed();
        option.AllowMultipleArgumentsPerToken = true;
        return option;
    }

    private static Verb ListVerb(Server server)
    {
        var state = OptionOf.Choice("--state", "Only those in this state.", States);
        var identity = OptionOf.Text("--for", "IDENTITY", "Only those for this identity.");
        var requester = OptionOf.Text("--requester", "IDENTITY", "Only those that this identity made.");
        var verb = new Verb("list", "Lists access requests, newest first: all, or with --as those that the identity has to do with.")
            .With(state, identity, requester)
            .WithExamples("rollcall requests list --state pending");
        return server.Verb(verb, call =>
        {
            var path = ApiPath.Of("requests").With(("state", call.Get(state)), ("identity", call.Get(identity)), ("requester", call.Get(requester)));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.CancellationToken), "requests", Columns);
        });
    }

    private static Verb ShowVerb(Server server)
    {
        var id = Id();
        var wait = new Option<bool>("--wait") { Description = "Wait until the last of it is settled; exit code 1 unless all was completed." };
        var verb = new Verb("show", "Shows an access request with its items, their approvals and what carries them out.")
            .With(id, wait)
            .WithExamples("rollcall requests show 12 --wait");
        return server.Verb(verb, async call =>
        {
            var path = ApiPath.Of("requests", call[id]);
            var request = (await call.Api.GetAsync(path, call.CancellationToken)).Body;
            var told = "";
            for (var pause = FirstPause; call.Get(wait) && request.Member("closedAt") is null; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                if (!call.Output.IsJson && RequestWriter.Progress(request) is var progress && progress != told)
                    await call.Shell.Error.WriteLineAsync(told = progress);
                await Task.Delay(pause, TimeProvider.System, call.CancellationToken);
                request = (await call.Api.GetAsync(path, call.CancellationToken)).Body;
            }
            call.Output.Answer(request, output => RequestWriter.Write(output, request));
            if (call.Get(wait) && request.Text("state") is not "completed")
                throw CommandFailure.Refused($"{RequestWriter.Progress(request)}.");
        });
    }

    private static Verb CancelVerb(Server server)
    {
        var id = Id();
        var verb = new Verb("cancel", "Takes back what is open of a request. What is being sent can't be taken back, and goes on.").With(id);
        return server.Verb(verb, async call =>
        {
            var request = (await call.Api.PostAsync(ApiPath.Of("requests", call[id], "cancel"), [], call.CancellationToken)).Body;
            call.Output.Answer(request, output => RequestWriter.Write(output, request));
        });
    }
}
