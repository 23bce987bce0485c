using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;

namespace Rollcall.Commands;

/// <summary>How an application is governed, as options of <c>apps create</c> and <c>apps edit</c>.</summary>
internal sealed class AppFields
{
    private const int MostRetries = 100;
    private const int MostConflicts = 1_000;
    private const int LargestPage = 10_000;

    private readonly List<Field> _general =
    [
        Text("baseUrl", "--base-url", "URL", "The SCIM base URL, to which /Users is added."),
        Text("description", "--description", "TEXT", "What it is, for people."),
        Text("owner", "--owner", "IDENTITY", "Who is responsible for it, by the identity's id or e-mail address."),
    ];

    private readonly List<Field> _authentication =
    [
        Word("authentication.type", "--auth", "How Rollcall shows the server who it is. Default: none.", "client-credentials", "refresh-token", "jwt", "password", "api-token", "basic", "none"),
        Text("authentication.tokenUrl", "--token-url", "URL", "The token endpoint of OAuth 2.0; https except on loopback."),
        Text("authentication.clientId", "--client-id", "ID", "The OAuth client's id."),
        Word("authentication.clientAuthentication", "--client-auth", "How id and secret are sent to the token endpoint. Default: basic.", "basic", "body", "basic-and-body"),
        Text("authentication.scope", "--scope", "SCOPE", "The scope to ask for."),
        Text("authentication.userName", "--user-name", "NAME", "The user name, for basic and password."),
        Text("authentication.keyId", "--key-id", "KID", "The kid under which the server knows the key."),
        Text("authentication.issuer", "--issuer", "ISS", "iss of signed assertions. Default: the client's id."),
        Text("authentication.subject", "--subject", "SUB", "sub of signed assertions. Default: the client's id."),
        Text("authentication.audience", "--audience", "AUD", "aud of signed assertions. Default: the token URL."),
        Map("authentication.tokenParameters", "--token-parameter", "A further parameter of the token request."),
        Map("authentication.headers", "--header", "A header of the token request, or with --auth none of every request."),
    ];

    private readonly List<Field> _rules =
    [
        Number("pageSize", "--page-size", $"Resources to ask for on a page. Default: 500.", 1, LargestPage),
        Text("accountFilter", "--account-filter", "FILTER", "Which Users are aggregated, as a SCIM filter. Default: all."),
        Text("groupFilter", "--group-filter", "FILTER", "Which Groups are aggregated, as a SCIM filter. Default: all."),
        Texts("accountAttributes", "--account-attribute", "ATTRIBUTE", "An attribute of Users to ask for. Default: what the server returns."),
        Texts("groupAttributes", "--group-attribute", "ATTRIBUTE", "An attribute of Groups to ask for. Default: what the server returns."),
        Texts("retryableErrors", "--retryable-error", "TEXT", "A part of an error's text after which provisioning is tried again. Default: 412, Precondition Failed, 429, 503."),
        Number("provisioningMaxRetries", "--max-retries", "How often a failed attempt is followed by another. Default: 3.", 0, MostRetries),
        Seconds("retryInterval", "--retry-interval", "How long to wait before the second attempt; it doubles with each further one. Default: 60s."),
        Number("conflictRetries", "--conflict-retries", "How many conflicts (412) an attempt goes through at once, each with a fresh read, before it counts as failed. Default: 20.", 0, MostConflicts),
        Word("usePatch", "--use-patch", "Whether changes are made by PATCH or PUT. Default: auto, as the server's configuration says.", "auto", "true", "false"),
        Word("useVersions", "--use-versions", "When the version that a change was made for is sent with it. Default: auto, where the server has versions.", "auto", "always", "never"),
        Word("paging", "--paging", "How lists are walked. Default: auto, by cursor where the server has them.", "auto", "index", "cursor"),
        Text("mediaType", "--media-type", "TYPE", "The media type of bodies. Default: application/scim+json."),
        Switch("relaxed", "--relaxed", "Whether the server is not quite SCIM: discovery may be missing, lists may be bare arrays. Default: false."),
        Seconds("timeout", "--timeout", "How long one request may take. Default: 60s."),
        Number("vanishedLimit", "--vanished-limit", "Percent of the accounts, or of the groups, that an aggregation may find gone without being asked. Default: 10.", 0, 100),
        Correlation("correlation", "--correlate", "By which attributes accounts find their people, or none to leave it to people. Default: userName=email."),
        Word("approval", "--approval", "Who approves requests. Default: owner.", "owner", "manager", "manager-and-owner", "none"),
        Word("leavers", "--leavers", "What becomes of the account of a person who has left, after its entitlements are removed. Default: disable.", "disable", "delete", "keep"),
    ];

    private readonly AppSecrets _secrets = new();

    /// <summary>One member of the definition and its option.</summary>
    /// <param name="Path">The member, with dots between levels.</param>
    /// <param name="Option">The option.</param>
    /// <param name="Read">The value as the API takes it; null takes the member away.</param>
    private sealed record Field(string Path, Option Option, Func<Call, JsonNode?> Read);

