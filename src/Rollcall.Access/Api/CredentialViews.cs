using Rollcall.Access.Integrations;
using Rollcall.Access.Scim;

namespace Rollcall.Access.Api;

/// <summary>A client secret or a static token, as the API shows it: never its value.</summary>
internal sealed record CredentialView(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    public static IReadOnlyList<CredentialView> Of(List<Credential> credentials) =>
        [.. credentials.Select(credential => new CredentialView(credential.Id, ScimTime.ToTime(credential.Created), ToTime(credential.Expires)))];

    internal static DateTimeOffset? ToTime(long? microseconds) => microseconds is { } time ? ScimTime.ToTime(time) : null;
}

/// <summary>A public key of a client, as the API shows it.</summary>
internal sealed record KeyView(string Id, string KeyId, string Algorithm, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    public static IReadOnlyList<KeyView> Of(List<ClientKey> keys) =>
        [.. keys.Select(key => new KeyView(key.Id, key.KeyId, key.Algorithm, ScimTime.ToTime(key.Created), CredentialView.ToTime(key.Expires)))];
}
