namespace Rollcall.Scim.Client;

/// <summary>A request and its answer, as they went over the wire, without credentials.</summary>
public sealed record ScimExchange
{
    /// <summary>When the request was sent.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The URL with its query.</summary>
    public required Uri Url { get; init; }

    /// <summary><c>If-Match</c>, or null.</summary>
    public string? IfMatch { get; init; }

    /// <summary>The body that was sent, or null.</summary>
    public string? Body { get; init; }

    /// <summary>The status of the answer; null where none came.</summary>
    public int? Status { get; init; }

    /// <summary>The <c>ETag</c> of the answer, or null.</summary>
    public string? ETag { get; init; }

    /// <summary>The <c>Retry-After</c> of the answer, as it was sent, or null.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The body of the answer, or null.</summary>
    public string? Answer { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; init; }
}

/// <summary>
/// Records what a flow of calls exchanges with servers, from <see cref="Start"/> until it is disposed of: repeated requests one by
/// one, requests for tokens not at all. A flow has one recording at a time: the newest.
/// </summary>
public sealed class ScimRecording : IDisposable
{
    private static readonly AsyncLocal<ScimRecording?> Flow = new();

    private readonly Lock _adding = new();
    private readonly List<ScimExchange> _exchanges = [];

    private ScimRecording() => Flow.Value = this;

    /// <summary>What was exchanged so far, in the order of the answers.</summary>
    public IReadOnlyList<ScimExchange> Exchanges
    {
        get
        {
            lock (_adding)
                return [.. _exchanges];
        }
    }

    /// <summary>The recording of the current flow, or null.</summary>
    internal static ScimRecording? Current => Flow.Value;

    /// <summary>Begins to record the calls that the caller makes from now on.</summary>
    public static ScimRecording Start() => new();

    /// <inheritdoc/>
    public void Dispose() => Flow.Value = null;

    internal void Add(ScimExchange exchange)
    {
        lock (_adding)
            _exchanges.Add(exchange);
    }
}
