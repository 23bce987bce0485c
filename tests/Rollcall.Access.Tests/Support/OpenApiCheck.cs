using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rollcall.Access.Tests.Support;

/// <summary>
/// Compares what the admin API takes and answers with what <c>/openapi/v1.json</c> says of it: every call of every test is held
/// against the document.
/// </summary>
internal sealed class OpenApiCheck
{
    private static readonly Lock Loading = new();
    private static Task<OpenApiCheck>? _loaded;

    private readonly List<(string Method, Regex Path, JsonObject Operation)> _operations = [];

    public OpenApiCheck(JsonObject document)
    {
        Document = document;
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            var pattern = new Regex($"^{Regex.Replace(path, @"\\?\{[^}]+\}", "[^/]+")}$", RegexOptions.CultureInvariant);
            foreach (var (method, operation) in operations!.AsObject())
                _operations.Add((method.ToUpperInvariant(), pattern, operation!.AsObject()));
        }
    }

    public JsonObject Document { get; }

    /// <summary>The check by the document that every server gives.</summary>
    public static Task<OpenApiCheck> OfAsync(RollcallApp app)
    {
        lock (Loading)
            return _loaded ??= LoadAsync(app);
    }

    /// <summary>Fails unless the document has the call: the operation, its answer, and what was sent where it was taken.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">The path below <c>/api/v1</c>, with query.</param>
    /// <param name="sent">The body, where it was a JSON object.</param>
    /// <param name="answer">What came back.</param>
    public void AssertTold(string method, string path, JsonObject? sent, ApiAnswer answer)
    {
        var found = _operations.Where(operation => operation.Method == method && operation.Path.IsMatch("/api/v1" + path.Split('?')[0])).ToList();
        if (found.Count == 0)
        {
            Assert.True(answer.Status is 401 or 404 or 405, $"{method} {path} is answered with {answer.Status}, but not in /openapi/v1.json");
            return;
        }
        var operation = found[0].Operation;
        var responses = operation["responses"]!.AsObject();
        var response = responses[$"{answer.Status}"] ?? (answer.Status >= 400 ? responses["default"] : null);
        Assert.True(response is not null, $"{method} {path}: the answer {answer.Status} is not in /openapi/v1.json");
        if (response["content"] is JsonObject content)
            AssertFits(answer.Body, content[answer.Headers["Content-Type"].Split(';')[0]]!["schema"]!, $"{method} {path} -> {answer.Status}");
        else
            Assert.Empty(answer.Body);
        if (answer.Status < 300 && sent is not null)
            AssertFits(sent, operation["requestBody"]!["content"]!["application/json"]!["schema"]!, $"{method} {path}");
    }

    /// <summary>Fails unless a value is what a schema says. Knows the words of JSON Schema that the document has.</summary>
    public void AssertFits(JsonNode? value, JsonNode schema, string place)
    {
        if (schema["$ref"] is { } reference)
            schema = Document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]!;
        if (schema["oneOf"] is JsonArray choices)
        {
            AssertFits(value, choices.Single(choice => (string?)choice!["type"] == "null" == value is null)!, place);
            return;
        }
        if (schema["type"] is { } type)
        {
            var types = type is JsonArray several ? several.Select(one => (string)one!).ToList() : [(string)type!];
            Assert.True(types.Contains(TypeOf(value)) || (TypeOf(value) == "integer" && types.Contains("number")), $"{place}: {value?.ToJsonString() ?? "null"} is not of type {type.ToJsonString()}");
        }
        if (schema["enum"] is JsonArray words && value is not null)
            Assert.True(words.Any(word => JsonNode.DeepEquals(word, value)), $"{place}: {value.ToJsonString()} is none of {words.ToJsonString()}");
        if ((string?)schema["format"] == "date-time" && value is not null)
            Assert.True(DateTimeOffset.TryParse((string)value!, out _), $"{place}: {value} is no time");
        if (value is JsonArray elements && schema["items"] is { } items)
        {
            for (var i = 0; i < elements.Count; i++)
                AssertFits(elements[i], items, $"{place}[{i}]");
        }
        if (value is JsonObject members)
            AssertMembersFit(members, schema, place);
    }

    private void AssertMembersFit(JsonObject members, JsonNode schema, string place)
    {
        foreach (var name in schema["required"]?.AsArray() ?? [])
            Assert.True(members.ContainsKey((string)name!), $"{place}: {name} is missing in {members.ToJsonString()}");
        foreach (var (name, value) in members)
        {
            if (schema["properties"]?[name] is { } property)
                AssertFits(value, property, $"{place}.{name}");
            else if (schema["additionalProperties"] is JsonObject further)
                AssertFits(value, further, $"{place}.{name}");
            else
                Assert.True(schema["additionalProperties"]?.GetValueKind() != JsonValueKind.False, $"{place}: {name} is not in /openapi/v1.json");
        }
    }

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.ToJsonString().Contains('.', StringComparison.Ordinal) ? "number" : "integer",
        _ => "null",
    };

    private static async Task<OpenApiCheck> LoadAsync(RollcallApp app) =>
        new(JsonNode.Parse(await app.Http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken))!.AsObject());
}
