using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Access.Tests.Support;
using Rollcall.Scim;
using Rollcall.Web;

namespace Rollcall.Access.Tests.OAuth;

public sealed class BearerTokenTests
{
    [Theory]
    [InlineData("Bearer ")]
    [InlineData("bearer ")]
    [InlineData("BEARER   ")]
    public async Task O_015_Scheme_IsCaseInsensitive(string scheme)
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        using var response = await access.ProbeAsync(integration, scheme + await access.GetTokenAsync(integration, secret));
        Assert.Equal(integration.ClientId, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic YTpi")]
    [InlineData("Bearertoken")]
    public async Task O_017_NoBearerToken_IsChallengedWithoutError(string? authorization)
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync();
        using var response = await access.ProbeAsync(integration, authorization);
        Assert.Equal(401, (int)response.StatusCode);
        Assert.Equal(access.ChallengeOf(integration), Assert.Single(response.Headers.GetValues("WWW-Authenticate")));
    }

    [Fact]
    public async Task O_016_TokenInTheQuery_IsNotAccepted()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        using var response = await access.ProbeAsync(integration, null, $"?access_token={await access.GetTokenAsync(integration, secret)}");
        Assert.Equal(401, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer   ")]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer ..")]
    [InlineData("Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA")]
    [InlineData("Bearer a, Bearer b")]
    public async Task O_018_MalformedToken_IsInvalid(string authorization)
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync();
        await AssertInvalidAsync(access, integration, authorization);
    }

    [Fact]
    public async Task O_018_TokenPastTheLimit_IsInvalid()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync();
        await AssertInvalidAsync(access, integration, $"Bearer {new string('a', 5000)}");
    }

    [Fact]
    public async Task O_020_TwoHeaders_AreRefused()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        var header = $"Bearer {await access.GetTokenAsync(integration, secret)}";
        var refusal = await Assert.ThrowsAsync<ScimException>(
            () => access.Tokens.AuthenticateAsync(Request(new StringValues([header, header])), integration, ProtectedResource.Of(access.Host.PublicUrl, integration)).AsTask());
        Assert.Equal(400, refusal.Status);
        Assert.Contains(", error=\"invalid_request\", error_description=\"", refusal.Challenge, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("as it should be", 200)]
    [InlineData("another issuer", 401)]
    [InlineData("issuer with a slash", 401)]
    [InlineData("another audience", 401)]
    [InlineData("no audience", 401)]
    [InlineData("typ JWT", 401)]
    [InlineData("no expiry", 401)]
    [InlineData("another key", 401)]
    [InlineData("another key of the same id", 401)]
    [InlineData("not signed", 401)]
    [InlineData("signed with HMAC over the public key", 401)]
    [InlineData("ES384", 401)]
    [InlineData("unknown client", 401)]
    [InlineData("another integration's client", 401)]
    [InlineData("no subject", 401)]
    [InlineData("no id", 401)]
    public async Task O_022_Token_IsCheckedInEveryRespect(string what, int status)
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync("acme");
        var (other, _) = await access.AddIntegrationAsync("other");
        var token = Forge(access, integration, descriptor => Spoil(descriptor, what, access, other), expires: what != "no expiry");
        if (status == 200)
            Assert.Equal(200, await access.StatusOfAsync(integration, token));
        else
            await AssertInvalidAsync(access, integration, $"Bearer {token}");
    }

    [Fact]
    public async Task O_022_ChangedToken_IsInvalid()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        var parts = (await access.GetTokenAsync(integration, secret)).Split('.');
        var middle = parts[1].Length / 2;
        var changed = parts[1][middle] == 'A' ? 'B' : 'A';
        await AssertInvalidAsync(access, integration, $"Bearer {parts[0]}.{parts[1][..middle]}{changed}{parts[1][(middle + 1)..]}.{parts[2]}");
    }

    [Fact]
    public async Task O_023_TokenOfAnotherIntegration_IsInvalid_AlsoOnceRemembered()
    {
        await using var access = await TestAccess.StartAsync();
        var (acme, secret) = await access.AddIntegrationAsync("acme");
        var (other, _) = await access.AddIntegrationAsync("other");
        var token = await access.GetTokenAsync(acme, secret);
        await AssertInvalidAsync(access, other, $"Bearer {token}");
        Assert.Equal(200, await access.StatusOfAsync(acme, token));
        await AssertInvalidAsync(access, other, $"Bearer {token}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("req", "S-142")]
    public async Task O_018_Token_EndsAfterAnHour(bool remembered)
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        var token = await access.GetTokenAsync(integration, secret);
        if (remembered)
            Assert.Equal(200, await access.StatusOfAsync(integration, token));
        access.Clock.Advance(TimeSpan.FromSeconds(3599));
        if (remembered)
            Assert.Equal(200, await access.StatusOfAsync(integration, token));
        access.Clock.Advance(TimeSpan.FromSeconds(1) + BearerTokenReader.ClockSkew);
        await AssertInvalidAsync(access, integration, $"Bearer {token}");
    }

    [Fact]
    public async Task DisabledClient_IsRefusedWithTheNextRequest()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        var token = await access.GetTokenAsync(integration, secret);
        var fixedToken = await access.AddStaticTokenAsync(integration);
        Assert.Equal((200, 200), (await access.StatusOfAsync(integration, token), await access.StatusOfAsync(integration, fixedToken)));
        await access.SetEnabledAsync(integration, enabled: false);
        Assert.Equal((401, 401), (await access.StatusOfAsync(integration, token), await access.StatusOfAsync(integration, fixedToken)));
        await access.SetEnabledAsync(integration, enabled: true);
        Assert.Equal((200, 200), (await access.StatusOfAsync(integration, token), await access.StatusOfAsync(integration, fixedToken)));
    }

    [Fact]
    public async Task DeletedIntegration_EndsItsTokens_AlsoForOneOfTheSameName()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        var token = await access.GetTokenAsync(integration, secret);
        var fixedToken = await access.AddStaticTokenAsync(integration);
        await access.DeleteAsync(integration);
        var (again, _) = await access.AddIntegrationAsync();
        Assert.Equal((401, 401), (await access.StatusOfAsync(again, token), await access.StatusOfAsync(again, fixedToken)));
    }

    [Fact]
    public async Task StaticToken_IsKnownByItsId()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync();
        var token = await access.AddStaticTokenAsync(integration);
        var stored = Assert.Single(await access.Database.ReadAsync(session => StaticTokenStore.ListAsync(session, integration.Id, 0)));
        using var response = await access.ProbeAsync(integration, $"Bearer {token}");
        Assert.Equal(stored.Id, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task StaticToken_OpensItsOwnIntegrationOnly()
    {
        await using var access = await TestAccess.StartAsync();
        var (acme, _) = await access.AddIntegrationAsync("acme");
        var (other, _) = await access.AddIntegrationAsync("other");
        var token = await access.AddStaticTokenAsync(acme);
        Assert.Equal(200, await access.StatusOfAsync(acme, token));
        await AssertInvalidAsync(access, other, $"Bearer {token}");
    }

    [Fact]
    [Trait("req", "S-142")]
    public async Task StaticToken_EndsAfterAYear_AlsoRemembered()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync();
        var token = await access.AddStaticTokenAsync(integration);
        access.Clock.Advance(StaticTokenStore.Lifetime - TimeSpan.FromSeconds(1));
        Assert.Equal(200, await access.StatusOfAsync(integration, token));
        access.Clock.Advance(TimeSpan.FromSeconds(1));
        await AssertInvalidAsync(access, integration, $"Bearer {token}");
    }

    [Fact]
    public async Task ValidToken_IsRememberedUntilTheDirectoryChanges()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync();
        var token = await access.AddStaticTokenAsync(integration);
        Assert.Equal(200, await access.StatusOfAsync(integration, token));
        await access.Database.WriteAsync(session => session.ExecuteAsync("delete from static_tokens"));
        // Not asked for again: nothing said that anything changed.
        Assert.Equal(200, await access.StatusOfAsync(integration, token));
        await access.Database.WriteAsync(async session =>
        {
            await AccessEpoch.TokensRevokedAsync(session);
            return true;
        });
        await access.Directory.ReloadAsync();
        await AssertInvalidAsync(access, integration, $"Bearer {token}");
    }

    [Fact]
    public async Task RememberedTokens_AreBounded()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync();
        var resource = ProtectedResource.Of(access.Host.PublicUrl, integration);
        var reader = new BearerTokenReader(access.Keys, access.Directory, access.Database, access.Host.PublicUrl, access.Clock);
        var tokens = new BearerTokens(reader, access.Directory, new FailedAttempts(access.Clock), access.Clock) { MaxRemembered = 3 };
        var header = "";
        for (var i = 0; i < 10; i++)
        {
            header = $"Bearer {Forge(access, integration, descriptor => descriptor.Claims["jti"] = $"{i}")}";
            Assert.Equal(integration.ClientId, (await tokens.AuthenticateAsync(Request(header), integration, resource)).Client);
            Assert.InRange(tokens.RememberedCount, 1, 3);
        }
        var known = tokens.AuthenticateAsync(Request(header), integration, resource);
        Assert.True(known.IsCompletedSuccessfully);
        await known;
    }

    [Fact]
    public async Task Host_StartsNothingOfDataProtection()
    {
        await using var access = await TestAccess.StartAsync();
        Assert.DoesNotContain(access.Host.App.Services.GetServices<IHostedService>(), service => service.GetType().FullName!.Contains("DataProtection", StringComparison.Ordinal));
    }

    private static DefaultHttpContext Request(StringValues authorization)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Authorization = authorization;
        return http;
    }

    private static async Task AssertInvalidAsync(TestAccess access, Integration integration, string authorization)
    {
        using var response = await access.ProbeAsync(integration, authorization);
        var detail = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(401, (int)response.StatusCode);
        Assert.Equal($"{access.ChallengeOf(integration)}, error=\"invalid_token\", error_description=\"{detail}\"", Assert.Single(response.Headers.GetValues("WWW-Authenticate")));
        // Nothing of the token, and nothing of the library that refused it.
        Assert.DoesNotContain("IDX", detail, StringComparison.Ordinal);
        ErrorText.AssertSafe(detail);
    }

    /// <summary>A token as the server would make it, but for one change.</summary>
    private static string Forge(TestAccess access, Integration integration, Action<SecurityTokenDescriptor> change, bool expires = true)
    {
        var now = access.Clock.GetUtcNow().UtcDateTime;
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = access.Host.PublicUrl,
            Audience = access.ScimBaseUrl(integration),
            Subject = new ClaimsIdentity([new Claim("sub", integration.ClientId), new Claim("client_id", integration.ClientId)]),
            IssuedAt = now,
            Expires = expires ? now.AddHours(1) : null,
            TokenType = "at+jwt",
            Claims = new Dictionary<string, object> { ["jti"] = "one" },
            SigningCredentials = new SigningCredentials(access.Keys.All[0], SecurityAlgorithms.EcdsaSha256),
        };
        change(descriptor);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }

    private static void Spoil(SecurityTokenDescriptor descriptor, string what, TestAccess access, Integration other)
    {
        switch (what)
        {
            case "another issuer": descriptor.Issuer = "https://elsewhere.example"; break;
            case "issuer with a slash": descriptor.Issuer += "/"; break;
            case "another audience": descriptor.Audience = access.ScimBaseUrl(other); break;
            case "no audience": descriptor.Audience = null; break;
            case "typ JWT": descriptor.TokenType = "JWT"; break;
            case "another key": descriptor.SigningCredentials = new SigningCredentials(NewKey("other"), SecurityAlgorithms.EcdsaSha256); break;
            case "another key of the same id": descriptor.SigningCredentials = new SigningCredentials(NewKey(access.Keys.All[0].KeyId), SecurityAlgorithms.EcdsaSha256); break;
            case "not signed": descriptor.SigningCredentials = null; break;
            case "signed with HMAC over the public key":
                var key = new SymmetricSecurityKey(access.Keys.All[0].ECDsa.ExportSubjectPublicKeyInfo()) { KeyId = access.Keys.All[0].KeyId };
                descriptor.SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.HmacSha256);
                break;
            case "ES384":
                descriptor.SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP384)), SecurityAlgorithms.EcdsaSha384);
                break;
            case "unknown client": descriptor.Subject = new ClaimsIdentity([new Claim("sub", "nobody")]); break;
            case "another integration's client": descriptor.Subject = new ClaimsIdentity([new Claim("sub", other.ClientId)]); break;
            case "no id": descriptor.Claims.Remove("jti"); break;
            case "no subject": descriptor.Subject = new ClaimsIdentity([new Claim("client_id", "x")]); break;
        }
    }

    private static ECDsaSecurityKey NewKey(string id) =>
        new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = id };
}
