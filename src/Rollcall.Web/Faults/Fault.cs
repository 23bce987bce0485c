using Microsoft.AspNetCore.WebUtilities;

namespace Rollcall.Web.Faults;

/// <summary>
/// What a caller is told when a request fails, whatever the format that tells it. <see cref="Detail"/> is shown to the
/// caller: it says what was wrong and what to do, and never holds a secret or the text of another component's exception.
/// </summary>
/// <param name="Status">HTTP status, 400 to 599.</param>
/// <param name="Detail">A sentence for a person.</param>
public sealed record Fault(int Status, string Detail)
{
    /// <summary>500 for what nobody expected: nothing of it is told.</summary>
    public static Fault Unexpected(Exception cause) => new(500, "Something went wrong here. Tell the administrator the request's id; the log has the cause.") { Cause = cause };

    /// <summary>The status in words, the <c>title</c> of RFC 9457.</summary>
    public string Title { get; init; } = ReasonPhrases.GetReasonPhrase(Status);

    /// <summary>Further members of the body, in camelCase: strings, numbers, booleans and lists of them.</summary>
    public IReadOnlyDictionary<string, object> Extensions { get; init; } = new Dictionary<string, object>();

    /// <summary>Headers that belong to the status: <c>Retry-After</c>, <c>ETag</c>, <c>WWW-Authenticate</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The exception behind the fault, for a format that needs more of it; its text never reaches the caller by itself.</summary>
    public Exception? Cause { get; init; }
}
