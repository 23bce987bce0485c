using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary><c>rollcall integrations …</c>: the platforms that are connected to the Access side.</summary>
internal static class IntegrationCommands
{
    private static readonly Column[] Columns =
    [
        Column.Of("NAME", "name"),
        Column.Of("PLATFORM", "platform"),
        new("STATE", item => item.Text("enabled") is "true" ? "enabled" : "disabled"),
        Column.Of("SCIM BASE URL", "scimBaseUrl"),
        new("CREATED", item => Output.Time(item.Text("createdAt"))),
    ];

    /// <summary>The verb and those below it.</summary>
    public static Verb Create(Server server) =>
        new Verb("integrations", "Connects governance platforms, and says what each of them may do.").With(
            CreateVerb(server),
            ListVerb(server),
            ShowVerb(server),
            UpdateVerb(server),
            EnableVerb(server, "disable", false, "Ends all access of a platform within a second; its users and lists stay as they are."),
            EnableVerb(server, "enable", true, "Lets a disabled platform in again."),
            DeleteVerb(server),
            IntegrationExportCommand.Create(server),
            IntegrationCredentialCommands.RotateSecretVerb(server),
            IntegrationCredentialCommands.RevokeSecretVerb(server),
            IntegrationCredentialCommands.AddKeyVerb(server),
            IntegrationCredentialCommands.RevokeKeyVerb(server),
            IntegrationCredentialCommands.RotateTokenVerb(server),
            IntegrationCredentialCommands.RevokeTokenVerb(server));

    /// <summary>The argument that names an integration.</summary>
    public static Argument<string> Name() => new("NAME") { Description = "The integration's name." };

    private static Option<string> Platform() =>
        OptionOf.Choice("--platform", "The platform; it chooses instructions and defaults only.", "identityiq", "isc", "entra", "okta", "other");

    private static Verb CreateVerb(Server server)
    {
        var name = new Argument<string>("NAME") { Description = "Its name, part of its URL: small letters, digits, \".\", \"_\" and \"-\", at most 63." };
        var platform = Platform();
        var rules = new IntegrationRules();
        var staticToken = new Option<bool>("--static-token") { Description = "Also make a bearer token that is valid for 365 days, for a platform that is set up without OAuth." };
        var verb = new Verb("create", "Connects a platform and prints what to enter there. Secrets are shown this once.")
            .With(name, platform, staticToken)
            .WithGroup("Rules", rules.Options)
            .WithExamples(
                "rollcall integrations create sailpoint --platform identityiq",
                "rollcall integrations create entra --platform entra --static-token --group-creation create");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject { ["name"] = call[name] };
            AddGiven(body, call, platform, rules);
            if (call.Get(staticToken))
                body["staticToken"] = true;
            var answer = await call.Api.PostAsync(ApiPath.Of("integrations"), body, call.CancellationToken);
            call.Output.Answer(answer.Body, output => WriteCreated(output, answer.Body));
        });
    }

    private static Verb ListVerb(Server server) =>
        server.Verb(new Verb("list", "Lists all integrations."), call =>
            call.Output.ListAsync(call.Api.PagesAsync(ApiPath.Of("integrations"), call.CancellationToken), "integrations", Columns));

    private static Verb ShowVerb(Server server)
    {
        var name = Name();
        return server.Verb(new Verb("show", "Shows an integration: where it is reached, its rules, and by id its secrets, static tokens and keys, with what ends soon.").With(name), async call =>
            call.Output.Details((await call.Api.GetAsync(ApiPath.Of("integrations", call[name]), call.CancellationToken)).Body));
    }

    private static Verb UpdateVerb(Server server)
    {
        var name = Name();
        var platform = Platform();
        var rules = new IntegrationRules();
        var verb = new Verb("update", "Changes the rules that are given, or the platform; all else stays.")
            .With(name, platform)
            .WithGroup("Rules", rules.Options)
            .Needs(result => rules.AnyGiven(result) || Server.IsGiven(result, platform), "Give what is to be changed: --platform or a rule.")
            .WithExamples("rollcall integrations update sailpoint --unconditional-put require --rate-limit 50");
        return server.Verb(verb, async call =>
        {
            var body = new JsonObject();
            AddGiven(body, call, platform, rules);
            call.Output.Details((await call.Api.PatchAsync(ApiPath.Of("integrations", call[name]), body, null, call.CancellationToken)).Body);
        });
    }

    private static Verb EnableVerb(Server server, string word, bool enabled, string description)
    {
        var name = Name();
        return server.Verb(new Verb(word, description).With(name), async call =>
        {
            var answer = await call.Api.PatchAsync(ApiPath.Of("integrations", call[name]), new JsonObject { ["enabled"] = enabled }, null, call.CancellationToken);
            call.Output.Answer(answer.Body, output => output.WriteLine(Shell.Printable($"Integration \"{call[name]}\" is {word}d.")));
        });
    }

    private static Verb DeleteVerb(Server server)
    {
        var name = Name();
        var cascade = new Option<bool>("--cascade") { Description = "Also delete its users and its lists. Without it an integration that has any is refused." };
        var verb = new Verb("delete", "Deletes an integration, its secrets and its tokens.")
            .With(name, cascade)
            .WithExamples("rollcall integrations delete sailpoint --cascade");
        return server.Verb(verb, async call =>
        {
            var path = ApiPath.Of("integrations", call[name]).With(("cascade", call.Get(cascade) ? "true" : null));
            await call.Api.DeleteAsync(path, call.CancellationToken);
            call.Output.Done($"Integration \"{call[name]}\" is deleted.");
        });
    }

    private static void AddGiven(JsonObject body, Call call, Option<string> platform, IntegrationRules rules)
    {
        if (call.Get(platform) is { } given)
            body["platform"] = given;
        if (rules.Read(call) is { } changed)
            body["rules"] = changed;
    }

    private static void WriteCreated(TextWriter output, JsonElement created)
    {
        var name = Output.Cell(created.Text("name"));
        var token = created.Text("token");
        output.WriteLine($"Integration \"{name}\" is ready. Enter in the platform:");
        output.WriteLine();
        List<(string, string)> values =
        [
            ("  SCIM base URL", Output.Cell(created.Text("scimBaseUrl"))),
            ("  Token URL", Output.Cell(created.Text("tokenUrl"))),
            ("  Grant type", "client credentials"),
            ("  Client ID", Output.Cell(created.Text("clientId"))),
            ("  Client secret", Output.Cell(created.Text("clientSecret"))),
        ];
        if (token is not null)
            values.Add(("  Static token", Output.Cell(token)));
        DetailsWriter.Write(output, values);
        output.WriteLine();
        output.WriteLine($"{(token is null ? "The client secret is" : "The client secret and the static token are")} shown only now: keep what you need.");
        output.WriteLine($"A lost client secret is replaced by \"rollcall integrations rotate-secret {name}\"{(token is null ? "" : $", a lost static token by \"rotate-token {name}\"")}.");
    }
}
