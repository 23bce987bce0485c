using System.Buffers.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.OAuth;

public sealed class AccessTokenTests
{
    [Fact]
    public async Task O_007_Answer_IsABearerTokenOfAnHour()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        using var response = await access.PostTokenAsync("grant_type=client_credentials", $"{integration.ClientId}:{secret}");
        var body = await TestAccess.ReadAsync(response);
        Assert.Equal("Bearer", body.GetProperty("token_type").GetString());
        Assert.Equal("3600", body.GetProperty("expires_in").GetRawText());
        Assert.NotEmpty(response.Headers.GetValues("X-Request-Id"));
    }

    [Fact]
    public async Task O_022_Token_HasTheClaimsOfRfc9068AndNoOthers()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        var parts = (await access.GetTokenAsync(integration, secret)).Split('.');

        var header = JsonElement.Parse(Base64Url.DecodeFromChars(parts[0]));
        Assert.Equal("at+jwt", header.GetProperty("typ").GetString());
        Assert.Equal("ES256", header.GetProperty("alg").GetString());
        Assert.Equal(access.Keys.All[0].KeyId, header.GetProperty("kid").GetString());

        var claims = JsonElement.Parse(Base64Url.DecodeFromChars(parts[1]));
        Assert.Equal(["aud", "client_id", "exp", "iat", "iss", "jti", "sub"], claims.EnumerateObject().Select(claim => claim.Name).Order());
        Assert.Equal(access.Host.PublicUrl, claims.GetProperty("iss").GetString());
        Assert.Equal($"{access.Host.PublicUrl}/scim/acme/v2", claims.GetProperty("aud").GetString());
        Assert.Equal(integration.ClientId, claims.GetProperty("sub").GetString());
        Assert.Equal(integration.ClientId, claims.GetProperty("client_id").GetString());
        Assert.Equal(access.Clock.GetUtcNow().ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.Equal(3600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task O_022_EachToken_HasAnIdOfItsOwn()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        var first = new JsonWebToken(await access.GetTokenAsync(integration, secret));
        var second = new JsonWebToken(await access.GetTokenAsync(integration, secret));
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task O_033_Metadata_NamesWhatIsOfferedAndNothingElse()
    {
        await using var access = await TestAccess.StartAsync(publicUrl: "https://access.example");
        using var response = await access.Client.GetAsync("/.well-known/oauth-authorization-server", TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("public, max-age=300", response.Headers.CacheControl?.ToString());
        Assert.True(JsonElement.DeepEquals(
            JsonElement.Parse(
                """
                {
                  "issuer": "https://access.example",
                  "token_endpoint": "https://access.example/oauth/token",
                  "jwks_uri": "https://access.example/oauth/jwks",
                  "grant_types_supported": ["client_credentials"],
                  "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
                  "token_endpoint_auth_signing_alg_values_supported": ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
                  "revocation_endpoint": "https://access.example/oauth/revoke",
                  "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
                  "revocation_endpoint_auth_signing_alg_values_supported": ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
                  "introspection_endpoint": "https://access.example/oauth/introspect",
                  "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
                  "introspection_endpoint_auth_signing_alg_values_supported": ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
                }
                """),
            await TestAccess.ReadAsync(response)));
    }

    [Fact]
    public async Task Keys_VerifyATokenAndHoldNoPrivatePart()
    {
        // The library that validates here goes by the system's clock.
        await using var access = await TestAccess.StartAsync(clock: new FakeTimeProvider(TimeProvider.System.GetUtcNow()));
        var (integration, secret) = await access.AddIntegrationAsync();
        using var metadata = await access.Client.GetAsync("/.well-known/oauth-authorization-server", TestContext.Current.CancellationToken);
        using var response = await access.Client.GetAsync(
            (await TestAccess.ReadAsync(metadata)).GetProperty("jwks_uri").GetString(), TestContext.Current.CancellationToken);
        Assert.Equal("public, max-age=300", response.Headers.CacheControl?.ToString());
        var body = await TestAccess.ReadAsync(response);
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], Assert.Single(body.GetProperty("keys").EnumerateArray()).EnumerateObject().Select(member => member.Name).Order());

        // As any resource server would: by what is published, and nothing else.
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(await access.GetTokenAsync(integration, secret), new TokenValidationParameters
        {
            ValidIssuer = access.Host.PublicUrl,
            ValidAudience = access.ScimBaseUrl(integration),
            IssuerSigningKeys = new JsonWebKeySet(body.GetRawText()).GetSigningKeys(),
        });
        Assert.True(result.IsValid);
    }

    [Fact]
    public async Task RotatedSecret_KeepsTokensAndOverlaps()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, first) = await access.AddIntegrationAsync();
        var token = await access.GetTokenAsync(integration, first);
        var second = await access.RotateSecretAsync(integration, TimeSpan.FromMinutes(10));

        Assert.Equal(200, await access.StatusOfAsync(integration, token));
        Assert.Equal((200, 200), (await StatusOfSecretAsync(access, integration.ClientId, first), await StatusOfSecretAsync(access, integration.ClientId, second)));
        access.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal((401, 200), (await StatusOfSecretAsync(access, integration.ClientId, first), await StatusOfSecretAsync(access, integration.ClientId, second)));
        Assert.Equal(200, await access.StatusOfAsync(integration, token));
    }

    [Fact]
    public async Task DisabledIntegration_GetsNoToken()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        await access.SetEnabledAsync(integration, enabled: false);
        Assert.Equal(401, await StatusOfSecretAsync(access, integration.ClientId, secret));
        await access.SetEnabledAsync(integration, enabled: true);
        Assert.Equal(200, await StatusOfSecretAsync(access, integration.ClientId, secret));
    }

    [Fact]
    public async Task Restart_KeepsTokensValid()
    {
        using var folder = new TempFolder();
        string token;
        await using (var before = await TestAccess.StartAsync(folder, publicUrl: "https://access.example"))
        {
            var (integration, secret) = await before.AddIntegrationAsync();
            token = await before.GetTokenAsync(integration, secret);
        }
        await using var after = await TestAccess.StartAsync(folder, publicUrl: "https://access.example");
        Assert.Equal(200, await after.StatusOfAsync(after.Directory.Current.ByName["acme"], token));
    }

    private static async Task<int> StatusOfSecretAsync(TestAccess access, string clientId, string secret)
    {
        using var response = await access.PostTokenAsync("grant_type=client_credentials", $"{clientId}:{secret}");
        return (int)response.StatusCode;
    }
}
