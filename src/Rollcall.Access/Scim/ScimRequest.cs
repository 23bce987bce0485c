using System.Buffers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Patch;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Resources;
using Rollcall.Scim.Schemas;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.Scim;

/// <summary>One request to an integration's SCIM endpoint, authenticated: what every handler is given.</summary>
/// <param name="http">The HTTP request.</param>
/// <param name="database">The Access side's database.</param>
/// <param name="integration">Whose endpoint it is.</param>
/// <param name="baseUrl">Its SCIM base URL, without a slash at the end.</param>
/// <param name="caller">Who calls; null only for discovery without credentials.</param>
internal sealed class ScimRequest(HttpContext http, Database database, Integration integration, string baseUrl, Caller? caller)
{
    private ListQuery? _query;
    private string? _bodyVersion;

    /// <summary>The HTTP request.</summary>
    public HttpContext Http => http;

    /// <summary>The Access side's database.</summary>
    public Database Database => database;

    /// <summary>Whose endpoint it is.</summary>
    public Integration Integration => integration;

    /// <summary>The SCIM base URL, without a slash at the end.</summary>
    public string BaseUrl => baseUrl;

    /// <summary>The id in the path, decoded once.</summary>
    public string Id => (string)http.Request.RouteValues["id"]!;

    /// <summary>The version that the request was made for, or null.</summary>
    public ScimPrecondition? IfMatch => ScimPrecondition.Parse(http.Request.Headers.IfMatch);

    /// <summary>The version that the client has already, or null.</summary>
    public ScimPrecondition? IfNoneMatch => ScimPrecondition.Parse(http.Request.Headers.IfNoneMatch);

    /// <summary>
    /// The version that a PUT was made for: <c>If-Match</c>, else <c>meta.version</c> in the body. Null where it has
    /// neither and need not.
    /// </summary>
    /// <exception cref="ScimException">428: it has neither, and the integration asks for one.</exception>
    public ScimPrecondition? PreconditionOfPut(JsonObject body)
    {
        var precondition = IfMatch ?? ScimPrecondition.OfBody(body);
        _bodyVersion = precondition?.Text;
        if (precondition is null && integration.Rules.UnconditionalPut == UnconditionalPut.Require)
            throw new ScimException(428, null, "A PUT needs the version that it was made for: send it as If-Match, or as meta.version in the body.");
        return precondition;
    }

    /// <summary>How values are read for this integration.</summary>
    public ReaderOptions ReaderOptions => new() { Strict = integration.Rules.Strict };

    /// <summary>How PATCH is read for this integration.</summary>
    public PatchOptions PatchOptions => new() { Reader = ReaderOptions };

    /// <summary>Who changes what in which request, for the audit log.</summary>
    public ChangeContext Change => new(
        RequestId.Of(http), 1,
        new Actor(integration.Name, caller?.Client, null, http.Connection.RemoteIpAddress?.ToString()),
        http.Request.Method, http.Request.Path.Value ?? "")
    {
        VersionGiven = IfMatch?.Text ?? _bodyVersion,
        Elapsed = ObservedCall.Of(http) is { } call ? () => call.Elapsed : null,
    };

    /// <summary>Whether the client asks for the resource in the answer to a write (RFC 7240 §4.2).</summary>
    public bool PrefersRepresentation =>
        http.Request.Headers["Prefer"].Any(value => value?.Contains("return=representation", StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>The attributes that the response shall carry.</summary>
    public Projection Projection(ResourceType type) => Query.Projection(type);

    /// <summary>The query parameters.</summary>
    public ListQuery Query => _query ??= http.Request.QueryString.HasValue
        ? ListQuery.FromParameters(http.Request.Query.SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value))))
        : new ListQuery();

    /// <summary>Reads the body as a JSON object.</summary>
    /// <exception cref="ScimException">415 for another media type, 400 <c>invalidSyntax</c> for anything but one JSON object.</exception>
    public async Task<JsonObject> ReadBodyAsync()
    {
        if (!MediaTypes.IsReadable(http.Request.ContentType))
            throw new ScimException(415, null, $"The body must be JSON: send it with Content-Type: {MediaTypes.Scim}.");
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }
            try
            {
                return ScimJson.ParseObject(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
            }
            finally
            {
                reader.AdvanceTo(read.Buffer.End);
            }
        }
    }

    /// <summary>
    /// Reads a body that is about an existing resource. What can't be read is told only where the resource is there:
    /// otherwise the answer is 404.
    /// </summary>
    /// <param name="parse">Reads the JSON object into what the handler needs.</param>
    /// <param name="exists">Whether the resource is there.</param>
    public async Task<T> ReadBodyAsync<T>(Func<JsonObject, T> parse, Func<Session, ValueTask<bool>> exists)
    {
        try
        {
            return parse(await ReadBodyAsync());
        }
        catch (ScimException)
        {
            if (!await database.ReadAsync(exists))
                throw NotFound();
            throw;
        }
    }

    /// <summary>404 for the resource in the path: it is not there, or not for this integration.</summary>
    public ScimException NotFound() => ScimException.NotFound("There is no such resource here. It may have been deleted; read the list again.");

    /// <summary>Answers without a body.</summary>
    public Task AnswerAsync(int status, ScimVersion? version = null)
    {
        http.Response.StatusCode = status;
        SetVersion(version);
        return Task.CompletedTask;
    }

    /// <summary>Answers with a body of SCIM JSON.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="body">The JSON.</param>
    /// <param name="version">The resource's version, for <c>ETag</c>; null for what has none.</param>
    /// <param name="location">The resource's URI, for <c>Location</c>, or null.</param>
    public async Task AnswerAsync(int status, ReadOnlyMemory<byte> body, ScimVersion? version = null, string? location = null)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = MediaTypes.Scim;
        response.ContentLength = body.Length;
        SetVersion(version);
        if (location is not null)
            response.Headers.Location = location;
        await response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>Tells whether a write changed anything: clients that check histories need to know.</summary>
    public void TellChanged(bool changed) => http.Response.Headers["X-Rollcall-Changed"] = changed ? "true" : "false";

    private void SetVersion(ScimVersion? version)
    {
        if (version is { } known)
            http.Response.Headers.ETag = known.ToString();
    }
}
