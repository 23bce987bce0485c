
namespace Rollcall.Commands;

/// <summary><c>rollcall export</c>: access lists and their members as the documents that <c>apply</c> takes.</summary>
internal static class ExportCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create(Server server, Shell shell)
    {
        var format = OptionOf.Choice("--format", "YAML documents, or a JSON list of them. Default: yaml.", "yaml", "json");
        var type = OptionOf.Choice("--type", "Only lists of this type.", "scim", "static", ListCommands.Local);
        var integration = OptionOf.Text("--integration", "NAME", "Only lists of this integration.");
        var name = OptionOf.Text("--name", "NAME", "Only this list.");
        var verb = new Verb("export", "Writes access lists and their members as the documents that \"rollcall apply\" takes.")
            .With(format, type, integration, name)
            .Needs(command => !(command.GetValue(format) is "yaml" && command.GetValue<string>("--output") is "json"), "--format yaml and --output json contradict each other.")
            .WithExamples("rollcall export", "rollcall export --type static --format json");
        return server.Verb(verb, async call =>
        {
            var path = ApiPath.Of("export").With(
                ("format", call.Output.IsJson ? "json" : call.Get(format)), ("type", ListCommands.ApiType(call.Get(type))),
                ("integration", call.Get(integration)), ("name", call.Get(name)));
            await call.Api.CopyAsync(path, shell.Output, call.CancellationToken);
        });
    }
}
