using System.Text.Json.Nodes;
using Rollcall.IdentityIq.Applications;

namespace Rollcall.IdentityIq.Isc;

/// <summary>
/// A source of Identity Security Cloud as JSON. The platform keeps a source, its schemas, its provisioning policies and its correlation
/// as documents of their own; here one document has them all: <c>source</c>, <c>schemas</c>, <c>provisioningPolicies</c>,
/// <c>correlationConfig</c>, and for whoever opens the file <c>patch</c> and <c>notes</c>. The source alone can be read as well.
/// </summary>
public static class SourceJson
{
    private const string Source = "source";
    private const string Attributes = "connectorAttributes";

    private static readonly string[] Members = [Source, "schemas", "provisioningPolicies", "correlationConfig", "patch", "notes"];

    /// <summary>Reads a document.</summary>
    /// <param name="text">The document: at most 4 Mi characters, 64 levels deep.</param>
    /// <exception cref="ApplicationFormatException">It can't be read; the message says where and why.</exception>
    public static ImportedApplication Read(string text)
    {
        var document = JsonInput.Object(text);
        var isWhole = document[Source] is JsonObject;
        if (!isWhole && document[Attributes] is not JsonObject)
            throw new ApplicationFormatException($"Expected an object with the member {Source}, or a source with the member {Attributes}.");
        var source = isWhole ? document[Source]!.AsObject() : document;
        var cutter = new SecretCutter(Encrypted(source));
        // The attributes first: their secrets are then known by their keys alone.
        if (source[Attributes] is JsonObject attributes)
            cutter.Cut(attributes);
        cutter.Cut(document);
        var unread = isWhole ? document.Select(member => member.Key).Except(Members).Select(name => $"The member {ApplicationFormatException.Echo(name)} is not known here and was left out.").ToList() : [];
        return new ImportedApplication(ReadSource(isWhole ? document : [], source, cutter), cutter.Secrets, [.. cutter.Notes, .. unread]);
    }

    /// <summary>Writes a document with <c>source</c>, its parts, <c>patch</c> and <c>notes</c>. Where a secret belongs there is a placeholder.</summary>
    /// <param name="definition">The application.</param>
    /// <param name="notes">Sentences for the person who opens the file, before those on each attribute; or null.</param>
    public static string Write(ApplicationDefinition definition, IEnumerable<string>? notes = null)
    {
        var cutter = new SecretCutter(definition.Encrypted);
        var entries = AttributeMapping.Write(definition).Where(entry => !IsXml(entry.Value)).ToList();
        var document = new JsonObject
        {
            ["notes"] = new JsonArray([.. (notes ?? []).Concat(Notes(definition, entries)).Select(note => (JsonNode)note)]),
            [Source] = JsonOutput.With(new JsonObject
            {
                ["name"] = definition.Name,
                ["description"] = definition.Description,
                ["owner"] = JsonOutput.Reference("IDENTITY", definition.Owner),
                ["accountCorrelationConfig"] = JsonOutput.Reference("ACCOUNT_CORRELATION_CONFIG", definition.Correlation?.Reference),
                ["type"] = definition.Type,
                [Attributes] = new JsonObject(entries.Select(entry => KeyValuePair.Create(entry.Key, entry.Value))),
            }, definition.Remainder),
            ["schemas"] = new JsonArray([.. definition.Schemas.Select(SourceSchemaJson.Write)]),
            ["provisioningPolicies"] = new JsonArray([.. definition.Forms.Select(form => PolicyJson.Write(form, cutter))]),
        };
        if (definition.Correlation is { Rules.Count: > 0 } correlation)
            document["correlationConfig"] = WriteCorrelation(correlation);
        document["patch"] = Patch(definition);
        cutter.Cut(document[Source]![Attributes]!.AsObject());
        cutter.Cut(document);
        return JsonInput.Text(document);
    }

    /// <summary>
    /// Writes a JSON Patch (RFC 6902) that sets <c>retryableErrors</c>, <c>usePatch</c> and <c>skipGrpUpdate</c> of a source, as far
    /// as the definition says them: the body of <c>PATCH /v3/sources/{id}</c>.
    /// </summary>
    /// <param name="definition">The application.</param>
    public static string WritePatch(ApplicationDefinition definition) => JsonInput.Text(Patch(definition));

