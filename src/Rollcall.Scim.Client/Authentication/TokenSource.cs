namespace Rollcall.Scim.Client.Authentication;

/// <summary>Holds the one token that all callers of a connection share, and fetches the next before it expires.</summary>
internal sealed class TokenSource(HttpMessageInvoker http, OAuthCredentials credentials, TimeProvider clock) : IDisposable
{
    // A token is renewed so long before its end that a request that starts now arrives with a valid one.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LifetimeUnlessTold = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _fetching = new(1, 1);
    private volatile Held? _held;
    private string? _refreshToken;

    private sealed record Held(string Token, DateTimeOffset RenewAt);

    /// <summary>A valid token. Of many callers one fetches, the others wait for it.</summary>
    /// <param name="unusable">A token that the server has just refused; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ScimClientException"><see cref="ScimFailure.NoToken"/>.</exception>
    public async ValueTask<string> GetAsync(string? unusable, CancellationToken cancellationToken)
    {
        if (Usable(unusable) is { } held)
            return held;
        await _fetching.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Another caller may have fetched one meanwhile.
            if (Usable(unusable) is { } fetched)
                return fetched;
            var issued = await TokenRequests.SendAsync(http, credentials, _refreshToken, clock, cancellationToken).ConfigureAwait(false);
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
        finally
        {
            _fetching.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _fetching.Dispose();

    private string? Usable(string? unusable) =>
        _held is { } held && held.Token != unusable && clock.GetUtcNow() < held.RenewAt ? held.Token : null;
}
