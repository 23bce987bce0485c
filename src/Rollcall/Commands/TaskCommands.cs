using System.CommandLine;
using System.Text.Json;

namespace Rollcall.Commands;

/// <summary><c>rollcall tasks …</c>: aggregations that wait, run, and have ended.</summary>
internal static class TaskCommands
{
    private static readonly string[] States = ["queued", "running", "completed", "failed", "asks", "cancelled"];

    private static readonly Column[] Columns =
    [
        Column.Of("ID", "id"),
        new("READS", TaskWriter.What),
        Column.Of("APPLICATION", "application"),
        Column.Of("STATE", "state"),
        Column.Of("READ", "read"),
        Column.Of("CREATED", "created"),
        Column.Of("UPDATED", "updated"),
        Column.Of("REMOVED", "removed"),
        new("PROBLEMS", task => task.Member("problems") is { ValueKind: JsonValueKind.Array } problems ? $"{problems.GetArrayLength()}" : null),
        new("STARTED", task => Output.Time(task.Text("startedAt"))),
        new("FINISHED", task => Output.Time(task.Text("finishedAt"))),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("tasks", "Shows aggregations and stops them.").With(ListVerb(server), ShowVerb(server), CancelVerb(server));

    private static Argument<string> Id() => new("ID") { Description = "The task's number." };

    private static Verb ListVerb(Server server)
    {
        var application = OptionOf.Text("--app", "NAME", "Only those of this application.");
        var state = OptionOf.Choice("--state", "Only those in this state.", States);
        var verb = new Verb("list", "Lists tasks, newest first.").With(application, state).WithExamples("rollcall tasks list --app crm --state failed");
        return server.Verb(verb, call =>
        {
            var path = ApiPath.Of("tasks").With(("application", call.Get(application)), ("state", call.Get(state)));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.CancellationToken), "tasks", Columns);
        });
    }

    private static Verb ShowVerb(Server server)
    {
        var id = Id();
        return server.Verb(new Verb("show", "Shows a task: how far it has come, or how it ended.").With(id), async call =>
        {
            var task = (await call.Api.GetAsync(ApiPath.Of("tasks", call[id]), call.CancellationToken)).Body;
            call.Output.Answer(task, output => TaskWriter.Write(output, task));
        });
    }

    private static Verb CancelVerb(Server server)
    {
        var id = Id();
        return server.Verb(new Verb("cancel", "Stops a task. What it wrote stays; nothing more is marked as gone.").With(id), async call =>
        {
            var task = (await call.Api.PostAsync(ApiPath.Of("tasks", call[id], "cancel"), [], call.CancellationToken)).Body;
            call.Output.Answer(task, output => TaskWriter.Write(output, task));
        });
    }
}
