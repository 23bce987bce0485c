using System.CommandLine;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall aggregate …</c>: reads what an application has.</summary>
internal static class AggregateCommands
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("aggregate", "Reads the groups of an application into the catalog, or its accounts and what they hold.").With(
            AggregateVerb(server, "groups", "aggregateGroups", "Reads the groups of an application into the catalog."),
            AggregateVerb(server, "accounts", "aggregateAccounts", "Reads the accounts of an application, with the groups that they are in, and finds whose they are."));

    private static Verb AggregateVerb(Server server, string name, string kind, string description)
    {
        var application = OptionOf.Text("--app", "NAME", "The application.").Needed();
        var detach = new Option<bool>("--detach") { Description = "Don't wait for the end: print the task, which runs on." };
        var accept = new Option<bool>("--accept") { Description = "Mark what is gone as gone, also where it is more than the application's limit." };
        var verb = new Verb(name, $"{description} Exit code 1 if the run fails, or asks before it marks much as gone.")
            .With(application, detach, accept)
            .WithExamples($"rollcall aggregate {name} --app crm", $"rollcall aggregate {name} --app crm --accept");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject { ["kind"] = kind, ["application"] = call.Get(application) };
            if (call.Get(accept))
                body["accept"] = true;
            var task = (await call.Api.PostAsync(ApiPath.Of("tasks"), body, call.CancellationToken)).Body;
            if (call.Get(detach))
            {
                call.Output.Answer(task, output => output.WriteLine($"{TaskWriter.Progress(task)}. Follow it with \"rollcall tasks show {task.Text("id")}\"."));
                return;
            }
            var path = ApiPath.Of("tasks", task.Text("id") ?? "");
            var told = "";
            for (var pause = FirstPause; task.Member("finishedAt") is null; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                if (!call.Output.IsJson && task.Text("state") is "running" && TaskWriter.Progress(task) is var progress && progress != told)
                    await call.Shell.Error.WriteLineAsync(told = progress);
                await Task.Delay(pause, TimeProvider.System, call.CancellationToken);
                task = (await call.Api.GetAsync(path, call.CancellationToken)).Body;
            }
            call.Output.Answer(task, output => TaskWriter.Write(output, task));
            if (task.Text("state") is not "completed")
                throw CommandFailure.Refused($"{TaskWriter.Progress(task)}{(task.Text("state") is "asks" ? ": run it again with --accept if that is right" : "")}.");
        });
    }
}
