using System.Diagnostics;
using System.Globalization;
using Duende.IdentityModel;
using Duende.IdentityModel.Client;

namespace Rollcall.Scim.Client.Authentication;

/// <summary>A token as it was issued.</summary>
/// <param name="Value">The token.</param>
/// <param name="Lifetime">How long it lives, or null where the server does not say.</param>
/// <param name="RefreshToken">The refresh token that takes the place of the one used, or null.</param>
internal sealed record IssuedToken(string Value, TimeSpan? Lifetime, string? RefreshToken);

/// <summary>Asks token endpoints.</summary>
internal static class TokenRequests
{
    /// <summary>Fetches a token.</summary>
    /// <param name="http">Connections to the token endpoint.</param>
    /// <param name="credentials">What to fetch it with.</param>
    /// <param name="refreshToken">The refresh token that is valid now, for that grant.</param>
    /// <param name="clock">The clock, for assertions.</param>
    /// <exception cref="ScimClientException"><see cref="ScimFailure.NoToken"/>.</exception>
    public static async Task<IssuedToken> SendAsync(HttpMessageInvoker http, OAuthCredentials credentials, string? refreshToken, TimeProvider clock)
    {
        using var request = new TokenRequest
        {
            RequestUri = credentials.TokenUrl,
            ClientId = credentials.ClientId,
            ClientSecret = credentials.ClientSecret,
            ClientCredentialStyle = credentials.Authentication == ClientAuthentication.Body ? ClientCredentialStyle.PostBody : ClientCredentialStyle.AuthorizationHeader,
            AuthorizationHeaderStyle = BasicAuthenticationHeaderStyle.Rfc6749,
            GrantType = GrantType(credentials),
        };
        if (credentials.Authentication == ClientAuthentication.BasicAndBody)
        {
            request.Parameters.AddRequired(OidcConstants.TokenRequest.ClientId, credentials.ClientId);
            request.Parameters.AddOptional(OidcConstants.TokenRequest.ClientSecret, credentials.ClientSecret);
        }
        request.Parameters.AddOptional(OidcConstants.TokenRequest.Scope, credentials.Scope);
        AddGrant(request, credentials, refreshToken, clock.GetUtcNow());
        foreach (var (name, value) in credentials.Parameters)
            request.Parameters.Add(name, value);
        foreach (var (name, value) in credentials.Headers)
            request.Headers.TryAddWithoutValidation(name, value);

        var response = await http.RequestTokenAsync(request, CancellationToken.None).ConfigureAwait(false);
        if (response.IsError || string.IsNullOrEmpty(response.AccessToken))
            throw Fault(credentials.TokenUrl, response);
        return new IssuedToken(response.AccessToken, response.ExpiresIn > 0 ? TimeSpan.FromSeconds(response.ExpiresIn) : null, response.RefreshToken);
    }

    private static string GrantType(OAuthCredentials credentials) => credentials switch
    {
        ClientCredentialsGrant => OidcConstants.GrantTypes.ClientCredentials,
        RefreshTokenGrant => OidcConstants.GrantTypes.RefreshToken,
        JwtBearerGrant => OidcConstants.GrantTypes.JwtBearer,
#pragma warning disable CS0618 // For parity; its users are warned where they name it.
        PasswordGrant => OidcConstants.GrantTypes.Password,
#pragma warning restore CS0618
        _ => throw new UnreachableException(),
    };

    private static void AddGrant(TokenRequest request, OAuthCredentials credentials, string? refreshToken, DateTimeOffset now)
    {
        switch (credentials)
        {
            case ClientCredentialsGrant { Key: { } key } grant:
                request.ClientAssertion = new ClientAssertion
                {
                    Type = OidcConstants.ClientAssertionTypes.JwtBearer,
                    Value = Assertions.Make(key, grant.ClientId, grant.ClientId, grant.Issuer ?? grant.TokenUrl.AbsoluteUri, now),
                };
                request.ClientCredentialStyle = ClientCredentialStyle.PostBody;
                break;
            case RefreshTokenGrant grant:
                request.Parameters.AddRequired(OidcConstants.TokenRequest.RefreshToken, refreshToken ?? grant.RefreshToken);
                break;
            case JwtBearerGrant grant:
                request.Parameters.AddRequired(OidcConstants.TokenRequest.Assertion,
                    Assertions.Make(grant.Key, grant.Issuer ?? grant.ClientId, grant.Subject ?? grant.ClientId, grant.Audience ?? grant.TokenUrl.AbsoluteUri, now));
                break;
#pragma warning disable CS0618 // As above.
            case PasswordGrant grant:
#pragma warning restore CS0618
                request.Parameters.AddRequired(OidcConstants.TokenRequest.UserName, grant.UserName);
                request.Parameters.AddRequired(OidcConstants.TokenRequest.Password, grant.Password);
                break;
            default:
                break;
        }
    }

    // The endpoint's own words help; its raw answer may repeat what was sent, so it is not kept.
    private static ScimClientException Fault(Uri url, TokenResponse response)
    {
        var place = url.GetLeftPart(UriPartial.Path);
        var status = (int)response.HttpStatusCode;
        // invalid_client may come with 401 as well as with 400 (RFC 6749 §5.2).
        var error = response.Json?.Text(OidcConstants.TokenResponse.Error);
        var what = response.ErrorType switch
        {
            ResponseErrorType.Protocol or ResponseErrorType.Http when error is not null =>
                $"refused: {error}{(response.Json?.Text(OidcConstants.TokenResponse.ErrorDescription) is { Length: > 0 } description ? ", " + description : "")}",
            ResponseErrorType.Http => string.Create(CultureInfo.InvariantCulture, $"answered {status} {response.HttpErrorReason}"),
            ResponseErrorType.Exception when status == 0 => "was not reached or gave no answer that could be read",
            _ => "answered without an access_token",
        };
        return new ScimClientException(ScimFailure.NoToken, $"No token: the token endpoint {place} {what}.", response.Exception)
        {
            Status = status == 0 ? null : status,
        };
    }
}
