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
}

/// <summary>Who acts.</summary>
/// <param name="Integration">The integration's name, or null for an administrator.</param>
/// <param name="Client">The OAuth client id or the id of the static token, or null.</param>
/// <param name="User">The administrator's name, or null for a client.</param>
/// <param name="Address">Where the request came from.</param>
public sealed record Actor(string? Integration, string? Client, string? User, string? Address)
{
    /// <summary>The name that memberships are marked with.</summary>
    public string Name => Integration ?? User ?? "administrator";
}
