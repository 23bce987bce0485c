namespace Rollcall.Access.Integrations;

/// <summary>One governance platform that is connected to the Access side.</summary>
/// <param name="Id">The internal id, 1 or more; 0 stands for "here".</param>
/// <param name="Name">The unique name, which is part of the SCIM base URL.</param>
/// <param name="Platform">What stands behind it.</param>
/// <param name="Rules">How it is treated.</param>
/// <param name="Enabled">Whether its credentials are accepted.</param>
/// <param name="ClientId">Its OAuth client.</param>
/// <param name="Created">When it was made, in microseconds since 1970 in UTC.</param>
public sealed record Integration(long Id, string Name, Platform Platform, IntegrationRules Rules, bool Enabled, string ClientId, long Created);

/// <summary>A client secret, or a static token, as it may be shown: never its value.</summary>
/// <param name="Id">What it is revoked by.</param>
/// <param name="Created">When it was made, in microseconds since 1970 in UTC.</param>
/// <param name="Expires">From when on it is refused; null for never.</param>
public sealed record Credential(string Id, long Created, long? Expires);
