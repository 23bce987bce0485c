using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Client.Transport;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Client;

/// <summary>
/// A connection to one SCIM 2.0 server (RFC 7643, RFC 7644, RFC 9865): made once, kept, and used by any number of callers at
/// once. Every failure is a <see cref="ScimClientException"/>.
/// </summary>
/// <remarks>
/// <para>It takes care of tokens (OAuth 2.0, or none), of what the server says that it can do, of paging by cursor or by
/// index, of versions, and of servers that ask to wait. What a change is, and whether it is made again after a conflict,
/// is the caller's: see <see cref="PatchAsync"/> and <see cref="UsesPatchAsync"/>.</para>
/// <para>Requests that read are repeated when the connection fails or the server is busy. Requests that write are never repeated
/// when they may have had an effect: see <see cref="ScimClientException.IsOutcomeUnknown"/>.</para>
/// <para>Certificates are checked by the system's trust and for the server's name (RFC 7644 §7.2); nothing here turns that off.</para>
/// </remarks>
public sealed class ScimClient : IDisposable
{
    private readonly ScimClientOptions _options;
    private readonly ScimTransport _transport;
    private readonly SemaphoreSlim _discovering = new(1, 1);
    private ServiceProvider? _serviceProvider;
    private volatile bool _hasNoSearch;

    /// <summary>Makes a connection; nothing is sent yet.</summary>
    /// <param name="options">Where to, and how.</param>
    /// <param name="connections">The connections to use, which the client then owns; made by default, with the system's trust in certificates.</param>
    /// <param name="clock">The clock; the system's by default.</param>
    /// <exception cref="ArgumentException">An option is out of bounds.</exception>
    public ScimClient(ScimClientOptions options, HttpMessageHandler? connections = null, TimeProvider? clock = null)
    {
        options.Validate();
        _options = options;
        _transport = new ScimTransport(options, connections ?? MakeConnections(), clock ?? TimeProvider.System);
    }

    /// <summary>Connections that trust whom the system trusts, and only for the name that they were made to.</summary>
    /// <param name="trust">Whom to trust instead; for tests, which have authorities of their own.</param>
    internal static SocketsHttpHandler MakeConnections(X509ChainPolicy? trust = null) => new()
    {
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AutomaticDecompression = DecompressionMethods.All,
        SslOptions = { CertificateChainPolicy = trust },
    };

    /// <summary>What the connection was made with.</summary>
    public ScimClientOptions Options => _options;

