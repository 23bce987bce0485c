using System.Text.Json.Serialization;

namespace Rollcall.IdentityIq.Applications;

/// <summary>How the connector authenticates to the SCIM server: SailPoint's authentication type and grant type in one.</summary>
public enum AuthenticationType
{
    /// <summary>Not at all, or by <see cref="ApplicationDefinition.CustomHeaders"/>.</summary>
    None,
    /// <summary>User name and password with every request.</summary>
    Basic,
    /// <summary>A fixed bearer token.</summary>
    ApiToken,
    /// <summary>OAuth 2.0 client credentials.</summary>
    ClientCredentials,
    /// <summary>OAuth 2.0 with a refresh token: SailPoint's default grant.</summary>
    RefreshToken,
    /// <summary>OAuth 2.0 with a signed JWT.</summary>
    Jwt,
    /// <summary>OAuth 2.0 with a user's name and password.</summary>
    Password,
}

/// <summary>The authentication of an application, without its secrets.</summary>
public sealed record Authentication
{
    /// <summary>The kind.</summary>
    public AuthenticationType Type { get; init; }

    /// <summary>The token endpoint, for the four kinds of OAuth 2.0.</summary>
    public string? TokenUrl { get; init; }

    /// <summary>The OAuth client.</summary>
    public string? ClientId { get; init; }

    /// <summary>The user's name, for <see cref="AuthenticationType.Basic"/> and <see cref="AuthenticationType.Password"/>.</summary>
    public string? UserName { get; init; }

    /// <summary>Headers of the token request.</summary>
    public IReadOnlyDictionary<string, string> TokenHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>Parameters that are added to the token request, such as <c>scope</c>.</summary>
    public IReadOnlyDictionary<string, string> TokenParameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Parameters that are left out of the token request.</summary>
    public IReadOnlyList<string> OmittedTokenParameters { get; init; } = [];

    /// <summary>The keys of the secrets that this kind needs, as <see cref="SecretKeys"/> names them.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> NeededSecrets => Type switch
    {
        AuthenticationType.Basic => [SecretKeys.Password],
        AuthenticationType.ApiToken => [SecretKeys.ApiToken],
        AuthenticationType.ClientCredentials => [SecretKeys.ClientSecret],
        AuthenticationType.RefreshToken => [SecretKeys.ClientSecret, SecretKeys.RefreshToken],
        AuthenticationType.Jwt => [SecretKeys.PrivateKey, SecretKeys.PrivateKeyPassword],
        AuthenticationType.Password => [SecretKeys.ClientSecret, SecretKeys.UserPassword],
        _ => [],
    };
}
