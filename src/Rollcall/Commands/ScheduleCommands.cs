using System.CommandLine;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall schedules …</c>: aggregations that are run again and again.</summary>
internal static class ScheduleCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("NAME", "name"),
        new("READS", TaskWriter.What),
        Column.Of("APPLICATION", "application"),
        Column.Of("CRON", "cron"),
        Column.Of("TIME ZONE", "timeZone"),
        new("STATE", schedule => schedule.Text("enabled") is "true" ? "enabled" : "disabled"),
        new("NEXT", schedule => Output.Time(schedule.Text("nextAt"))),
        new("LAST", schedule => Output.Time(schedule.Text("lastAt"))),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("schedules", "Keeps times at which applications are aggregated.").With(ListVerb(server), CreateVerb(server), UpdateVerb(server), DeleteVerb(server));

    private static Argument<string> Name() => new("NAME") { Description = "The schedule's name." };

    private static Option<string> What() => OptionOf.Choice("--reads", "What it reads.", "groups", "accounts");

    private static Option<string> Cron() =>
        OptionOf.Text("--cron", "FIELDS", "When: minute, hour, day of the month, month, day of the week, such as \"0 3 * * *\" for every day at three.");

    private static Option<string> TimeZone() => OptionOf.Text("--time-zone", "ZONE", "The time zone that this is meant in, such as Europe/Berlin. Default: UTC.");

    private static string Kind(string what) => what == "groups" ? "aggregateGroups" : "aggregateAccounts";

    private static Verb ListVerb(Server server)
    {
        var application = OptionOf.Text("--app", "NAME", "Only those of this application.");
        return server.Verb(new Verb("list", "Lists schedules, each with its next time.").With(application), call =>
            call.Output.ListAsync(call.Api.PagesAsync(ApiPath.Of("schedules").With(("application", call.Get(application))), call.CancellationToken), "schedules", Columns));
    }

    private static Verb CreateVerb(Server server)
    {
        var name = new Argument<string>("NAME") { Description = "Its name: small letters, digits, \".\", \"_\" and \"-\", at most 63." };
        var application = OptionOf.Text("--app", "NAME", "The application.").Needed();
        var (what, cron, zone) = (What().Needed(), Cron().Needed(), TimeZone());
        var verb = new Verb("create", "Makes a schedule. Times that are missed, because no server runs, count once.")
            .With(name, application, what, cron, zone)
            .WithExamples("rollcall schedules create crm-nightly --app crm --reads accounts --cron \"0 3 * * *\" --time-zone Europe/Berlin");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject { ["name"] = call[name], ["kind"] = Kind(call.Get(what)!), ["application"] = call.Get(application), ["cron"] = call.Get(cron) };
            if (call.Get(zone) is { } given)
                body["timeZone"] = given;
            call.Output.Details((await call.Api.PostAsync(ApiPath.Of("schedules"), body, call.CancellationToken)).Body);
        });
    }

    private static Verb UpdateVerb(Server server)
    {
        var name = Name();
        var (what, cron, zone) = (What(), Cron(), TimeZone());
        var enabled = OptionOf.Switch("--enabled", "Whether it begins anything.");
        Option[] all = [what, cron, zone, enabled];
        var verb = new Verb("update", "Changes what is given of a schedule. Its next time is worked out from now.")
            .With([name, .. all])
            .Needs(command => all.Any(option => Server.IsGiven(command, option)), "Give what is to be changed.")
            .WithExamples("rollcall schedules update crm-nightly --enabled false");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject();
            if (call.Get(what) is { } kind)
                body["kind"] = Kind(kind);
            if (call.Get(cron) is { } fields)
                body["cron"] = fields;
            if (call.Get(zone) is { } given)
                body["timeZone"] = given;
            if (call.Get(enabled) is { } isEnabled)
                body["enabled"] = isEnabled;
            call.Output.Details((await call.Api.PatchAsync(ApiPath.Of("schedules", call[name]), body, null, call.CancellationToken)).Body);
        });
    }

    private static Verb DeleteVerb(Server server)
    {
        var name = Name();
        return server.Verb(new Verb("delete", "Deletes a schedule. A task that it began goes on.").With(name), async call =>
        {
            await call.Api.DeleteAsync(ApiPath.Of("schedules", call[name]), call.CancellationToken);
            call.Output.Done($"Schedule \"{call[name]}\" is deleted.");
        });
    }
}
