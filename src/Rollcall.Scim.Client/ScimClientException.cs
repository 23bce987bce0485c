using System.Globalization;

namespace Rollcall.Scim.Client;

/// <summary>In which way a request failed, which says whether it may have had an effect.</summary>
public enum ScimFailure
{
    /// <summary>The server answered with an error: the request had no effect, unless its status is 500 or more.</summary>
    Refused,
    /// <summary>The server was not reached: the request had no effect.</summary>
    Unreachable,
    /// <summary>No answer came, or only a part: whether the request had an effect is not known.</summary>
    NoAnswer,
    /// <summary>The request succeeded, but its answer is not SCIM.</summary>
    Unreadable,
    /// <summary>No token could be had: the request was not sent.</summary>
    NoToken,
    /// <summary>The request was not sent, since it contradicts the options.</summary>
    NotSent,
}

/// <summary>
/// The one exception of the client. <see cref="Exception.Message"/> begins with status and reason where there are some, as
/// <c>412 Precondition Failed: …</c>, so that rules which look for a text in it find both.
/// </summary>
public sealed class ScimClientException : Exception
{
    // Enough to recognise an error page by, not enough to fill a log.
    private const int MaxRawText = 16 * 1024;

    /// <summary>Makes the exception.</summary>
    /// <param name="failure">In which way the request failed.</param>
    /// <param name="message">What happened, for a person.</param>
    /// <param name="inner">What was thrown below, or null.</param>
    public ScimClientException(ScimFailure failure, string message, Exception? inner = null) : base(message, inner) => Failure = failure;

    /// <summary>In which way the request failed.</summary>
    public ScimFailure Failure { get; }

    /// <summary>The HTTP status, or null where there was none.</summary>
    public int? Status { get; init; }

    /// <summary>The <c>scimType</c> of the error body (RFC 7644 §3.12), or null.</summary>
    public string? ScimType { get; init; }

    /// <summary>The <c>detail</c> of the error body, or null.</summary>
    public string? Detail { get; init; }

    /// <summary>The body as text, cut after 16,384 characters; null where there was none.</summary>
    public string? RawText { get; init; }

    /// <summary>How long to wait before the request is repeated, as the server asks; null where it doesn't.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The version that the resource has now, where a 412 tells it as <c>ETag</c>.</summary>
    public string? CurrentVersion { get; init; }

    /// <summary>Whether the request may have had an effect although it failed: to be found out by reading before it is repeated.</summary>
    public bool IsOutcomeUnknown => Failure is ScimFailure.NoAnswer or ScimFailure.Unreadable || (Failure == ScimFailure.Refused && Status >= 500);

    internal static ScimClientException Refused(HttpResponseMessage response, string text, TimeSpan? retryAfter)
    {
        var status = (int)response.StatusCode;
        var error = LenientJson.TryParse(text);
        var detail = error?.Text("detail");
        var reason = string.IsNullOrEmpty(response.ReasonPhrase) ? "" : " " + response.ReasonPhrase;
        // Ours and others' details begin with the reason: it is not said twice.
        var what = (reason.Length > 0 && detail?.StartsWith($"{response.ReasonPhrase}: ", StringComparison.OrdinalIgnoreCase) == true ? detail[(response.ReasonPhrase!.Length + 2)..] : detail)
            ?? (text.Length == 0 ? "no body" : error is null ? "the body is not JSON" : "the body has no detail");
        return new ScimClientException(ScimFailure.Refused, string.Create(CultureInfo.InvariantCulture, $"{status}{reason}: {what}"))
        {
            Status = status,
            ScimType = error?.Text("scimType"),
            Detail = detail,
            RawText = text.Length > MaxRawText ? text[..MaxRawText] : text,
            RetryAfter = retryAfter,
            CurrentVersion = status == 412 ? response.Headers.ETag?.ToString() : null,
        };
    }

    internal static ScimClientException Unreadable(HttpResponseMessage response, string text, string what) =>
        new(ScimFailure.Unreadable, string.Create(CultureInfo.InvariantCulture,
            $"The server answered {(int)response.StatusCode}, but {what} (Content-Type: {response.Content.Headers.ContentType?.ToString() ?? "none"}). Is {response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Path)} a SCIM 2.0 endpoint?"))
        {
            Status = (int)response.StatusCode,
            RawText = text.Length > MaxRawText ? text[..MaxRawText] : text,
        };
}
