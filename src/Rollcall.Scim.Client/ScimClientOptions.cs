using Rollcall.Scim.Client.Authentication;
using Rollcall.Scim.Messages;

namespace Rollcall.Scim.Client;

/// <summary>When a client sends the version that a change was made for.</summary>
public enum VersionUse
{
    /// <summary>Where the server says that it has versions, by <c>etag.supported</c>, or a resource carries one.</summary>
    Auto,
    /// <summary>Always; a change of a resource whose version is not known is refused before it is sent.</summary>
    Always,
    /// <summary>Never.</summary>
    Never,
}

/// <summary>How a client walks through lists.</summary>
public enum PagingMethod
{
    /// <summary>By cursor where the server's configuration offers it (RFC 9865 §4), else by index.</summary>
    Auto,
    /// <summary>By <c>startIndex</c> (RFC 7644 §3.4.2.4).</summary>
    Index,
    /// <summary>By <c>cursor</c> (RFC 9865).</summary>
    Cursor,
}

/// <summary>Where one SCIM server is, and how it is spoken to. Only <see cref="BaseUrl"/> is needed, and <see cref="Credentials"/> most often.</summary>
public sealed record ScimClientOptions
{
    /// <summary>
    /// The SCIM base URL, to which <c>/Users</c> is added; http or https, without user information (RFC 7644 §7.1). Query
    /// parameters, such as Entra's flags, are sent with every request.
    /// </summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>How the client shows who it is; nobody by default.</summary>
    public ScimCredentials Credentials { get; init; } = new NoCredentials();

    /// <summary>The media type of bodies, and of what is accepted.</summary>
    public string MediaType { get; init; } = MediaTypes.Scim;

    /// <summary>Resources to ask for on a page, 1 or more; a server may send fewer.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>How lists are walked.</summary>
    public PagingMethod Paging { get; init; } = PagingMethod.Auto;

    /// <summary>Whether changes are made by PATCH (true) or PUT (false); null: as the server's configuration says.</summary>
    public bool? UsePatch { get; init; }

    /// <summary>When versions are sent.</summary>
    public VersionUse UseVersions { get; init; } = VersionUse.Auto;

    /// <summary>
    /// For servers that are not quite SCIM: discovery may be missing, lists may be bare arrays, resources may lack
    /// <c>schemas</c>.
    /// </summary>
    public bool IsRelaxed { get; init; }

    /// <summary>
    /// How long one request may take, until the last byte of its answer. A repetition has as long again; waits before it do not count.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest answer that is read, in bytes, uncompressed; 256 MiB by default. A larger one is broken off, so that no server can fill the memory.</summary>
    public int MaxAnswerSize { get; init; } = 256 * 1024 * 1024;

    /// <summary>How often a request that may be repeated is repeated.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>The longest that a server's <c>Retry-After</c> is waited for; a longer one is told to the caller.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The names of the headers by which the server tells how much it takes.</summary>
    public Transport.RateLimitHeaders RateLimitHeaders { get; init; } = new();

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">A value is out of bounds; the message names it.</exception>
    public void Validate()
    {
        if (!BaseUrl.IsAbsoluteUri || BaseUrl.Scheme is not ("http" or "https"))
            throw new ArgumentException("The base URL is an absolute http or https URL.");
        if (BaseUrl.UserInfo.Length > 0)
            throw new ArgumentException("The base URL has no user name or password in it: give them as credentials.");
        if (BaseUrl.Fragment.Length > 0)
            throw new ArgumentException("The base URL has no fragment (#…).");
        if (PageSize < 1)
            throw new ArgumentException("The page size is 1 or more.");
        if (Timeout <= TimeSpan.Zero)
            throw new ArgumentException("The timeout is longer than 0.");
        if (MaxAnswerSize < 1)
            throw new ArgumentException("The largest answer has 1 byte or more.");
        if (MaxRetries < 0)
            throw new ArgumentException("The number of retries is 0 or more.");
        Credentials.Validate();
    }
}