    private IEnumerable<Field> All => [.. _general, .. _authentication, .. _rules];

    /// <summary>Adds the options to a verb, under titles.</summary>
    public Verb AddTo(Verb verb) => verb
        .With([.. _general.Select(field => field.Option)])
        .WithGroup("Authentication", [.. _authentication.Select(field => field.Option)])
        .WithGroup("Secrets, kept encrypted and never shown again: - reads one from standard input, @FILE from a file", _secrets.Options)
        .WithGroup("Rules", [.. _rules.Select(field => field.Option)]);

    /// <summary>Whether the base URL is given, without which nothing is defined.</summary>
    public bool HasBaseUrl(SymbolResult command) => Server.IsGiven(command, _general[0].Option);

    /// <summary>Whether any of it is given.</summary>
    public bool AnyGiven(SymbolResult command) => All.Select(field => field.Option).Concat(_secrets.Options).Any(option => Server.IsGiven(command, option));

    /// <summary>What is given, as the API's <c>definition</c> and <c>secrets</c>; a member that is null is to be taken away.</summary>
    /// <exception cref="CommandFailure">Usage: a secret can't be read.</exception>
    public JsonObject Read(Call call)
    {
        var definition = new JsonObject();
        foreach (var field in All.Where(field => Server.IsGiven(call.Parsed.CommandResult, field.Option)))
            Set(definition, field.Path.Split('.'), field.Read(call));
        var body = new JsonObject { ["definition"] = definition };
        if (_secrets.Read(call) is { } secrets)
            body["secrets"] = secrets;
        return body;
    }

    /// <summary>The object without members that are null: of what is new there is nothing to take away.</summary>
    public static JsonObject WithoutNulls(JsonObject members)
    {
        foreach (var (name, value) in members.ToList())
        {
            if (value is null && name != "correlation")
                members.Remove(name);
            else if (value is JsonObject inner)
                WithoutNulls(inner);
        }
        return members;
    }

    private static void Set(JsonObject target, ReadOnlySpan<string> path, JsonNode? value)
    {
        for (; path.Length > 1; path = path[1..])
        {
            if (target[path[0]] is not JsonObject inner)
                target[path[0]] = inner = [];
            target = inner;
        }
        target[path[0]] = value;
    }

    private static Field Text(string path, string name, string helpName, string description)
    {
        var option = OptionOf.Text(name, helpName, description);
        return new Field(path, option, call => call.Get(option) is { Length: > 0 } text ? text : null);
    }

    private static Field Texts(string path, string name, string helpName, string description)
    {
        var option = OptionOf.Texts(name, helpName, description);
        return new Field(path, option, call => ListFields.ReadRoles(call.Get(option)));
    }

    private static Field Word(string path, string name, string description, params string[] words)
    {
        var option = OptionOf.Choice(name, description, words);
        return new Field(path, option, call => (path, call.Get(option)!) switch
        {
            ("usePatch", var word) => word == "auto" ? null : word == "true",
            (_, var word) => Camel(word),
        });
    }

    private static Field Number(string path, string name, string description, int least, int most)
    {
        var option = OptionOf.Number(name, description, least, most);
        return new Field(path, option, call => call.Get(option));
    }

    private static Field Seconds(string path, string name, string description)
    {
        var option = OptionOf.Duration(name, description);
        return new Field(path, option, call => (int)Math.Min(int.MaxValue, Math.Ceiling(call.Get(option)!.Value.TotalSeconds)));
    }

    private static Field Switch(string path, string name, string description)
    {
        var option = OptionOf.Switch(name, description);
        return new Field(path, option, call => call.Get(option) ?? true);
    }

    private static Field Map(string path, string name, string description)
    {
        var option = OptionOf.Traits(name, $"{description} An empty value takes it away.");
        return new Field(path, option, call => new JsonObject((call.Get(option) ?? []).Where(pair => pair.Length > 0).Select(pair => pair.Split('=', 2))
            .DistinctBy(pair => pair[0]).Select(pair => KeyValuePair.Create(pair[0], pair[1].Length == 0 ? null : (JsonNode?)pair[1]))));
    }

    private static Field Correlation(string path, string name, string description)
    {
        var option = OptionOf.Text(name, "ACCOUNT=IDENTITY", description);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value != "none" && token.Value.Split('=') is not [{ Length: > 0 }, { Length: > 0 }])
                result.AddError($"{name}: \"{Shell.Echo(token.Value)}\" is neither none nor of the form userName=email.");
        });
        return new Field(path, option, call => call.Get(option)!.Split('=') is [var account, var identity] ? new JsonObject { ["account"] = account, ["identity"] = identity } : null);
    }

    private static string Camel(string words) => string.Concat(words.Split('-').Select((word, index) => index == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
