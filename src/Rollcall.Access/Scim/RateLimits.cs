using Rollcall.Access.Integrations;
using Rollcall.Scim;
using Rollcall.Web;

namespace Rollcall.Access.Scim;

/// <summary>Limits the requests of each integration that has a limit, so that one platform can't starve the others.</summary>
/// <param name="timeProvider">The monotonic clock.</param>
internal sealed class RateLimits(TimeProvider timeProvider)
{
    private readonly TokenBuckets<long> _buckets = new(timeProvider);

    /// <summary>Counts a request: as many at once as there may be in a second, then as many a second.</summary>
    /// <exception cref="ScimException">429, with the time to wait.</exception>
    public void Take(Integration integration)
    {
        if (integration.Rules.RateLimit is not { } limit)
            return;
        var wait = _buckets.Take(integration.Id, limit, TimeSpan.FromSeconds(1) / limit);
        if (wait > TimeSpan.Zero)
        {
            throw new ScimException(429, null, $"Too many requests: this integration is limited to {limit} a second. Repeat the request after the time in Retry-After.")
            {
                RetryAfter = (int)Math.Ceiling(wait.TotalSeconds),
            };
        }
    }
}
