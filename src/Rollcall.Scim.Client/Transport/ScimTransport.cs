using System.Net.Http.Headers;
using System.Text.Json;
using Rollcall.Scim.Client.Authentication;

namespace Rollcall.Scim.Client.Transport;

/// <summary>An answer, read whole.</summary>
/// <param name="Json">The body; null where there was none.</param>
/// <param name="ETag">The <c>ETag</c> as it was sent, or null.</param>
/// <param name="Location">The <c>Location</c>, or null.</param>
internal sealed record ScimAnswer(JsonElement? Json, string? ETag, string? Location);

/// <summary>Sends requests and turns every way to fail into a <see cref="ScimClientException"/>.</summary>
internal sealed class ScimTransport : IDisposable
{
    private readonly ScimClientOptions _options;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _http;
    private readonly HttpMessageInvoker? _tokenHttp;
    private readonly string _base;
    private readonly string _query;

    public ScimTransport(ScimClientOptions options, HttpMessageHandler connections, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _base = options.BaseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/');
        _query = options.BaseUrl.Query.TrimStart('?');

        // From outside in: repeat, then wait, then record, then authenticate, so that what is repeated waits, is recorded and has a
        // valid token, which is not recorded. Innermost the time that each request has, also one for a token.
        var limit = new TimeLimitHandler(options, clock) { InnerHandler = connections };
        _tokenHttp = options.Credentials is OAuthCredentials ? new HttpMessageInvoker(limit, disposeHandler: false) : null;
        var tokens = options.Credentials is OAuthCredentials oauth ? new TokenSource(_tokenHttp!, oauth, clock) : null;
        var authentication = new AuthenticationHandler(options.Credentials, tokens) { InnerHandler = limit };
        var throttle = new ThrottleHandler(options, clock) { InnerHandler = new RecordingHandler(clock) { InnerHandler = authentication } };
        var retries = Retries.CreateHandler(options, clock);
        retries.InnerHandler = throttle;
        _http = new HttpMessageInvoker(retries);
    }

    /// <summary>The absolute URL of a path below the base URL, with the base URL's own query.</summary>
    /// <param name="path">The path, beginning with a slash, encoded.</param>
    /// <param name="query">The query without question mark, encoded, or null.</param>
    public Uri Url(string path, string? query = null)
    {
        var whole = string.Join('&', new[] { _query, query }.Where(part => !string.IsNullOrEmpty(part)));
        return new Uri(whole.Length == 0 ? _base + path : $"{_base}{path}?{whole}");
    }

    /// <summary>Sends a request and reads the answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="url">The URL.</param>
    /// <param name="body">The body in UTF-8, or null.</param>
    /// <param name="version">The version that a change is made for, as <c>If-Match</c>, or null.</param>
    /// <param name="isRead">Whether it reads only, whatever its method.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ScimClientException">It failed.</exception>
    public async Task<ScimAnswer> SendAsync(
        HttpMethod method, Uri url, byte[]? body, string? version, bool isRead, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Options.Set(Retries.IsRead, isRead);
        request.Headers.Accept.ParseAdd(_options.MediaType);
        if (version is not null)
            request.Headers.TryAddWithoutValidation("If-Match", version);
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(_options.MediaType) } };

        try
        {
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException failed)
        {
            throw Unanswered(url, failed);
        }
        catch (IOException broken)
        {
            throw new ScimClientException(ScimFailure.NoAnswer, $"The connection to {url.Host} broke before the answer was whole.", broken);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _tokenHttp?.Dispose();
    }

    private async Task<ScimAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw ScimClientException.Refused(response, Text(bytes), RateLimit.RetryAfter(response, _options.RateLimitHeaders, _clock.GetUtcNow()));
        JsonElement? json = null;
        // Some servers write a byte order mark, which JSON has none of (RFC 8259 §8.1).
        var body = bytes.AsSpan(bytes.AsSpan().StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0);
        if (body.Trim(" \r\n\t"u8).Length > 0)
        {
            try
            {
                json = JsonElement.Parse(body);
            }
            catch (JsonException)
            {
                throw ScimClientException.Unreadable(response, Text(bytes), "the body is not JSON, or not whole");
            }
        }
        return new ScimAnswer(json, response.Headers.TryGetValues("ETag", out var tags) ? tags.First() : null, response.Headers.Location?.OriginalString);
    }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);

    private ScimClientException Unanswered(Uri url, HttpRequestException failed) => failed.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => new(ScimFailure.Unreachable, $"The name {url.Host} can't be resolved.", failed),
        HttpRequestError.ConnectionError => new(ScimFailure.Unreachable, $"{url.Authority} can't be reached.", failed),
        HttpRequestError.SecureConnectionError => new(ScimFailure.Unreachable, $"No secure connection to {url.Authority}: its certificate is not trusted, or not for that name.", failed),
        HttpRequestError.ConfigurationLimitExceeded => new(ScimFailure.NoAnswer, $"The answer of {url.Authority} is larger than {_options.MaxAnswerSize / 1024 / 1024} MiB and was not read to its end. Ask for fewer resources on a page.", failed),
        _ => new(ScimFailure.NoAnswer, $"The connection to {url.Authority} broke before the answer was whole.", failed),
    };
}
