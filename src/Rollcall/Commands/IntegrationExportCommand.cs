namespace Rollcall.Commands;

/// <summary><c>rollcall integrations export</c>: an integration as a file for SailPoint.</summary>
internal static class IntegrationExportCommand
{
    private const string IdentityIq = "identityiq";

    /// <summary>The verb.</summary>
    public static Verb Create(Server server)
    {
        var name = IntegrationCommands.Name();
        var format = OptionOf.Choice("--format", "Application XML of IdentityIQ, or the JSON of an Identity Security Cloud source.", IdentityIq, "isc").Needed();
        var fragment = new System.CommandLine.Option<bool>("--fragment") { Description = "Only retryableErrors, usePatch and skipGrpUpdate: entries to paste on IdentityIQ's debug page, or a JSON Patch of a source." };
        var verb = new Verb("export", "Writes an integration as the application that SailPoint is to have for it; the secret is left out.")
            .With(name, format, fragment)
            .Needs(command => !(command.GetValue(format) is IdentityIq && command.GetValue<string>("--output") is "json"), "--format identityiq is XML, and --output json contradicts it.")
            .WithExamples(
                "rollcall integrations export sailpoint --format identityiq",
                "rollcall integrations export sailpoint --format identityiq --fragment");
        return server.Verb(verb, async call =>
        {
            var path = ApiPath.Of("integrations", call[name], "export").With(("format", call.Get(format)), ("fragment", call.Get(fragment) ? "true" : null));
            await call.Api.CopyAsync(path, call.Shell.Output, call.CancellationToken);
        });
    }
}
