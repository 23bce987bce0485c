using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Tests.Support;

/// <summary>An answer of the SCIM endpoint. Whatever holds for every answer was asserted when it was read.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">Headers by name, in any case; several values joined by a comma.</param>
/// <param name="Body">The body; an empty object where there is none.</param>
internal sealed record ScimAnswer(int Status, IReadOnlyDictionary<string, string> Headers, JsonObject Body)
{
    // RFC 7644 Table 9 and RFC 9865 Table 3.
    private static readonly string[] ScimTypes =
    [
        "invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue", "invalidVers", "sensitive",
        "invalidCursor", "expiredCursor", "invalidCount",
    ];

    // What comes of drivers, the framework or a stack trace never stands in an answer.
    private static readonly string[] Leaks = ["Exception", "SQLite", "System.", "   at ", "Microsoft."];

    /// <summary>The resource's id, or null.</summary>
    public string? Id => (string?)Body["id"];

    /// <summary>The <c>ETag</c>, or null.</summary>
    public string? ETag => Headers.GetValueOrDefault("ETag");

    /// <summary>The number in the <c>ETag</c>.</summary>
    public long Revision => long.Parse(ETag!.AsSpan()[3..^1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What <c>X-Rollcall-Changed</c> says, or null.</summary>
    public bool? Changed => Headers.TryGetValue("X-Rollcall-Changed", out var changed) ? bool.Parse(changed) : null;

    /// <summary>The cursor of the page that follows, or null.</summary>
    public string? NextCursor => (string?)Body["nextCursor"];

    public long TotalResults => (long)Body["totalResults"]!;

    public string? ScimType => (string?)Body["scimType"];

    public string Detail => (string?)Body["detail"] ?? "";

    public JsonArray Resources => Body[nameof(Resources)]!.AsArray();

    /// <summary>The results of a bulk request.</summary>
    public IEnumerable<JsonObject> Results => (Body["Operations"] as JsonArray ?? []).Select(result => result!.AsObject());

    /// <summary>The ids of the members, or of a list's resources.</summary>
    public IReadOnlyList<string> Ids(string attribute = nameof(Resources), string name = "id") =>
        [.. (Body[attribute] as JsonArray ?? []).Select(element => (string)element![name]!)];

    /// <summary>The answer itself, if it has this status.</summary>
    public ScimAnswer Expect(int status, string? scimType = null)
    {
        Assert.True(status == Status, $"{Status} instead of {status}: {Body.ToJsonString()}");
        if (scimType is not null)
            Assert.Equal(scimType, ScimType);
        return this;
    }

    public static async Task<ScimAnswer> ReadAsync(HttpResponseMessage response, string baseUrl, bool isHead = false)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        var status = (int)response.StatusCode;
        Assert.True(Guid.TryParse(headers["X-Request-Id"], out _));
        Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
        if (bytes.Length == 0)
        {
            Assert.True(status is 204 or 304 || isHead || headers.GetValueOrDefault("Preference-Applied") == "return=minimal", $"{status} without a body");
            return new ScimAnswer(status, headers, []);
        }
        Assert.True(status is not (204 or 304), $"{status} with a body");
        Assert.Equal("application/scim+json", headers["Content-Type"]);
        Assert.NotEqual(0xEF, bytes[0]);
        var answer = new ScimAnswer(status, headers, JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject());
        if (status >= 400)
            answer.AssertError();
        else if ((string?)answer.Body["schemas"]?[0] == SchemaUris.ListResponse)
            answer.AssertList(baseUrl);
        else if ((string?)answer.Body["schemas"]?[0] == SchemaUris.BulkResponse)
            answer.AssertBulk(baseUrl);
        else
            answer.AssertResource(answer.Body, baseUrl);
        return answer;
    }

    private void AssertError()
    {
        Assert.Equal([SchemaUris.Error], Body["schemas"]!.AsArray().Select(urn => (string)urn!));
        Assert.Equal(Status.ToString(System.Globalization.CultureInfo.InvariantCulture), (string?)Body["status"]);
        Assert.True(ScimType is null || ScimTypes.Contains(ScimType), ScimType);
        Assert.True(Status == 400 || ScimType is null || (Status == 409 && ScimType == "uniqueness"), $"{Status} {ScimType}");
        Assert.InRange(Detail.Length, 10, 1000);
        Assert.All(Leaks, leak => Assert.DoesNotContain(leak, Detail, StringComparison.Ordinal));
        Assert.Equal(Status == 401, Headers.TryGetValue("WWW-Authenticate", out var challenge) && challenge.StartsWith("Bearer realm=", StringComparison.Ordinal));
        Assert.Equal(Status == 405, Headers.ContainsKey("Allow"));
        Assert.Equal(Status == 412, ETag is not null);
        Assert.Equal(Status is 429 or 503, Headers.ContainsKey("Retry-After"));
        Assert.Equal(Status == 412, Detail.StartsWith("Precondition Failed:", StringComparison.Ordinal));
        Assert.Null(Changed);
    }

    // RFC 7644 §3.7.3: what every result has, whatever became of the operation.
    private void AssertBulk(string baseUrl)
    {
        Assert.Equal(200, Status);
        Assert.NotNull(Changed);
        foreach (var result in Results)
        {
            var status = int.Parse(result["status"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);
            Assert.False(string.IsNullOrEmpty((string?)result["method"]));
            Assert.Equal(status >= 400, result["response"] is not null);
            if (result["response"] is JsonObject error)
                new ScimAnswer(status, HeadersOf(status, (string?)result["version"]), error).AssertError();
            else
                Assert.StartsWith(baseUrl + "/", (string?)result["location"], StringComparison.Ordinal);
            Assert.Equal(status is 200 or 201 || (status is 204 && (string?)result["method"] == "PATCH") || status == 412, result["version"] is not null);
            Assert.False(status >= 400 && (string?)result["method"] == "POST" && result.ContainsKey("location"));
        }
    }

    /// <summary>The headers that the error would have had by itself.</summary>
    private static Dictionary<string, string> HeadersOf(int status, string? version)
    {
        var headers = new Dictionary<string, string>();
        if (status == 401)
            headers["WWW-Authenticate"] = "Bearer realm=";
        if (status is 429 or 503)
            headers["Retry-After"] = "1";
        if (version is not null)
            headers["ETag"] = version;
        return headers;
    }

    private void AssertList(string baseUrl)
    {
        var resources = Resources;
        // RFC 9865 §2: a page of a cursor walk has no startIndex, and the last one no cursor.
        string[] envelope = Body.ContainsKey("startIndex") ? ["totalResults", "startIndex", "itemsPerPage"] : NextCursor is null ? ["totalResults", "itemsPerPage"] : ["totalResults", "itemsPerPage", "nextCursor"];
        Assert.Equal(["schemas", .. envelope, "Resources"], Body.Select(member => member.Key));
        // C-003: nothing in a cursor needs encoding in a URL (RFC 3986 §2.3).
        Assert.True(NextCursor is null || (NextCursor.Length is > 0 and < 8192 && NextCursor.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~')), NextCursor);
        Assert.Equal(resources.Count, (int)Body["itemsPerPage"]!);
        Assert.True((long)Body["totalResults"]! >= resources.Count);
        Assert.True((long?)Body["startIndex"] is null or >= 1);
        foreach (var resource in resources)
            AssertResource(resource!.AsObject(), baseUrl);
        var ids = resources.Select(resource => (string?)resource!["id"]).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    // RFC 7643 §3: what every resource has, in whatever projection.
    private void AssertResource(JsonObject resource, string baseUrl)
    {
        var schemas = resource["schemas"]!.AsArray().Select(urn => (string)urn!).ToList();
        Assert.NotEmpty(schemas);
        Assert.Equal(schemas.Count, schemas.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        if (schemas[0] is SchemaUris.User or SchemaUris.Group)
        {
            Assert.False(string.IsNullOrEmpty((string?)resource["id"]));
            Assert.DoesNotContain("bulkId", (string?)resource["id"], StringComparison.OrdinalIgnoreCase);
            Assert.Equal(schemas.Skip(1).Where(urn => resource.ContainsKey(urn)), resource.Select(member => member.Key).Where(name => name.StartsWith("urn:", StringComparison.Ordinal)));
        }
        Assert.DoesNotContain("password", resource.Select(member => member.Key));
        Assert.DoesNotContain(resource, member => member.Value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 });
        if (resource["meta"] is not { } meta)
            return;
        if (meta["location"] is { } location && meta["resourceType"] is { } type && resource["id"] is { } id)
            Assert.Equal($"{baseUrl}/{type}s/{id}", (string?)location);
        if (meta["lastModified"] is { } modified && meta["created"] is { } created)
            Assert.True(string.CompareOrdinal((string?)created, (string?)modified) <= 0);
        if (meta["version"] is { } version && ReferenceEquals(resource, Body))
            Assert.Equal(ETag, (string?)version);
    }
}
