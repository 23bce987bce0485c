using System.Net;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;

namespace Rollcall.Scim.Client.Transport;

/// <summary>
/// Repeats what may be repeated. A request that reads is repeated after a failed connection, 429, 502, 503 and 504. One that
/// writes is repeated after 429 only: the server says that it has not looked at it. After anything else its outcome
/// may be unknown, and only the caller can find out.
/// </summary>
internal static class Retries
{
    /// <summary>Marks a request that writes nothing although it is a POST: <c>.search</c>.</summary>
    public static readonly HttpRequestOptionsKey<bool> IsRead = new("Rollcall.Scim.Client.IsRead");

    /// <summary>The handler that repeats.</summary>
    public static ResilienceHandler CreateHandler(ScimClientOptions options, TimeProvider clock) => new(
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = Math.Max(1, options.MaxRetries),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(200),
                ShouldHandle = arguments => ValueTask.FromResult(
                    options.MaxRetries > 0 && IsRepeatable(arguments.Outcome, arguments.Context.GetRequestMessage(), options, clock)),
                DelayGenerator = arguments => ValueTask.FromResult(
                    arguments.Outcome.Result is { } response ? RateLimit.RetryAfter(response, options.RateLimitHeaders, clock.GetUtcNow()) : null),
            })
            .Build());

    private static bool IsRepeatable(Outcome<HttpResponseMessage> outcome, HttpRequestMessage? request, ScimClientOptions options, TimeProvider clock)
    {
        if (request is null)
            return false;
        if (outcome.Exception is not null)
            return Reads(request) && outcome.Exception is HttpRequestException { HttpRequestError: not HttpRequestError.ConfigurationLimitExceeded };
        var response = outcome.Result!;
        var isRepeatable = response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => true,
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => Reads(request),
            _ => false,
        };
        // Who is told to wait for an hour must hear of it, rather than hang.
        return isRepeatable && !(RateLimit.RetryAfter(response, options.RateLimitHeaders, clock.GetUtcNow()) > options.MaxRetryAfter);
    }

    private static bool Reads(HttpRequestMessage request) =>
        request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || (request.Options.TryGetValue(IsRead, out var isRead) && isRead);
}
