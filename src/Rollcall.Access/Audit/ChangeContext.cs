using Rollcall.Data;

namespace Rollcall.Access.Audit;

/// <summary>Who makes a change, in which request: what every write is given for its audit row.</summary>
/// <param name="RequestId">The server-made id of the request.</param>
/// <param name="Number">The number of the change within the request, from 1.</param>
/// <param name="Actor">Who asks for it.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path below the host, without query.</param>
public sealed record ChangeContext(string RequestId, int Number, Actor Actor, string Method, string Path)
{
    /// <summary>What the write is recognised by afterwards.</summary>
    public WriteKey Key => new(RequestId, Number);

    /// <summary>The status that the request is answered with if the change is made.</summary>
    public int Status { get; init; } = Method switch { "POST" => 201, "DELETE" => 204, _ => 200 };

    /// <summary>The version that the request was made for, as it gave it; null where it gave none.</summary>
    public string? VersionGiven { get; init; }

    /// <summary>When the request came, in microseconds since 1970 in UTC; 0 where nobody looked.</summary>
    public long At { get; init; }

    /// <summary>How long the request has taken so far; null where nobody measures.</summary>
    public Func<TimeSpan>? Elapsed { get; init; }

    /// <summary>The actor as the audit log keeps it: made here, by the caller, since the writer has others to serve.</summary>
    internal string ActorJson { get; } = AuditJson.Of(Actor);

    /// <summary>The request as the audit log keeps it, when the change is about to be committed.</summary>
    /// <param name="revisionFound">The revision of what was there.</param>
    internal RequestFacts Facts(long? revisionFound) => new(
        Method, Path, Status, Elapsed?.Invoke(), PublicText.Version(VersionGiven),
        VersionGiven is not null && revisionFound is { } revision ? AuditJson.Version(revision) : null);
}

/// <summary>Who acts.</summary>
/// <param name="Integration">The integration's name, or null for an administrator.</param>
/// <param name="Client">The OAuth client id or the id of the static token, or null.</param>
/// <param name="User">The administrator's name, or null for a client.</param>
/// <param name="Address">Where the request came from.</param>
public sealed record Actor(string? Integration, string? Client, string? User, string? Address)
{
    /// <summary>Who the admin token stands for.</summary>
    public const string Administrator = "administrator";

    /// <summary>The name that memberships are marked with.</summary>
    public string Name => Integration ?? User ?? Administrator;
}
