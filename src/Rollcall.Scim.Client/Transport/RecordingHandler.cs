namespace Rollcall.Scim.Client.Transport;

/// <summary>Tells the flow's <see cref="ScimRecording"/>, if there is one, what is exchanged.</summary>
internal sealed class RecordingHandler(TimeProvider clock) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (ScimRecording.Current is not { } recording)
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

        var began = clock.GetTimestamp();
        var exchange = new ScimExchange
        {
            At = clock.GetUtcNow(),
            Method = request.Method.Method,
            Url = request.RequestUri!,
            IfMatch = request.Headers.TryGetValues("If-Match", out var versions) ? string.Join(", ", versions) : null,
            Body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false),
        };
        try
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            exchange = exchange with
            {
                Status = (int)response.StatusCode,
                ETag = Header(response, "ETag"),
                RetryAfter = Header(response, "Retry-After"),
            };
            // What is read here is kept for whoever reads it next.
            await response.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
            var answer = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            exchange = exchange with { Answer = answer.Length == 0 ? null : answer };
            return response;
        }
        finally
        {
            recording.Add(exchange with { Elapsed = clock.GetElapsedTime(began) });
        }
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
