using Microsoft.AspNetCore.Http;

namespace Rollcall.Access.OAuth;

/// <summary>
/// What a client sends to the token endpoint, reduced to what counts. Everything else is ignored (RFC 6749 §3.2), also
/// <c>scope</c> and <c>audience</c>: the client alone tells what its token is for.
/// </summary>
internal static class TokenRequest
{
    /// <summary>The only grant type that is offered.</summary>
    public const string GrantType = "client_credentials";

    /// <summary>Reads a request.</summary>
    /// <exception cref="OAuthException">It is not one for a token.</exception>
    public static async Task<ClientCredentials> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var form = await OAuthForm.ReadAsync(request, cancellationToken);
        var grantType = form["grant_type"];
        if (grantType is null)
            throw OAuthException.InvalidRequest($"The parameter grant_type is missing. Send grant_type={GrantType} in the body.");
        if (grantType != GrantType)
            throw OAuthException.UnsupportedGrantType($"This grant type is not offered. Send grant_type={GrantType}.");
        return ClientCredentials.Read(request, form);
    }
}
