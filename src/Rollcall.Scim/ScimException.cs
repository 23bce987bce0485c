namespace Rollcall.Scim;

/// <summary>
/// A fault of the SCIM protocol: the one exception type that this library throws for bad input. It carries what the
/// error body of RFC 7644 §3.12 needs. <see cref="Exception.Message"/> is the <c>detail</c>: it may be shown to the
/// caller, so it never holds a secret or the text of another component's exception.
/// </summary>
public sealed class ScimException : Exception
{
    /// <summary>Makes a fault; prefer the named factories, one per <c>scimType</c>.</summary>
    /// <param name="status">HTTP status, 400 to 599.</param>
    /// <param name="scimType">A value of RFC 7644 Table 9 or RFC 9865 Table 3, or null.</param>
    /// <param name="detail">What was wrong and what to do, in a sentence for a person.</param>
    public ScimException(int status, string? scimType, string detail) : base(detail)
    {
        Status = status;
        ScimType = scimType;
    }

    /// <summary>HTTP status code, 400 to 599.</summary>
    public int Status { get; }

    /// <summary>The <c>scimType</c>, or null where the status says it all (RFC 7644 Table 9).</summary>
    public string? ScimType { get; }

    /// <summary>
    /// Whether the form was sound and a value, or what it was to be done to, is at fault. Such a fault can wait: whoever
    /// works on a stale version is told that first.
    /// </summary>
    public bool IsOfValues { get; private init; }

    /// <summary>The body's JSON is malformed or the message does not have its shape (400, RFC 7644 Table 9).</summary>
    public static ScimException InvalidSyntax(string detail) => new(400, "invalidSyntax", detail);

    /// <summary>The filter is malformed or its attribute and comparison do not go together (400).</summary>
    public static ScimException InvalidFilter(string detail) => new(400, "invalidFilter", detail);

    /// <summary>The path of a PATCH operation or of <c>sortBy</c> is malformed or names nothing (400).</summary>
    public static ScimException InvalidPath(string detail) => new(400, "invalidPath", detail);

    /// <summary>The path of a PATCH operation selects nothing that could be changed (400).</summary>
    public static ScimException NoTarget(string detail) => new(400, "noTarget", detail) { IsOfValues = true };

    /// <summary>A required value is missing, or a value does not fit its attribute (400).</summary>
    public static ScimException InvalidValue(string detail) => new(400, "invalidValue", detail) { IsOfValues = true };

    /// <summary>The change is incompatible with the attribute's mutability or current state (400).</summary>
    public static ScimException Mutability(string detail) => new(400, "mutability", detail) { IsOfValues = true };

    /// <summary>The query asks for more than the server is willing to work out (400).</summary>
    public static ScimException TooMany(string detail) => new(400, "tooMany", detail);

    /// <summary>The cursor is malformed, forged or belongs to another query (400, RFC 9865 §2.1).</summary>
    public static ScimException InvalidCursor(string detail) => new(400, "invalidCursor", detail);

    /// <summary>The cursor is older than the server keeps cursors (400, RFC 9865 §2.1).</summary>
    public static ScimException ExpiredCursor(string detail) => new(400, "expiredCursor", detail);

    /// <summary>The <c>count</c> of a cursor walk is not an integer, or changed on the way (400, RFC 9865 §2.1).</summary>
    public static ScimException InvalidCount(string detail) => new(400, "invalidCount", detail);

    /// <summary>A value that must be unique is taken (409).</summary>
    public static ScimException Uniqueness(string detail) => new(409, "uniqueness", detail);

    /// <summary>There is no such resource, at least for this caller (404).</summary>
    public static ScimException NotFound(string detail) => new(404, null, detail);

    /// <summary>
    /// The resource is not at the version that the request was made for (412, RFC 7644 §3.14). The detail begins with
    /// "Precondition Failed:", since clients such as SailPoint decide on a retry by a substring of the error's text.
    /// </summary>
    /// <param name="current">The version the resource has now.</param>
    /// <param name="given">The version as the request gave it.</param>
    public static ScimException PreconditionFailed(ScimVersion current, string given) =>
        new(412, null, $"Precondition Failed: the resource is at version {current}, the request was made for {Faults.Short(given)}. Read it again and repeat the change on what you find.")
        {
            CurrentVersion = current,
        };

    /// <summary>The version that the resource has now; set on 412, and answered as <c>ETag</c>.</summary>
    public ScimVersion? CurrentVersion { get; init; }

    /// <summary>The challenge of a 401, answered as <c>WWW-Authenticate</c> (RFC 6750 §3).</summary>
    public string? Challenge { get; init; }

    /// <summary>After how many seconds the request may be repeated, answered as <c>Retry-After</c>; set on 429 and 503.</summary>
    public int? RetryAfter { get; init; }
}
