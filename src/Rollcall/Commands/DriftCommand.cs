using System.CommandLine;

namespace Rollcall.Commands;

/// <summary><c>rollcall drift</c>: where what was decided and what there is differ.</summary>
internal static class DriftCommand
{
    private static readonly Column[] Columns =
    [
        new("DRIFT", item => item.Text("kind") switch { "assignedNotHeld" => "assigned, not held", "heldNotAssigned" => "held, not assigned", "memberCount" => "member count", var other => other }),
        Column.Of("APPLICATION", "application"),
        new("ENTITLEMENT", item => item.Member("entitlement")?.Text("title")),
        Column.Of("IDENTITY", "identity"),
        new("ACCOUNT", item => item.Member("account")?.Text("userName")),
        Column.Of("DETAIL", "detail"),
    ];

    /// <summary>The verb.</summary>
    public static Verb Create(Server server)
    {
        var application = OptionOf.Text("--app", "NAME", "Only of this application.");
        var identity = OptionOf.Text("--identity", "IDENTITY", "Only of an identity, by its id or e-mail address.");
        var kind = OptionOf.Choice("--kind", "Only of this kind.", "assignedNotHeld", "heldNotAssigned", "memberCount");
        var all = new Option<bool>("--all") { Description = "Also what accounts hold of entitlements that nobody was ever given here." };
        var verb = new Verb("drift", "Lists where what was decided here and what was aggregated differ. What is on its way is left out.")
            .With(application, identity, kind, all)
            .WithExamples("rollcall drift --app crm");
        return server.Verb(verb, call =>
        {
            var path = ApiPath.Of("drift").With(
                ("application", call.Get(application)), ("identity", call.Get(identity)), ("kind", call.Get(kind)), ("all", call.Get(all) ? "true" : null));
            return call.Output.ListAsync(call.Api.PagesAsync(path, call.CancellationToken), "differences", Columns);
        });
    }
}
