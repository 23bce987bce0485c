using Rollcall.Web;

namespace Rollcall.Access.OAuth;

/// <summary>
/// A refusal of an OAuth endpoint, as RFC 6749 §5.2 has it. <see cref="Exception.Message"/> is the
/// <c>error_description</c>: what was wrong and what to do, in ASCII without quotes and backslashes, as the RFC demands.
/// It never holds input, as that could be a secret.
/// </summary>
public sealed class OAuthException : Exception
{
    private OAuthException(int status, string error, string description) : base(description)
    {
        Status = status;
        Error = error;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>The error code.</summary>
    public string Error { get; }

    /// <summary>After how many seconds the request may be repeated, answered as <c>Retry-After</c>; set on 429.</summary>
    public int? RetryAfter { get; private init; }

    /// <summary>Something is missing, given twice or malformed (400).</summary>
    public static OAuthException InvalidRequest(string description) => new(400, "invalid_request", description);

    /// <summary>
    /// The client is unknown, disabled or not authenticated. It is 401 also where no <c>Authorization</c> header was
    /// sent, which the RFC permits, so that the challenge always tells which method works.
    /// </summary>
    public static OAuthException InvalidClient(string description) => new(401, "invalid_client", description);

    /// <summary>As <see cref="InvalidClient"/>, once too often (429).</summary>
    public static OAuthException TooManyAttempts(TimeSpan wait) =>
        new(429, "invalid_client", "Too many requests with wrong credentials. Correct them, and repeat the request after the time in Retry-After.")
        {
            RetryAfter = FailedAttempts.Seconds(wait),
        };

    /// <summary>The grant type is not one that is offered (400).</summary>
    public static OAuthException UnsupportedGrantType(string description) => new(400, "unsupported_grant_type", description);

    /// <summary>The client may not do this (400).</summary>
    public static OAuthException UnauthorizedClient(string description) => new(400, "unauthorized_client", description);

    /// <summary>Any other error (400), for codes that come from elsewhere.</summary>
    public static OAuthException Of(string error, string description) => new(400, error, description);
}
