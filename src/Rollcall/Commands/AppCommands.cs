using System.CommandLine;

namespace Rollcall.Commands;

/// <summary><c>rollcall apps …</c>: the SCIM servers that the Governance side governs.</summary>
internal static class AppCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("NAME", "name"),
        new("BASE URL", application => application.Member("definition")?.Text("baseUrl")),
        new("AUTHENTICATION", application => AppWriter.Words(application.Member("definition")?.Member("authentication")?.Text("type"))),
        new("OWNER", application => application.Member("definition")?.Text("owner")),
        Column.Of("VERSION", "version"),
        new("SAVED", application => Output.Time(application.Text("modifiedAt"))),
    ];

    private static readonly Column[] Versions =
    [
        Column.Of("VERSION", "version"),
        new("SAVED", version => Output.Time(version.Text("savedAt"))),
        Column.Of("BY", "savedBy"),
        // What changed nothing of the definition changed a secret.
        new("CHANGED", version => version.Text("version") is "1" ? "defined" : string.Join(", ", version.Texts("changed").DefaultIfEmpty("secrets"))),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("apps", "Defines the SCIM servers to govern, and tries them.").With(
            CreateVerb(server),
            ListVerb(server),
            ShowVerb(server),
            EditVerb(server),
            DeleteVerb(server),
            AppTryCommands.TestVerb(server),
            AppTryCommands.DiscoverVerb(server),
            AppTryCommands.PreviewVerb(server),
            VersionsVerb(server),
            RestoreVerb(server),
            AppDocumentCommands.ExportVerb(server),
            AppDocumentCommands.ImportVerb(server));

    /// <summary>The argument that names an application.</summary>
    public static Argument<string> Name() => new("NAME") { Description = "The application's name." };

    private static Verb CreateVerb(Server server)
    {
        var name = new Argument<string>("NAME") { Description = "Its name: small letters, digits, \".\", \"_\" and \"-\", at most 63." };
        var fields = new AppFields();
        var verb = fields.AddTo(new Verb("create", "Defines an application: a SCIM server, how it is spoken to, and by which rules.").With(name))
            .Needs(fields.HasBaseUrl, "Give the SCIM base URL: --base-url.")
            .WithExamples(
                "rollcall apps create crm --base-url https://crm.example.com/scim/v2 --auth client-credentials --token-url https://crm.example.com/oauth/token --client-id 7f3c --client-secret -",
                "rollcall apps create wiki --base-url https://wiki.example.com/scim --auth api-token --api-token @token.txt --owner ada --approval manager-and-owner");
        return server.Verb(verb, async call =>
        {
            var body = AppFields.WithoutNulls(fields.Read(call));
            body["name"] = call[name];
            var answer = await call.Api.PostAsync(ApiPath.Of("applications"), body, call.CancellationToken);
            call.Output.Answer(answer.Body, output => AppWriter.WriteMade(output, answer.Body));
        });
    }

    private static Verb ListVerb(Server server) =>
        server.Verb(new Verb("list", "Lists all applications."), call =>
            call.Output.ListAsync(call.Api.PagesAsync(ApiPath.Of("applications"), call.CancellationToken), "applications", Columns));

    private static Verb ShowVerb(Server server)
    {
        var name = Name();
        return server.Verb(new Verb("show", "Shows an application: how it is governed, and which secrets it has, not what they are.").With(name), async call =>
        {
            var application = (await call.Api.GetAsync(ApiPath.Of("applications", call[name]), call.CancellationToken)).Body;
            call.Output.Answer(application, output => AppWriter.Write(output, application));
        });
    }

    private static Verb EditVerb(Server server)
    {
        var name = Name();
        var document = OptionOf.Text("--document", "FILE", "Instead of options: the application as a document, as \"rollcall apps export\" writes it, changed; - for standard input. Its placeholders keep the secrets that there are.");
        var fields = new AppFields();
        var verb = fields.AddTo(new Verb("edit", "Saves a new version: what is given replaces what was there, all else stays. An empty value clears: --owner \"\".").With(name, document))
            .Needs(command => fields.AnyGiven(command) != Server.IsGiven(command, document), "Give what is to be changed: options, or --document.")
            .WithExamples(
                "rollcall apps edit crm --page-size 200 --retryable-error 412 --retryable-error \"Precondition Failed\"",
                "rollcall apps edit crm --client-secret -",
                "rollcall apps edit crm --document crm.xml");
        return server.Verb(verb, async call =>
        {
            if (call.Get(document) is { } file)
            {
                await AppDocumentCommands.ReplaceAsync(call, call[name], file);
                return;
            }
            var application = (await call.Api.PatchAsync(ApiPath.Of("applications", call[name]), fields.Read(call), null, call.CancellationToken)).Body;
            call.Output.Answer(application, output => AppWriter.Write(output, application));
        });
    }

    private static Verb DeleteVerb(Server server)
    {
        var name = Name();
        return server.Verb(new Verb("delete", "Deletes an application with all that was aggregated from it. Nothing is changed on its server.").With(name), async call =>
        {
            await call.Api.DeleteAsync(ApiPath.Of("applications", call[name]), call.CancellationToken);
            call.Output.Done($"Application \"{call[name]}\" is deleted. Nothing was changed on its server.");
        });
    }

    private static Verb VersionsVerb(Server server)
    {
        var name = Name();
        return server.Verb(new Verb("versions", "Lists the versions of an application, newest first, each with what it changed.").With(name), call =>
            call.Output.ListAsync(call.Api.PagesAsync(ApiPath.Of("applications", call[name], "versions"), call.CancellationToken), "versions", Versions));
    }

    private static Verb RestoreVerb(Server server)
    {
        var name = Name();
        var version = new Argument<string>("VERSION") { Description = "The number of the version, as \"rollcall apps versions\" shows it." };
        var verb = new Verb("restore", "Saves an earlier version as the newest one. Secrets stay as they are.").With(name, version).WithExamples("rollcall apps restore crm 3");
        return server.Verb(verb, async call =>
        {
            var application = (await call.Api.PostAsync(ApiPath.Of("applications", call[name], "versions", call[version], "restore"), [], call.CancellationToken)).Body;
            call.Output.Answer(application, output => output.WriteLine(Shell.Printable($"\"{call[name]}\" is as it was in version {call[version]}; that is version {application.Text("version")} now.")));
        });
    }
}
