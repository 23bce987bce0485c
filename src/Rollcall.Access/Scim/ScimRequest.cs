using System.Buffers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Messages;
using Rollcall.Scim.Projections;
using Rollcall.Scim.Schemas;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.Scim;

/// <summary>One request to an integration's SCIM endpoint, authenticated: what every handler is given.</summary>
/// <param name="http">The HTTP request.</param>
/// <param name="database">The Access side's database.</param>
/// <param name="integration">Whose endpoint it is.</param>
/// <param name="resource">What it is to OAuth.</param>
/// <param name="caller">Who calls; null only for discovery without credentials.</param>
/// <param name="tokens">Tells who calls.</param>
internal sealed class ScimRequest(HttpContext http, Database database, Integration integration, ProtectedResource resource, Caller? caller, BearerTokens tokens)
{
    // A page of some hundred Users goes out at once.
    private const int MostUnsent = 256 * 1024;

    private ListQuery? _query;

    /// <summary>The HTTP request.</summary>
    public HttpContext Http => http;

    /// <summary>The Access side's database.</summary>
    public Database Database => database;

    /// <summary>Whose endpoint it is.</summary>
    public Integration Integration => integration;

    /// <summary>The SCIM base URL, without a slash at the end.</summary>
    public string BaseUrl => resource.BaseUrl;

    /// <summary>The OAuth client, or the static token, that sends the request; empty for discovery without credentials.</summary>
    public string Client => caller?.Client ?? "";

    /// <summary>Looks at the credentials once more, for a request that takes long: they may have been revoked meanwhile.</summary>
    /// <exception cref="ScimException">401.</exception>
    public async ValueTask AuthenticateAgainAsync() => await tokens.AuthenticateAsync(http, integration, resource);

    /// <summary>The id in the path, decoded once.</summary>
    public string Id => (string)http.Request.RouteValues["id"]!;

    /// <summary>The version that the request was made for, or null.</summary>
    public ScimPrecondition? IfMatch => ScimPrecondition.Parse(http.Request.Headers.IfMatch);

    /// <summary>The version that the client has already, or null.</summary>
    public ScimPrecondition? IfNoneMatch => ScimPrecondition.Parse(http.Request.Headers.IfNoneMatch);

    /// <summary>Who changes what in which request, for the audit log.</summary>
    public ChangeContext Change => new(
        RequestId.Of(http), 1,
        new Actor(integration.Name, caller?.Client, null, http.Connection.RemoteIpAddress?.ToString()),
        http.Request.Method, http.Request.Path.Value ?? "")
    {
        At = ObservedCall.Of(http)?.At ?? 0,
        Elapsed = ObservedCall.Of(http) is { } call ? () => call.Elapsed : null,
    };

    /// <summary>What the client prefers to be answered (RFC 7240).</summary>
    public Preferences Prefers => Preferences.Parse(http.Request.Headers["Prefer"]);

    /// <summary>Whether the client asks for the resource in the answer to a write (RFC 7240 §4.2).</summary>
    public bool PrefersRepresentation => Prefers.Return == ReturnPreference.Representation;

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
    /// Reads a body that is about the resource in the path. What can't be read is told only where the resource is there:
    /// otherwise the answer is 404.
    /// </summary>
    /// <param name="type">What the resource is.</param>
    /// <param name="parse">Reads the JSON object into what the handler needs.</param>
    public async Task<T> ReadBodyAsync<T>(ResourceType type, Func<JsonObject, T> parse)
    {
        try
        {
            return parse(await ReadBodyAsync());
        }
        catch (ScimException)
        {
            if (!await database.ReadAsync(session => FoundResource.ExistsAsync(session, integration.Id, type, Id)))
                throw NotFound();
            throw;
        }
    }

    /// <summary>404 for the resource in the path: it is not there, or not for this integration.</summary>
    public ScimException NotFound() => ScimFaults.NoSuchResource();

