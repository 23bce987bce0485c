using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall;

/// <summary>An answer of the API that reports success.</summary>
/// <param name="Status">200, 201 or 204.</param>
/// <param name="Body">The JSON document; undefined where there is none (204).</param>
/// <param name="ETag">The version of the resource, as the header has it.</param>
internal sealed record ApiAnswer(HttpStatusCode Status, JsonElement Body, string? ETag);

/// <summary>Talks to the API of one side. Whatever is not a success ends the verb as a <see cref="CommandFailure"/>.</summary>
internal sealed class ApiClient : IDisposable
{
    /// <summary>How many items are asked for in one page: the most that the API gives.</summary>
    public const int PageSize = 1_000;

    private const string Json = "application/json";

    // Escapes would make files of text up to six times as large.
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SocketsHttpHandler _handler;
    private readonly HttpClient _http;
    private readonly Connection _connection;

    /// <summary>A client for the server that the connection names.</summary>
    public ApiClient(Connection connection)
    {
        _connection = connection;
        _handler = new SocketsHttpHandler
        {
            // A redirect would drop the credentials or carry them elsewhere: it is reported instead.
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy of the environment can't reach this machine's loopback.
            UseProxy = !connection.Url.IsLoopback,
        };
        _http = new HttpClient(_handler, disposeHandler: false) { BaseAddress = connection.Url };
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue(Json));
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/problem+json"));
        if (connection.Token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", connection.Token);
        if (connection.As is not null)
            _http.DefaultRequestHeaders.TryAddWithoutValidation("X-Rollcall-As", connection.As);
    }

    /// <summary>Reads a resource.</summary>
    public Task<ApiAnswer> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, null, cancellationToken);

    /// <summary>Creates a resource.</summary>
    public Task<ApiAnswer> PostAsync(string path, JsonObject body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, body, null, cancellationToken);

    /// <summary>Sends a file or other text as it is, which may take the server a while.</summary>
    public Task<ApiAnswer> PostAsync(string path, Stream content, string mediaType, CancellationToken cancellationToken) =>
        SendContentAsync(HttpMethod.Post, path, content, mediaType, cancellationToken);

    /// <summary>Puts a resource where the path says.</summary>
    public Task<ApiAnswer> PutAsync(string path, JsonObject? body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, path, body, null, cancellationToken);

    /// <summary>Puts a document where the path says, as it is.</summary>
    public Task<ApiAnswer> PutAsync(string path, Stream content, string mediaType, CancellationToken cancellationToken) =>
        SendContentAsync(HttpMethod.Put, path, content, mediaType, cancellationToken);

    /// <summary>Changes the members given; with an ETag only if the resource is still at that version.</summary>
    public Task<ApiAnswer> PatchAsync(string path, JsonObject body, string? ifMatch, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, path, body, ifMatch, cancellationToken);

    /// <summary>Deletes a resource.</summary>
    public Task<ApiAnswer> DeleteAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, path, null, null, cancellationToken);

    /// <summary>The items of each page of a list, to the end.</summary>
    public IAsyncEnumerable<IReadOnlyList<JsonElement>> PagesAsync(string path, CancellationToken cancellationToken) => PagesAsync(path, int.MaxValue, cancellationToken);

    /// <summary>The items of each page of a list, as many as are wanted.</summary>
    public async IAsyncEnumerable<IReadOnlyList<JsonElement>> PagesAsync(string path, int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var count = Math.Min(most, PageSize);
            var page = (await GetAsync(path.With(("count", $"{count}"), ("cursor", cursor)), cancellationToken)).Body;
            most -= count;
            if (page.Member("items") is not { ValueKind: JsonValueKind.Array } items)
                throw NotTheApi("a list without \"items\"", null);
            yield return [.. items.EnumerateArray()];
            var next = page.Text("nextCursor");
            // A server that hands out the cursor it was given would keep this loop going for ever.
            if (next is not null && next == cursor)
                throw NotTheApi("the same \"nextCursor\" twice", null);
            cursor = next;
        }
        while (most > 0 && !string.IsNullOrEmpty(cursor));
    }

    /// <summary>Copies an answer that is text as it comes, without keeping it.</summary>
    public async Task CopyAsync(string path, TextWriter output, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*"));
        using var response = await TalkAsync(() => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken), cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw Refusal(response, await TalkAsync(() => response.Content.ReadAsByteArrayAsync(cancellationToken), cancellationToken));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var buffer = new char[16 * 1024];
        while (await TalkAsync(() => reader.ReadAsync(buffer, cancellationToken).AsTask(), cancellationToken) is > 0 and var read)
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private async Task<ApiAnswer> SendAsync(HttpMethod method, string path, JsonObject? body, string? ifMatch, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(Compact), new MediaTypeHeaderValue(Json));
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await SendAsync(request, cancellationToken);
    }

    private async Task<ApiAnswer> SendContentAsync(HttpMethod method, string path, Stream content, string mediaType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StreamContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return await SendAsync(request, cancellationToken);
    }

    private Task<ApiAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => TalkAsync(async () =>
    {
        using var response = await _http.SendAsync(request, cancellationToken);
        var content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw Refusal(response, content);
        return new ApiAnswer(response.StatusCode, Parse(content), response.Headers.ETag?.ToString());
    }, cancellationToken);

    private async Task<T> TalkAsync<T>(Func<Task<T>> talk, CancellationToken cancellationToken)
    {
        try
        {
            return await talk();
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw Unreachable(Innermost(fault), fault);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable($"no answer within {_http.Timeout.TotalSeconds:0} s", fault);
        }
    }

    private JsonElement Parse(byte[] content)
    {
        if (content.Length is 0)
            return default;
        try
        {
            return JsonElement.Parse(content);
        }
        catch (JsonException fault)
        {
            throw NotTheApi("something that is not JSON", fault);
        }
    }

    private CommandFailure Refusal(HttpResponseMessage response, byte[] content)
    {
        var reason = Problem.Read(content) ?? $"The server at {_connection.Url} answered {(int)response.StatusCode} {response.ReasonPhrase}.";
        return CommandFailure.Refused(response.StatusCode is HttpStatusCode.Unauthorized ? $"{reason}\n{_connection.TokenHint}" : reason);
    }

    private CommandFailure NotTheApi(string what, Exception? cause) =>
        CommandFailure.Refused($"The server at {_connection.Url} answered {what}. Is it Rollcall? Check --url.", cause);

    private CommandFailure Unreachable(string why, Exception cause) =>
        CommandFailure.Unreachable(
            $"No server answers at {_connection.Url} ({Shell.Printable(why)}).\n" +
            $"Start one with \"rollcall serve\", or name another with --url or {_connection.UrlSetting}.",
            cause);

    private static string Innermost(Exception fault) => fault.GetBaseException().Message.TrimEnd('.');
}
