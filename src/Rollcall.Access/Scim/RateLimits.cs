using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Rollcall.Access.Integrations;
using Rollcall.Scim;

namespace Rollcall.Access.Scim;

/// <summary>Limits the requests of each integration that has a limit, so that one platform can't starve the others.</summary>
internal sealed class RateLimits : IDisposable
{
    private readonly ConcurrentDictionary<(long Integration, int Limit), TokenBucketRateLimiter> _buckets = [];

    /// <summary>Counts a request.</summary>
    /// <exception cref="ScimException">429, with the time to wait.</exception>
    public void Take(Integration integration)
    {
        if (integration.Rules.RateLimit is not { } limit)
            return;
        var bucket = _buckets.GetOrAdd((integration.Id, limit), static key => new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = key.Limit,
            TokensPerPeriod = key.Limit,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        }));
        using var lease = bucket.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            throw new ScimException(429, null, $"Too many requests: this integration is limited to {limit} a second. Repeat the request after the time in Retry-After.")
            {
                RetryAfter = 1,
            };
        }
    }

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values)
            bucket.Dispose();
    }
}
