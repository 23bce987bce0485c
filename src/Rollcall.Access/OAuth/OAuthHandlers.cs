using System.Collections.Immutable;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Rollcall.Access.Integrations;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Rollcall.Access.OAuth;

/// <summary>Where OpenIddict's way of answering is ours: one method for each event that it asks about.</summary>
/// <param name="issuer">The issuer, without a slash at the end.</param>
/// <param name="keys">What signs the tokens.</param>
internal sealed class OAuthHandlers(string issuer, SigningKeys keys)
{
    private static readonly ImmutableArray<string?> Methods =
        [ClientAuthenticationMethods.ClientSecretBasic, ClientAuthenticationMethods.ClientSecretPost, ClientAuthenticationMethods.PrivateKeyJwt];

    private static readonly ImmutableArray<string?> Algorithms = [.. ClientPublicKey.Algorithms];

    /// <summary>Gives OpenIddict a token request, and nothing of it that does not count.</summary>
    /// <exception cref="OAuthException">It is not a request for a token.</exception>
    public static async ValueTask ReadAsync(ExtractTokenRequestContext context)
    {
        var credentials = await TokenRequest.ReadAsync(context.Transaction.GetHttpRequest()!, context.CancellationToken);
        context.Transaction.SetProperty(nameof(ClientCredentials), credentials);
        context.Request = new OpenIddictRequest { GrantType = TokenRequest.GrantType, ClientId = credentials.ClientId };
    }

    /// <summary>Authenticates the client of a token request.</summary>
    /// <exception cref="OAuthException">It is not authenticated.</exception>
    public static async ValueTask AuthenticateAsync(ClientAuthentication clients, ProcessAuthenticationContext context)
    {
        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        var credentials = context.Transaction.GetProperty<ClientCredentials>(nameof(ClientCredentials))!;
        context.Transaction.SetProperty(nameof(Integration), await clients.AuthenticateAsync(credentials, http));
    }

    /// <summary>Grants the authenticated client a token for its integration.</summary>
    public ValueTask Grant(HandleTokenRequestContext context)
    {
        var integration = context.Transaction.GetProperty<Integration>(nameof(Integration))!;
        var identity = new ClaimsIdentity(TokenRequest.GrantType);
        identity.SetClaim(Claims.Subject, integration.ClientId);
        identity.SetResources(OAuthServer.ScimBaseUrl(issuer, integration));
        context.Principal = new ClaimsPrincipal(identity);
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Corrects a token before it is signed. Its issuer is written as it stands in the metadata: OpenIddict keeps it as a
    /// <see cref="Uri"/>, which gains a slash at the end, and RFC 8414 §3.3 has issuers compared as text. And a claim of
    /// OpenIddict's own, which says <c>client_id</c> again, is left out. The key is the one whose turn it is: OpenIddict
    /// would take any of those that are published.
    /// </summary>
    public ValueTask Correct(GenerateTokenContext context)
    {
        var token = context.SecurityTokenDescriptor;
        token.Issuer = issuer;
        token.SigningCredentials = new SigningCredentials(keys.Current, SecurityAlgorithms.EcdsaSha256);
        token.Subject.RemoveClaims(Claims.Private.Presenter);
        return ValueTask.CompletedTask;
    }

    /// <summary>Finishes the answer of the token endpoint.</summary>
    /// <exception cref="OAuthException">OpenIddict refused for a reason of its own; its texts are not for clients.</exception>
    public static ValueTask Answer(ApplyTokenResponseContext context)
    {
        if (context.Response.Error is { } error)
            throw OAuthException.Of(error, "The token request can't be served. Compare it with what the integration shows.");
        // Not what is left of the token's life, which would lose the second that it was made in.
        context.Response.ExpiresIn = (long)OAuthServer.AccessTokenLifetime.TotalSeconds;
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Writes the metadata (RFC 8414 §2), which names nothing that is not offered. There is no authorization endpoint and so
    /// no response type; <c>response_types_supported</c> is required by §2, but §3.2 wants empty arrays left out, and
    /// readers that look for a response type find none either way.
    /// </summary>
    public ValueTask Describe(ApplyConfigurationResponseContext context)
    {
        context.Response = new OpenIddictResponse
        {
            [Metadata.Issuer] = issuer,
            [Metadata.TokenEndpoint] = issuer + OAuthServer.TokenPath,
            [Metadata.JwksUri] = issuer + OAuthServer.KeysPath,
            [Metadata.GrantTypesSupported] = new([TokenRequest.GrantType]),
            [Metadata.TokenEndpointAuthMethodsSupported] = new(Methods),
            ["token_endpoint_auth_signing_alg_values_supported"] = new(Algorithms),
            [Metadata.RevocationEndpoint] = issuer + OAuthServer.RevocationPath,
            [Metadata.RevocationEndpointAuthMethodsSupported] = new(Methods),
            ["revocation_endpoint_auth_signing_alg_values_supported"] = new(Algorithms),
            [Metadata.IntrospectionEndpoint] = issuer + OAuthServer.IntrospectionPath,
            [Metadata.IntrospectionEndpointAuthMethodsSupported] = new(Methods),
            ["introspection_endpoint_auth_signing_alg_values_supported"] = new(Algorithms),
        };
        return ValueTask.CompletedTask;
    }
}