    /// <summary>Runs a write and answers with what it did.</summary>
    /// <param name="write">The write.</param>
    /// <param name="type">What it is about.</param>
    /// <param name="shown">What the answer carries of the resource; null for an answer without a body.</param>
    public async Task WriteAsync(ResourceWrite write, ResourceType type, Projection? shown)
    {
        var wish = Prefers.Return;
        // Who names attributes wants to see them, whatever else (RFC 7644 §3.5.2).
        if (wish == ReturnPreference.Minimal && shown is { IsDefault: true })
            shown = null;
        var change = Change;
        if (shown is null && change.Status == StatusCodes.Status200OK)
            change = change with { Status = StatusCodes.Status204NoContent };
        var result = await database.WriteAsync(session => write.RunAsync(session, change, shown), change.Key);

        TellChanged(result.Changed);
        if (wish == (result.Resource is null ? ReturnPreference.Minimal : ReturnPreference.Representation))
            http.Response.Headers["Preference-Applied"] = result.Resource is null ? "return=minimal" : "return=representation";
        if (result.Version is not null)
            http.Response.Headers.Location = $"{BaseUrl}{type.Endpoint}/{result.ScimId}";
        if (result.Resource is { } resource)
            await AnswerAsync(result.Status, resource, shown!);
        else
            await AnswerAsync(result.Status == 200 ? 204 : result.Status, result.Version);
    }

    /// <summary>Answers without a body.</summary>
    public Task AnswerAsync(int status, ScimVersion? version = null)
    {
        http.Response.StatusCode = status;
        SetVersion(version);
        return Task.CompletedTask;
    }

    /// <summary>Answers with a resource.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="found">The resource.</param>
    /// <param name="projection">What of it the answer carries.</param>
    public async Task AnswerAsync(int status, FoundResource found, Projection projection)
    {
        using var body = new PooledBuffer();
        found.Write(body, new Representations(BaseUrl), projection);
        await AnswerAsync(status, projection.IsDefault ? body.Written : new ReadOnlySequence<byte>(Representations.Narrow(body.Written, projection)), found.Version);
    }

    /// <summary>Answers with a body of SCIM JSON.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="body">The JSON.</param>
    /// <param name="version">The resource's version, for <c>ETag</c>; null for what has none.</param>
    public Task AnswerAsync(int status, ReadOnlySequence<byte> body, ScimVersion? version = null) => AnswerAsync(status, [body], version);

    /// <summary>Answers with a body of SCIM JSON that is in several parts.</summary>
    /// <inheritdoc cref="AnswerAsync(int, ReadOnlySequence{byte}, ScimVersion?)"/>
    public async Task AnswerAsync(int status, IReadOnlyList<ReadOnlySequence<byte>> body, ScimVersion? version = null)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = MediaTypes.Scim;
        response.ContentLength = LengthOf(body);
        SetVersion(version);
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        var blocks = new PipeBlocks(response.BodyWriter);
        for (var i = 0; i < body.Count; i++)
        {
            foreach (var memory in body[i])
            {
                blocks.Add(memory.Span);
                // What is not sent is held once more: a client that reads slowly is waited for.
                if (blocks.Unsent >= MostUnsent)
                    await blocks.FlushAsync(http.RequestAborted);
            }
        }
        await blocks.FlushAsync(http.RequestAborted);
    }

    /// <summary>Tells whether a write changed anything: clients that check histories need to know.</summary>
    public void TellChanged(bool changed) => http.Response.Headers["X-Rollcall-Changed"] = changed ? "true" : "false";

    private void SetVersion(ScimVersion? version)
    {
        if (version is { } known)
            http.Response.Headers.ETag = known.ToString();
    }

    private static long LengthOf(IReadOnlyList<ReadOnlySequence<byte>> body)
    {
        long length = 0;
        for (var i = 0; i < body.Count; i++)
            length += body[i].Length;
        return length;
    }
}
