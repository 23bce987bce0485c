namespace Rollcall.Scim.Client.Transport;

/// <summary>Holds requests back while the server says that it takes none.</summary>
internal sealed class ThrottleHandler(ScimClientOptions options, TimeProvider clock) : DelegatingHandler
{
    private readonly Lock _lock = new();
    private DateTimeOffset _notBefore;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Wait() is { } wait)
            await Task.Delay(wait, clock, cancellationToken).ConfigureAwait(false);
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (RateLimit.Pause(response, options.RateLimitHeaders, clock.GetUtcNow()) is { } pause)
        {
            lock (_lock)
                _notBefore = clock.GetUtcNow() + (pause < options.MaxRetryAfter ? pause : options.MaxRetryAfter);
        }
        return response;
    }

    private TimeSpan? Wait()
    {
        lock (_lock)
        {
            var wait = _notBefore - clock.GetUtcNow();
            return wait > TimeSpan.Zero ? wait : null;
        }
    }
}
