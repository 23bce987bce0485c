using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Identities;
using Rollcall.IdentityIq;
using Rollcall.IdentityIq.Applications;
using Rollcall.Web;
using Rollcall.Web.Api;
using Application = Rollcall.Governance.Applications.Application;
using ApplicationDefinition = Rollcall.Governance.Applications.ApplicationDefinition;

namespace Rollcall.Governance.Api;

/// <summary>
/// Applications as documents: Application XML of IdentityIQ, the JSON of an Identity Security Cloud source, Rollcall's own JSON.
/// SailPoint's object browser, without its danger: a document is read whole before anything is saved, each save is a version, and
/// secrets never leave.
/// </summary>
internal sealed class ApplicationDocumentsApi(Database database, ApplicationSecrets secrets)
{
    private const string Xml = "application/xml";
    private const string TextXml = "text/xml";

    private static readonly JsonSerializerOptions Readable = new(ApiJson.Options) { WriteIndented = true, NewLine = "\n" };
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/applications/{name}/export", (RequestDelegate)ExportAsync)
            .Describe("exportApplication", "The application as a document. Placeholders stand for its secrets.")
            .Answers<JsonObject>(StatusCodes.Status200OK, Xml)
            .TakesQuery("format", "identityiq for Application XML, isc for the JSON of an Identity Security Cloud source, json for the body of createApplication.");
        api.MapPost("/applications/import", (RequestDelegate)ImportAsync)
            .Describe("importApplication", "Defines an application by a document, or by an object with the document as text and the secrets that it lacks.")
            .Takes<JsonObject>(isOptional: false, Xml, TextXml).Answers<DocumentView>(StatusCodes.Status201Created)
            .TakesQuery("name", "The application's name; made of the document's if left out.")
            .TakesQuery("format", "identityiq, isc or json; what the document looks like if left out.");
        api.MapPut("/applications/{name}/document", (RequestDelegate)ReplaceAsync)
            .Describe("replaceApplicationDocument", "Saves a document as a new version of an application: it replaces what it describes. Placeholders keep the secrets that there are.")
            .Takes<JsonObject>(isOptional: false, Xml, TextXml).TakesIfMatch().Answers<DocumentView>();
    }

    /// <param name="Application">The application as it is now.</param>
    /// <param name="Notes">What was left out or taken to be something, as sentences.</param>
    /// <param name="Findings">What is set so that it will not work as people expect.</param>
    private sealed record DocumentView(ApplicationView Application, IReadOnlyList<string> Notes, IReadOnlyList<string> Findings);

    private sealed record NewApplication(string Name, ApplicationDefinition Definition, Dictionary<string, string?>? Secrets = null);

    private sealed record Envelope(string Document, Dictionary<string, string?>? Secrets = null);

    /// <summary>A document, the format that it is of, and secrets that came beside it.</summary>
    private sealed record Given(string Text, DocumentFormat Format, Dictionary<string, string?> Secrets);

    private async Task ExportAsync(HttpContext http)
    {
        var query = new QueryParameters(http.Request.Query);
        var format = query.Choice("format", "identityiq", "isc", "json") ?? throw ApiException.Invalid("format", "Give the format: identityiq, isc or json.");
        query.RefuseOthers();
        var (application, discovered, names) = await database.ReadAsync(async session =>
        {
            var found = await GovernanceRequest.FindApplicationAsync(session, http);
            return (found, await SchemaDiscovery.FindAsync(session, found.Id), await ApplicationSecrets.NamesOfAsync(session, found.Id));
        });
        var text = format switch
        {
            "identityiq" => SailPointDocument.Write(application, discovered, DocumentFormat.IdentityIq, Heading(application)),
            "isc" => SailPointDocument.Write(application, discovered, DocumentFormat.Isc, Heading(application)),
            _ => JsonSerializer.Serialize(new NewApplication(application.Name, application.Definition, names.ToDictionary(name => name, name => (string?)SailPointImport.Placeholder(name))), Readable) + "\n",
        };
        http.Response.ContentType = $"{(format == "identityiq" ? Xml : ApiJson.MediaType)}; charset=utf-8";
        http.Response.Headers[HeaderNames.ETag] = ApiETag.Of(application.Version);
        await http.Response.WriteAsync(text, http.RequestAborted);
    }

    private async Task ImportAsync(HttpContext http)
    {
        var query = new QueryParameters(http.Request.Query);
        var (named, format) = (query.Text("name"), query.Choice("format", "identityiq", "isc", "json"));
        query.RefuseOthers();
        var given = await ReadAsync(http, format);
        var change = GovernanceRequest.Change(http);
        var (name, document, reading) = Read(given, null);
        name = ApplicationRules.Name(named ?? (SailPointImport.Slug(name) is { Length: > 0 } slug ? slug : throw ApiException.Invalid("name", "The document's name has no letter that a name here can have. Give one as ?name=.")));
        var view = await database.WriteAsync(async session =>
        {
            var (definition, notes) = await OwnedAsync(session, reading.Definition, reading.Notes, isStrict: given.Format == DocumentFormat.Json);
            var application = new Application(0, name, definition, 0, 0, 0);
            if (document is not null)
                definition = definition with { SailPoint = SailPointDocument.Kept(document, application, NothingDiscovered, given.Format) };
            application = await ApplicationStore.CreateAsync(session, change, name, ApplicationRules.Check(definition, null));
            await secrets.SetAsync(session, application.Id, reading.Secrets);
            return await ViewAsync(session, application, document, notes);
        }, change.Key);
        await ApiJson.WriteAsync(http, view, StatusCodes.Status201Created, view.Application.Version);
    }

    private async Task ReplaceAsync(HttpContext http)
    {
        var given = await ReadAsync(http, null);
        var change = GovernanceRequest.Change(http);
        var view = await database.WriteAsync(async session =>
        {
            var current = await ApplicationStore.LockAsync(session, http.Route("name")) ?? throw GovernanceRequest.NoSuchApplication(http.Route("name"));
            ApiETag.CheckIfMatch(http.Request, current.Version);
            var (_, document, reading) = Read(given, current.Definition);
            var (definition, notes) = await OwnedAsync(session, reading.Definition, reading.Notes, isStrict: given.Format == DocumentFormat.Json);
            if (document is not null)
                definition = definition with { SailPoint = SailPointDocument.Kept(document, current with { Definition = definition }, await SchemaDiscovery.FindAsync(session, current.Id), given.Format) };
            var saved = await ApplicationVersions.SaveAsync(session, change, secrets, current, definition, reading.Secrets, ofDocument: true);
            return await ViewAsync(session, saved, document, notes);
        }, change.Key);
        await ApiJson.WriteAsync(http, view, revision: view.Application.Version);
    }

    private static IReadOnlyDictionary<string, IReadOnlyList<DiscoveredAttribute>> NothingDiscovered { get; } = new Dictionary<string, IReadOnlyList<DiscoveredAttribute>>();

    private static async ValueTask<DocumentView> ViewAsync(Session session, Application application, IdentityIq.Applications.ApplicationDefinition? document, List<string> notes)
    {
        var view = await ApplicationView.OfAsync(session, application);
        if (ApplicationRules.MissingSecret(application.Definition.Authentication, [.. view.Secrets]) is var (secret, missing))
            notes = [.. notes, $"{missing} Set it: rollcall apps edit {application.Name} --{KebabCase(secret)} -"];
        // What SailPoint does where usePatch is not said, and with skipGrpUpdate, is not done here.
        return new DocumentView(view, notes, document is null ? [] : ApplicationFindings.Of(document with { UsePatch = document.UsePatch ?? true, SkipGroupUpdate = false }));
    }

    private static (string Name, IdentityIq.Applications.ApplicationDefinition? Document, DocumentReading Reading) Read(Given given, ApplicationDefinition? current)
    {
        if (given.Format == DocumentFormat.Json)
        {
            var whole = ApiJson.Read<NewApplication>(JsonNode.Parse(given.Text)!, "");
            var values = (whole.Secrets ?? []).Where(secret => secret.Value is null || !SecretKeys.IsPlaceholder(secret.Value)).ToDictionary();
            ApplicationSecrets.Check(values);
            return (whole.Name, null, new DocumentReading(whole.Definition, With(values, given.Secrets), []));
        }
        var imported = SailPointDocument.Read(given.Text, given.Format);
        var reading = SailPointImport.Read(imported, current);
        return (imported.Definition.Name, imported.Definition, reading with { Secrets = With(reading.Secrets, given.Secrets) });
    }

    private static Dictionary<string, string?> With(IReadOnlyDictionary<string, string?> read, Dictionary<string, string?> given)
    {
        var all = new Dictionary<string, string?>(read);
        foreach (var (name, value) in given)
            all[name] = value;
        return all;
    }

    /// <summary>The definition with the owner as he is known here; a name of another system that nobody has here owns nothing.</summary>
    private static async ValueTask<(ApplicationDefinition Definition, List<string> Notes)> OwnedAsync(Session session, ApplicationDefinition definition, List<string> notes, bool isStrict)
    {
        if (definition.Owner is not { } owner)
            return (definition, notes);
        if (await IdentityStore.FindAsync(session, owner) is { } identity)
            return (definition with { Owner = isStrict ? owner : identity.PublicId }, notes);
        if (isStrict)
            throw ApiException.Invalid("definition.owner", $"There is no identity '{owner.Truncate()}' to own the application.");
        return (definition with { Owner = null }, [.. notes, $"The owner {owner.Truncate()} is nobody here: the application has none."]);
    }

    private static string KebabCase(string name) => string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{c}"));

    private static IReadOnlyList<string> Heading(Application application) =>
    [
        $"The application {application.Name} of Rollcall, version {application.Version}.",
        "Placeholders stand for secrets: left as they are, they keep the secrets that there are.",
    ];

    private static async Task<Given> ReadAsync(HttpContext http, string? format)
    {
        var type = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var parsed) ? parsed.MediaType.Value ?? "" : "";
        var isXml = type is Xml or TextXml || type.EndsWith("+xml", StringComparison.OrdinalIgnoreCase);
        if (!isXml && !http.Request.HasJsonContentType())
            throw ApiException.UnsupportedMediaType($"A document is sent as {Xml} or as {ApiJson.MediaType}.");
        string text;
        try
        {
            using var reader = new StreamReader(http.Request.Body, Strict);
            text = await reader.ReadToEndAsync(http.RequestAborted);
        }
        catch (DecoderFallbackException)
        {
            throw ApiException.BadRequest("The document is no text in UTF-8. Save it as such.");
        }
        if (isXml)
            return new Given(text, DocumentFormat.IdentityIq, []);
        var body = Parse(text);
        if (body["document"] is null)
            return new Given(text, FormatOf(body, format), []);
        var envelope = ApiJson.Read<Envelope>(body, "");
        var secrets = envelope.Secrets ?? [];
        ApplicationSecrets.Check(secrets);
        var inner = format is "identityiq" || (format is null && envelope.Document.TrimStart('\uFEFF', ' ', '\t', '\r', '\n').StartsWith('<')) ? DocumentFormat.IdentityIq : FormatOf(Parse(envelope.Document), format);
        return new Given(envelope.Document, inner, secrets);
    }

    private static DocumentFormat FormatOf(JsonObject body, string? format) => format switch
    {
        "json" => DocumentFormat.Json,
        "isc" => DocumentFormat.Isc,
        "identityiq" => throw ApiException.UnsupportedMediaType($"Application XML is sent as {Xml}."),
        _ => body["definition"] is JsonObject ? DocumentFormat.Json : DocumentFormat.Isc,
    };

    private static JsonObject Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, null, new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject ?? throw ApiException.BadRequest("The body is no object. Send a document.");
        }
        catch (JsonException broken)
        {
            throw new ApplicationFormatException("The JSON can't be read. Correct it there.", (int?)broken.LineNumber + 1, (int?)broken.BytePositionInLine + 1);
        }
    }
}
