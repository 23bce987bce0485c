using Microsoft.AspNetCore.Http;
using Rollcall.Access.Integrations;
using Rollcall.Access.Scim;

namespace Rollcall.Access.Audit;

/// <summary>One request while it is handled: what becomes known of it, for the audit log and the calls of its integration.</summary>
/// <param name="http">The request.</param>
/// <param name="clock">The clock that it is timed by.</param>
internal sealed class ObservedCall(HttpContext http, TimeProvider clock)
{
    private readonly long _startedAt = clock.GetTimestamp();

    /// <summary>The request that is being handled; null in a host that is not observed.</summary>
    public static ObservedCall? Of(HttpContext http) => http.Features.Get<ObservedCall>();

    /// <summary>The request.</summary>
    public HttpContext Http => http;

    /// <summary>When it came, in microseconds since 1970 in UTC.</summary>
    public long At { get; } = ScimTime.Of(clock.GetUtcNow());

    /// <summary>How long it has taken so far.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_startedAt);

    /// <summary>Whose endpoint was called, or whose client asked for a token; null for here, or where it is not known.</summary>
    public Integration? Integration { get; set; }

    /// <summary>The client, once it is authenticated.</summary>
    public string? Client { get; set; }

    /// <summary>Whether it has been recorded.</summary>
    public bool IsRecorded { get; set; }
}
