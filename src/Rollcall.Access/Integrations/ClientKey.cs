namespace Rollcall.Access.Integrations;

/// <summary>A public key that a client's assertions may be signed with (RFC 7523).</summary>
/// <param name="Id">What it is revoked by.</param>
/// <param name="KeyId">The <c>kid</c> that assertions name it by.</param>
/// <param name="Algorithm">The only <c>alg</c> that it is used with, such as <c>ES256</c>.</param>
/// <param name="Jwk">The key as a JSON Web Key (RFC 7517), without private part.</param>
/// <param name="Created">When it was added, in microseconds since 1970 in UTC.</param>
/// <param name="Expires">From when on it is refused; null for never.</param>
public sealed record ClientKey(string Id, string KeyId, string Algorithm, string Jwk, long Created, long? Expires);