    // "add" also replaces (RFC 6902 §4.1).
    private static JsonArray Patch(ApplicationDefinition definition) =>
        [.. AttributeMapping.GroupChanges(definition).Select(entry => new JsonObject { ["op"] = "add", ["path"] = $"/{Attributes}/{entry.Key}", ["value"] = entry.Value })];

    private static ApplicationDefinition ReadSource(JsonObject document, JsonObject source, SecretCutter cutter)
    {
        var whole = new JsonPart(document, "");
        var part = new JsonPart(source, document.Count > 0 ? Source : "");
        var blank = new ApplicationDefinition { Name = "" };
        var reference = part.Reference("accountCorrelationConfig");
        var definition = new ApplicationDefinition
        {
            Name = part.Needed("name"),
            Description = part.Text("description"),
            Owner = part.Reference("owner"),
            Type = part.Text("type") ?? blank.Type,
            Schemas = [.. whole.Objects("schemas").Select(SourceSchemaJson.Read)],
            Forms = [.. whole.Objects("provisioningPolicies").Select(policy => PolicyJson.Read(policy, cutter))],
            Correlation = reference is null ? null : ReadCorrelation(reference, whole),
        };
        if (definition.Schemas.GroupBy(schema => schema.ObjectType).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw whole.Fault("schemas", $"There are two schemas of the object type {ApplicationFormatException.Echo(twice.Key)}. Leave one out.");
        var attributes = new AttributeReader(part.Object(Attributes) ?? [], (key, what) => part.Fault($"{Attributes}.{key}", what));
        return AttributeMapping.Read(definition, attributes) with { Remainder = part.Rest() };
    }

    private static Correlation ReadCorrelation(ObjectReference reference, JsonPart whole)
    {
        var read = new Correlation { Reference = reference };
        // Whatever is more than "this attribute equals that one" is the platform's own business.
        if (whole.Object("correlationConfig") is not { } config || config["attributeAssignments"] is not JsonArray { Count: > 0 } rules
            || !rules.All(rule => rule is JsonObject and var one && (string?)one["operation"] is "EQ" or null && one["property"] is JsonValue && one["value"] is JsonValue))
            return read;
        config.Remove("attributeAssignments");
        config.Remove("name");
        return read with
        {
            Rules = [.. rules.Select(rule => new CorrelationRule((string)rule!["property"]!, (string)rule["value"]!))],
            Remainder = new JsonPart(config, "correlationConfig").Rest(),
        };
    }

    private static JsonObject WriteCorrelation(Correlation correlation) => JsonOutput.With(new JsonObject
    {
        ["name"] = correlation.Reference.Name,
        ["attributeAssignments"] = new JsonArray([.. correlation.Rules.Select(rule =>
            new JsonObject { ["property"] = rule.IdentityAttribute, ["value"] = rule.AccountAttribute, ["operation"] = "EQ" })]),
    }, correlation.Remainder);

    private static IEnumerable<string> Notes(ApplicationDefinition definition, List<(string Key, JsonNode? Value)> entries)
    {
        yield return "source is the body of POST /v3/sources, which needs an owner; schemas and provisioningPolicies have endpoints of their own below /v3/sources/{id}.";
        yield return "patch is the body of PATCH /v3/sources/{id} with Content-Type application/json-patch+json: it sets what makes concurrent changes of groups safe.";
        foreach (var (key, _) in entries)
        {
            if (Keys.NoteOf(key) is { } note)
                yield return $"{key}, {note}";
        }
        foreach (var field in definition.Forms.SelectMany(form => form.Fields()).Where(field => field.Script is not null))
            yield return $"The field {field.Name} comes from a script of IdentityIQ, which is left out: Identity Security Cloud has transforms and rules instead.";
        foreach (var (key, _) in definition.Attributes.Where(entry => IsXml(entry.Value)))
            yield return $"The attribute {key} is left out: its value is XML of IdentityIQ.";
    }

    private static bool IsXml(JsonNode? value) => value is JsonObject { Count: 1 } kept && kept.ContainsKey(EntryValue.Xml);

    private static IEnumerable<string> Encrypted(JsonObject source) =>
        source[Attributes] is JsonObject attributes && attributes[Keys.EncryptedKeys] is JsonValue value && value.TryGetValue<string>(out var keys)
            ? keys.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
}
