using System.Globalization;
using System.Net.Http.Headers;

namespace Rollcall.Scim.Client.Transport;

/// <summary>The names of the headers by which a server tells how much it takes. Names match in any case.</summary>
public sealed record RateLimitHeaders
{
    /// <summary>How many requests are left.</summary>
    public string Remaining { get; init; } = "x-rate-limit-remaining";

    /// <summary>When there are new ones: seconds from now, or seconds since 1970.</summary>
    public string Reset { get; init; } = "x-rate-limit-reset";

    /// <summary>After how many seconds the next request is welcome.</summary>
    public string RetryAfter { get; init; } = "x-rate-limit-retry-after-seconds";
}

/// <summary>Reads how long a server wants its clients to wait.</summary>
internal static class RateLimit
{
    // Seconds since 1970 passed this in 2001; as a time to wait it would be 31 years.
    private const long LeastEpoch = 1_000_000_000;

    /// <summary><c>Retry-After</c> in seconds or as a date (RFC 9110 §10.2.3), else the server's own header; null where there is none.</summary>
    public static TimeSpan? RetryAfter(HttpResponseMessage response, RateLimitHeaders names, DateTimeOffset now) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date > now ? date - now : TimeSpan.Zero,
            _ => Seconds(response.Headers, names.RetryAfter) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };

    /// <summary>How long to wait before the next request, where the server says that none is left; null otherwise.</summary>
    public static TimeSpan? Pause(HttpResponseMessage response, RateLimitHeaders names, DateTimeOffset now)
    {
        if (Seconds(response.Headers, names.Remaining) is not 0)
            return null;
        if (RetryAfter(response, names, now) is { } told)
            return told;
        return Seconds(response.Headers, names.Reset) switch
        {
            null => null,
            >= LeastEpoch and var epoch => DateTimeOffset.FromUnixTimeSeconds(epoch) is var at && at > now ? at - now : TimeSpan.Zero,
            { } seconds => TimeSpan.FromSeconds(seconds),
        };
    }

    private static long? Seconds(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values)
        && decimal.TryParse(values.First(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < 100_000_000_000
            ? (long)Math.Ceiling(number)
            : null;
}
