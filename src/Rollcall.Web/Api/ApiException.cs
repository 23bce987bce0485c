using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Rollcall.Web.Faults;

namespace Rollcall.Web.Api;

/// <summary>
/// A fault of the admin API: the one exception type that handlers throw for what the caller got wrong. It is answered as
/// problem details (RFC 9457). <see cref="Exception.Message"/> is the <c>detail</c>.
/// </summary>
public sealed class ApiException : Exception
{
    /// <summary>Makes a fault; prefer the named factories.</summary>
    public ApiException(Fault fault) : base(fault.Detail)
    {
        Fault = fault;
    }

    /// <summary>What the caller is told.</summary>
    public Fault Fault { get; }

    /// <summary>The request is malformed as a whole (400).</summary>
    public static ApiException BadRequest(string detail) => new(new Fault(StatusCodes.Status400BadRequest, detail));

    /// <summary>A value is missing or does not fit (400).</summary>
    /// <param name="field">Its place: a member of the body such as <c>owners[0].name</c>, or a query parameter.</param>
    /// <param name="detail">What was wrong and what to do.</param>
    public static ApiException Invalid(string field, string detail) => new(new Fault(StatusCodes.Status400BadRequest, detail)
    {
        Extensions = new Dictionary<string, object> { ["field"] = field.Truncate() },
    });

    /// <summary>There is no such resource (404).</summary>
    public static ApiException NotFound(string detail) => new(new Fault(StatusCodes.Status404NotFound, detail));

    /// <summary>The caller may not do this (403).</summary>
    public static ApiException Forbidden(string detail) => new(new Fault(StatusCodes.Status403Forbidden, detail));

    /// <summary>A name is taken, or the state does not allow the change (409).</summary>
    public static ApiException Conflict(string detail) => new(new Fault(StatusCodes.Status409Conflict, detail));

    /// <summary>What was asked for is no longer kept (410).</summary>
    public static ApiException Gone(string detail) => new(new Fault(StatusCodes.Status410Gone, detail));

    /// <summary>The resource is not at a revision of <c>If-Match</c> (412); the answer has the current <c>ETag</c>.</summary>
    /// <param name="current">The revision that it has now.</param>
    /// <param name="given">The header as the request gave it.</param>
    public static ApiException PreconditionFailed(long current, string given) => new(new Fault(
        StatusCodes.Status412PreconditionFailed,
        $"Precondition Failed: the resource is at version {ApiETag.Of(current)}, the request was made for {given.Truncate()}. Read it again and repeat the change on what you find.")
    {
        Headers = new Dictionary<string, string> { [HeaderNames.ETag] = ApiETag.Of(current) },
    });

    /// <summary>The body is not JSON by its <c>Content-Type</c> (415).</summary>
    public static ApiException UnsupportedMediaType(string detail) => new(new Fault(StatusCodes.Status415UnsupportedMediaType, detail));

    /// <summary>The caller asks too often (429).</summary>
    public static ApiException TooManyRequests(string detail, TimeSpan retryAfter) => new(new Fault(StatusCodes.Status429TooManyRequests, detail)
    {
        Headers = RetryAfter(retryAfter),
    });

    /// <summary>Another server that had to be asked did not answer as it should (502).</summary>
    public static ApiException BadGateway(string detail) => new(new Fault(StatusCodes.Status502BadGateway, detail));

    /// <summary>Something that is needed is away for the moment (503); nothing was changed.</summary>
    public static ApiException Unavailable(string detail, TimeSpan retryAfter) => new(new Fault(StatusCodes.Status503ServiceUnavailable, detail)
    {
        Headers = RetryAfter(retryAfter),
    });

    // Whole seconds, rounded up: a client that comes back early is turned away again (RFC 9110 §10.2.3).
    private static Dictionary<string, string> RetryAfter(TimeSpan time) =>
        new() { [HeaderNames.RetryAfter] = Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture) };
}
