namespace Rollcall.Scim.Client.Authentication;

/// <summary>Holds the one token that all callers of a connection share, and fetches the next before it expires.</summary>
internal sealed class TokenSource(HttpMessageInvoker http, OAuthCredentials credentials, TimeProvider clock)
{
    // A token is renewed so long before its end that a request that starts now arrives with a valid one.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LifetimeUnlessTold = TimeSpan.FromMinutes(5);

    private readonly Lock _starting = new();
    private volatile Held? _held;
    private Task<string>? _fetching;
    private string? _refreshToken;

    private sealed record Held(string Token, DateTimeOffset RenewAt);

    /// <summary>A valid token. For many callers it is fetched once, and they wait for it together.</summary>
    /// <param name="unusable">A token that the server has just refused; null for none.</param>
    /// <param name="cancellationToken">Ends the wait, not the request for the token: the others need its answer, and a refresh token in it must not be lost.</param>
    /// <exception cref="ScimClientException"><see cref="ScimFailure.NoToken"/>.</exception>
    public async ValueTask<string> GetAsync(string? unusable, CancellationToken cancellationToken)
    {
        if (Usable(unusable) is { } held)
            return held;
        Task<string> fetching;
        lock (_starting)
        {
            // Another caller may have fetched one meanwhile.
            if (Usable(unusable) is { } fetched)
                return fetched;
            // It is not tried again when no other can be had: servers count failed attempts.
            _held = null;
            fetching = _fetching is { IsCompleted: false } ? _fetching : _fetching = Task.Run(FetchAsync, CancellationToken.None);
        }
        return await fetching.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> FetchAsync()
    {
        var issued = await TokenRequests.SendAsync(http, credentials, _refreshToken, clock).ConfigureAwait(false);
        if (issued.RefreshToken is { } renewed && renewed != _refreshToken && credentials is RefreshTokenGrant grant)
        {
            // Kept before anything else: the old one may be spent.
            if (grant.OnRefreshTokenChanged is { } keep)
                await keep(renewed, CancellationToken.None).ConfigureAwait(false);
            _refreshToken = renewed;
        }
        var lifetime = issued.Lifetime ?? LifetimeUnlessTold;
        // Short-lived tokens are used for half of their life.
        var margin = lifetime > Margin * 2 ? Margin : lifetime / 2;
        _held = new Held(issued.Value, clock.GetUtcNow() + lifetime - margin);
        return issued.Value;
    }

    private string? Usable(string? unusable) =>
        _held is { } held && held.Token != unusable && clock.GetUtcNow() < held.RenewAt ? held.Token : null;
}
