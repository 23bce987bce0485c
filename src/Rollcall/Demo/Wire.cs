using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Demo;

/// <summary>
/// The wire between Governance and Access. It shows what passes, where that is wanted, and lets a rival change the group between
/// the moment at which Governance fetches it and the one at which it sends its change: what happens by chance on a busy day.
/// </summary>
internal sealed class Wire(Action<string>? show) : DelegatingHandler(new SocketsHttpHandler())
{
    private const int LongestBody = 600;

    private Func<Task>? _rival;

    /// <summary>Has a rival act once, right before the next change of a group.</summary>
    public void LetRivalAct(Func<Task> act) => _rival = act;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Patch && request.RequestUri!.AbsolutePath.Contains("/Groups/", StringComparison.Ordinal) && Interlocked.Exchange(ref _rival, null) is { } act)
            await act();
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        if (show is not null)
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            Show(request, body, response, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        return response;
    }

    private void Show(HttpRequestMessage request, string? body, HttpResponseMessage response, string answer)
    {
        // The secret of the client and the token stay out of sight.
        var isToken = request.RequestUri!.AbsolutePath.EndsWith("/token", StringComparison.Ordinal);
        show!($"> {request.Method} {Uri.UnescapeDataString(request.RequestUri.PathAndQuery)}");
        if (request.Headers.TryGetValues("If-Match", out var versions))
            show($">   If-Match: {string.Join(", ", versions)}");
        if (body is not null && !isToken)
            show($">   {Short(body)}");
        show($"< {(int)response.StatusCode} {response.ReasonPhrase}{Version(response.Headers.ETag)}");
        if (answer.Length > 0 && !isToken)
            show($"<   {Short(answer)}");
    }

    private static string Version(EntityTagHeaderValue? version) => version is null ? "" : $"  ETag: {version}";

    private static string Short(string body)
    {
        try
        {
            body = JsonNode.Parse(body)!.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        }
        catch (JsonException)
        {
            // Shown as it is.
        }
        return body.Length > LongestBody ? body[..LongestBody] + "…" : body;
    }
}