    /// <summary>What the server says of itself; read once per connection (RFC 7644 §3.5). For a relaxed connection, a server that doesn't say is taken as <see cref="ServiceProvider.Unknown"/>.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<ServiceProvider> ServiceProviderAsync(CancellationToken cancellationToken)
    {
        if (_serviceProvider is { } known)
            return known;
        await _discovering.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _serviceProvider ??= await ReadServiceProviderAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _discovering.Release();
        }
    }

    /// <summary>Whether changes are to be made by PATCH: as the options say, else as the server does (RFC 7643 §5). Otherwise resources are replaced.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<bool> UsesPatchAsync(CancellationToken cancellationToken) =>
        _options.UsePatch ?? (await ServiceProviderAsync(cancellationToken).ConfigureAwait(false)).SupportsPatch;

    /// <summary>Reads one document of discovery, such as <c>/Schemas</c>, as the server sends it.</summary>
    /// <param name="path">The path below the base URL, beginning with a slash.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<JsonElement> DiscoverAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await _transport.SendAsync(HttpMethod.Get, _transport.Url(path), null, null, isRead: true, cancellationToken).ConfigureAwait(false);
        return answer.Json ?? throw new ScimClientException(ScimFailure.Unreadable, $"The server answered {path} without a body.");
    }

    /// <summary>Reads one resource.</summary>
    /// <param name="endpoint">The endpoint, such as <c>/Groups</c>.</param>
    /// <param name="id">The resource's id.</param>
    /// <param name="attributes">The attributes to return only, or null.</param>
    /// <param name="excludedAttributes">The attributes not to return, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null where there is none (404).</returns>
    public async Task<ScimResource?> FindAsync(
        string endpoint, string id, IReadOnlyList<string>? attributes = null, IReadOnlyList<string>? excludedAttributes = null, CancellationToken cancellationToken = default)
    {
        var url = ResourceUrl(endpoint, id, ListRequestMessage.Query(("attributes", attributes), ("excludedAttributes", excludedAttributes)));
        try
        {
            var answer = await _transport.SendAsync(HttpMethod.Get, url, null, null, isRead: true, cancellationToken).ConfigureAwait(false);
            return Resource(answer, endpoint);
        }
        catch (ScimClientException absent) when (IsAbsent(absent))
        {
            return null;
        }
    }

    /// <summary>Creates a resource (RFC 7644 §3.3).</summary>
    /// <param name="endpoint">The endpoint, such as <c>/Users</c>.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the server made of it; read again where its answer has no body.</returns>
    public async Task<ScimResource> CreateAsync(string endpoint, JsonObject resource, CancellationToken cancellationToken)
    {
        var answer = await _transport.SendAsync(HttpMethod.Post, _transport.Url(endpoint), ScimJson.ToUtf8(resource), null, isRead: false, cancellationToken).ConfigureAwait(false);
        if (answer.Json is not null)
            return Resource(answer, endpoint);
        // 201 without a body is allowed, but then only Location tells what was made.
        if (answer.Location is { } location && Uri.TryCreate(_transport.Url(endpoint), location, out var url))
            return Resource(await _transport.SendAsync(HttpMethod.Get, url, null, null, isRead: true, cancellationToken).ConfigureAwait(false), endpoint);
        throw new ScimClientException(ScimFailure.Unreadable, "The resource was created, but the answer has neither a body nor a Location: its id is not known.") { Status = 201 };
    }

    /// <summary>Replaces a resource (RFC 7644 §3.5.1).</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="id">The resource's id.</param>
    /// <param name="resource">All of the resource, with <c>meta.version</c> where it has one.</param>
    /// <param name="version">The version that it was worked out from, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The resource afterwards; null where the server did not send it.</returns>
    public Task<ScimResource?> ReplaceAsync(string endpoint, string id, JsonObject resource, string? version, CancellationToken cancellationToken)
    {
        // Servers may take meta.version in the body for what If-Match is for.
        if (_options.UseVersions == VersionUse.Never && resource["meta"] is JsonObject meta && meta.ContainsKey("version"))
        {
            resource = resource.DeepClone().AsObject();
            resource["meta"]!.AsObject().Remove("version");
        }
        return ChangeAsync(HttpMethod.Put, endpoint, id, ScimJson.ToUtf8(resource), version, cancellationToken);
    }

    /// <summary>Changes a resource by operations (RFC 7644 §3.5.2). Not sent where <see cref="UsesPatchAsync"/> says no.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="id">The resource's id.</param>
    /// <param name="operations">The operations, one or more.</param>
    /// <param name="version">The version that they were worked out from, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The resource afterwards; null where the server did not send it.</returns>
    public async Task<ScimResource?> PatchAsync(string endpoint, string id, JsonArray operations, string? version, CancellationToken cancellationToken)
    {
        if (!await UsesPatchAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new ScimClientException(ScimFailure.NotSent, _options.UsePatch is null
                ? "The server says that it has no PATCH (ServiceProviderConfig, patch.supported). Replace the resource instead, or set UsePatch if you know better."
                : "UsePatch is false. Replace the resource instead.");
        }
        var body = new JsonObject { ["schemas"] = new JsonArray(SchemaUris.PatchOp), ["Operations"] = operations.DeepClone() };
        return await ChangeAsync(HttpMethod.Patch, endpoint, id, ScimJson.ToUtf8(body), version, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a resource.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="id">The resource's id.</param>
    /// <param name="version">The version that it may be deleted at, or null for any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False where there was none (404).</returns>
    public async Task<bool> DeleteAsync(string endpoint, string id, string? version, CancellationToken cancellationToken)
    {
        try
        {
            await _transport.SendAsync(HttpMethod.Delete, ResourceUrl(endpoint, id, null), null, VersionToSend(version), isRead: false, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ScimClientException absent) when (IsAbsent(absent))
        {
            return false;
        }
    }

    /// <summary>
    /// Walks through a list, page by page, holding one page at a time. Nothing is asked for where there is a filter and the server says
    /// that it has none: it would answer with everything.
    /// </summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="request">What to list.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async IAsyncEnumerable<ScimPage> PagesAsync(
        string endpoint, ScimListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var provider = await ServiceProviderAsync(cancellationToken).ConfigureAwait(false);
        if (request.Filter is not null && !provider.SupportsFilter)
            throw new ScimClientException(ScimFailure.NotSent, "The server says that it has no filters (ServiceProviderConfig, filter.supported). Read the whole list, and choose from it.");
        var wanted = request.PageSize ?? _options.PageSize;
        var size = provider.MaxPageSize < wanted ? (int)provider.MaxPageSize : wanted;
        var position = request.From ?? (await WalksByCursorAsync(cancellationToken).ConfigureAwait(false) ? new ScimPosition("", 0, null) : new ScimPosition(null, 1, null));
        IReadOnlySet<string> before = new HashSet<string>();
        for (ScimPosition? at = position; at is not null;)
        {
            var json = await ListAsync(endpoint, request, at, size, cancellationToken).ConfigureAwait(false);
            var page = ListMessage.Read(json, at, before, _options);
            yield return page;
            before = page.Resources.Select(resource => resource.Id).ToHashSet(StringComparer.Ordinal);
            at = page.Next;
        }
    }

    /// <summary>
    /// Walks through a list, resource by resource. One that a page shows twice, or that has moved onto the next page meanwhile, comes
    /// once (RFC 7644 §3.4.2.4); <see cref="PagesAsync"/> tells whether a list has moved.
    /// </summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="request">What to list.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async IAsyncEnumerable<ScimResource> ListAsync(
        string endpoint, ScimListRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var before = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in PagesAsync(endpoint, request, cancellationToken).ConfigureAwait(false))
        {
            var seen = new HashSet<string>(page.Resources.Count, StringComparer.Ordinal);
            foreach (var resource in page.Resources)
            {
                if (seen.Add(resource.Id) && !before.Contains(resource.Id))
                    yield return resource;
            }
            before = seen;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _transport.Dispose();
        _discovering.Dispose();
    }

    private async Task<ServiceProvider> ReadServiceProviderAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ServiceProvider.Read(await DiscoverAsync("/ServiceProviderConfig", cancellationToken).ConfigureAwait(false));
        }
        catch (ScimClientException missing) when (_options.IsRelaxed && missing.Status is 200 or 404 or 405 or 501)
        {
            return ServiceProvider.Unknown;
        }
    }

    private async ValueTask<bool> WalksByCursorAsync(CancellationToken cancellationToken) => _options.Paging switch
    {
        PagingMethod.Index => false,
        PagingMethod.Cursor => true,
        _ => (await ServiceProviderAsync(cancellationToken).ConfigureAwait(false)).SupportsCursor,
    };

    /// <summary>The version as <c>If-Match</c>; null where none is to be sent.</summary>
    /// <exception cref="ScimClientException">There is to be one, and the caller has none.</exception>
    private string? VersionToSend(string? version) => _options.UseVersions switch
    {
        VersionUse.Never => null,
        VersionUse.Always when version is null => throw new ScimClientException(ScimFailure.NotSent,
            "A change without a version is not sent, since versions are always to be used; and the server gave none with the resource."),
        // A resource that carries a version, in meta or as ETag, comes from a server that has versions.
        _ => version,
    };

    private async Task<ScimResource?> ChangeAsync(HttpMethod method, string endpoint, string id, byte[] body, string? version, CancellationToken cancellationToken)
    {
        var answer = await _transport.SendAsync(method, ResourceUrl(endpoint, id, null), body, VersionToSend(version), isRead: false, cancellationToken).ConfigureAwait(false);
        return answer.Json is null ? null : Resource(answer, endpoint);
    }

    private async Task<JsonElement> ListAsync(string endpoint, ScimListRequest request, ScimPosition at, int size, CancellationToken cancellationToken)
    {
        // Filters hold names and addresses, which don't belong into the logs of every server on the way (RFC 7644 §7.5.2).
        if (request.Filter is not null && !_hasNoSearch)
        {
            try
            {
                var found = await _transport.SendAsync(HttpMethod.Post, _transport.Url(endpoint + "/.search"), ScimJson.ToUtf8(ListRequestMessage.Body(request, at, size)), null, isRead: true, cancellationToken).ConfigureAwait(false);
                return Body(found, endpoint);
            }
            catch (ScimClientException none) when (none.Status is 404 or 405 or 501)
            {
                _hasNoSearch = true;
            }
        }
        var query = ListRequestMessage.Query(request, at, size);
        return Body(await _transport.SendAsync(HttpMethod.Get, _transport.Url(endpoint, query), null, null, isRead: true, cancellationToken).ConfigureAwait(false), endpoint);
    }

    private static JsonElement Body(ScimAnswer answer, string endpoint) =>
        answer.Json ?? throw new ScimClientException(ScimFailure.Unreadable, $"The server answered the list {endpoint} without a body.");

    /// <exception cref="ScimClientException">The id would lead elsewhere: URLs have no way to say "." and ".." as a name.</exception>
    private Uri ResourceUrl(string endpoint, string id, string? query) => id is "" or "." or ".."
        ? throw new ScimClientException(ScimFailure.NotSent, $"No resource can be reached by the id \"{id}\".")
        : _transport.Url($"{endpoint}/{Uri.EscapeDataString(id)}", query);

    /// <summary>Whether a resource is not there. A page of HTML says no such thing: it comes from something in front of the server, or the base URL is wrong.</summary>
    private bool IsAbsent(ScimClientException fault) =>
        fault.Status == 404 && (_options.IsRelaxed || string.IsNullOrWhiteSpace(fault.RawText) || LenientJson.TryParse(fault.RawText) is not null);

    private ScimResource Resource(ScimAnswer answer, string endpoint) =>
        answer.Json is { } json && json.Text("id") is { Length: > 0 } id
            ? new ScimResource(json, id, _options.BaseUrl, answer.ETag)
            : throw new ScimClientException(ScimFailure.Unreadable, $"The server answered {endpoint} with something that has no \"id\": no SCIM resource.");
}
