using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Rollcall.Scim.Client.Authentication;

namespace Rollcall.Scim.Client.Tests;

/// <summary>Tokens: fetched once for all, renewed in time, and once after a 401.</summary>
public sealed class TokenTests
{
    private static readonly Uri TokenUrl = new("https://auth.example.com/token");

    private static readonly ClientCredentialsGrant Grant = new() { TokenUrl = TokenUrl, ClientId = "me", ClientSecret = "s3:cret/+" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ManyCallers_ShareOneToken()
    {
        var server = new ScriptedServer().Then(200, Bodies.Token, "application/json");
        for (var i = 0; i < 8; i++)
            server.Then(200, """{"id":"a"}""");
        using var client = server.Connect(options => options with { Credentials = Grant });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.FindAsync("/Users", "a", cancellationToken: Cancellation)));

        Assert.Single(server.Lines, "POST /token");
        Assert.All(server.Arrived.Skip(1), arrived => Assert.Equal("Bearer t1", arrived.Header("Authorization")));
    }

    [Fact]
    public async Task AToken_IsRenewedBeforeItExpires()
    {
        var server = new ScriptedServer().Then(200, Bodies.Token, "application/json").Then(200, """{"id":"a"}""").Then(200, Bodies.SecondToken, "application/json").Then(200, """{"id":"a"}""");
        using var client = server.Connect(options => options with { Credentials = Grant });

        await client.FindAsync("/Users", "a", cancellationToken: Cancellation);
        server.Clock.Advance(TimeSpan.FromSeconds(3550));
        await client.FindAsync("/Users", "a", cancellationToken: Cancellation);

        Assert.Equal("Bearer t2", server.Arrived[3].Header("Authorization"));
    }

    [Fact]
    public async Task AfterA401_OneNewTokenIsTried_AlsoForAWrite()
    {
        var server = new ScriptedServer().Then(200, Bodies.Token, "application/json").Then(401).Then(200, Bodies.SecondToken, "application/json").Then(201, """{"id":"a"}""");
        using var client = server.Connect(options => options with { Credentials = Grant });

        await client.CreateAsync("/Users", new() { ["userName"] = "ann" }, Cancellation);

        Assert.Equal(server.Arrived[1].Body, server.Arrived[3].Body);
        Assert.Equal("Bearer t2", server.Arrived[3].Header("Authorization"));
    }

    [Fact]
    public async Task ASecond401_IsToldToTheCaller()
    {
        var server = new ScriptedServer().Then(200, Bodies.Token, "application/json").Then(401).Then(200, Bodies.SecondToken, "application/json").Then(401);
        using var client = server.Connect(options => options with { Credentials = Grant });

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => client.FindAsync("/Users", "a", cancellationToken: Cancellation));

        Assert.Equal(401, failure.Status);
        Assert.Equal(4, server.Arrived.Count);
    }

    [Theory]
    [InlineData(ClientAuthentication.Basic, true, false)]
    [InlineData(ClientAuthentication.Body, false, true)]
    [InlineData(ClientAuthentication.BasicAndBody, true, true)]
    public async Task IdAndSecret_TravelAsTheOptionSays(ClientAuthentication authentication, bool inHeader, bool inBody)
    {
        var server = new ScriptedServer().Then(200, Bodies.Token, "application/json").Then(200, """{"id":"a"}""");
        using var client = server.Connect(options => options with { Credentials = Grant with { Authentication = authentication, Scope = "x" } });

        await client.FindAsync("/Users", "a", cancellationToken: Cancellation);

        // Encoded as a form before Basic encodes it (RFC 6749 §2.3.1).
        var basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:s3%3Acret%2F%2B"));
        Assert.Equal(inHeader ? basic : null, server.Arrived[0].Header("Authorization"));
        Assert.Equal(inBody, server.Arrived[0].Body.Contains("client_secret=s3%3Acret%2F%2B", StringComparison.Ordinal));
        Assert.Contains("scope=x", server.Arrived[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "O-027")]
    public async Task AClientWithAKey_SignsAnAssertion_ForTheIssuerAlone()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new ScriptedServer().Then(200, Bodies.Token, "application/json").Then(200, """{"id":"a"}""");
        using var client = server.Connect(options => options with
        {
            Credentials = Grant with { ClientSecret = null, Key = new SigningKey(key.ExportPkcs8PrivateKeyPem(), "k1"), Issuer = "https://auth.example.com" },
        });

        await client.FindAsync("/Users", "a", cancellationToken: Cancellation);

        var form = System.Web.HttpUtility.ParseQueryString(server.Arrived[0].Body);
        var assertion = new JsonWebToken(form["client_assertion"]);
        Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form["client_assertion_type"]);
        Assert.Equal("https://auth.example.com", Assert.Single(assertion.Audiences));
        Assert.Equal(("me", "me", "ES256", "k1"), (assertion.Issuer, assertion.Subject, assertion.Alg, assertion.Kid));
        Assert.True(assertion.ValidTo - server.Clock.GetUtcNow() <= TimeSpan.FromMinutes(5));
        Assert.NotEmpty(assertion.Id);
    }

    [Fact]
    public async Task ARenewedRefreshToken_IsKept_BeforeTheAccessTokenIsUsed()
    {
        var kept = new List<string>();
        var server = new ScriptedServer()
            .Then(200, """{"access_token":"t1","token_type":"Bearer","expires_in":100,"refresh_token":"r2"}""", "application/json").Then(200, """{"id":"a"}""")
            .Then(200, Bodies.SecondToken, "application/json").Then(200, """{"id":"a"}""");
        using var client = server.Connect(options => options with
        {
            Credentials = new RefreshTokenGrant
            {
                TokenUrl = TokenUrl,
                ClientId = "me",
                ClientSecret = "secret",
                RefreshToken = "r1",
                OnRefreshTokenChanged = (token, _) =>
                {
                    kept.Add($"{token} after {server.Arrived.Count}");
                    return Task.CompletedTask;
                },
            },
        });

        await client.FindAsync("/Users", "a", cancellationToken: Cancellation);
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        await client.FindAsync("/Users", "a", cancellationToken: Cancellation);

        Assert.Equal(["r2 after 1"], kept);
        Assert.Contains("refresh_token=r1", server.Arrived[0].Body, StringComparison.Ordinal);
        Assert.Contains("refresh_token=r2", server.Arrived[2].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACallerWhoGivesUp_TakesNoTokenFromTheOthers_AndLosesNoRefreshToken()
    {
        var answered = new TaskCompletionSource();
        var kept = new List<string>();
        var server = new ScriptedServer().ThenNothing(answered.Task, """{"access_token":"t1","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"}""").Then(200, """{"id":"a"}""");
        using var client = server.Connect(options => options with
        {
            Credentials = new RefreshTokenGrant
            {
                TokenUrl = TokenUrl,
                ClientId = "me",
                RefreshToken = "r1",
                OnRefreshTokenChanged = (token, _) =>
                {
                    kept.Add(token);
                    return Task.CompletedTask;
                },
            },
        });
        using var impatience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var first = client.FindAsync("/Users", "a", cancellationToken: impatience.Token);
        var second = client.FindAsync("/Users", "a", cancellationToken: Cancellation);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answered.SetResult();

        Assert.NotNull(await second);
        Assert.Equal(["r2"], kept);
        Assert.Equal(["POST /token", "GET /v2/Users/a"], server.Lines);
    }

    [Fact]
    public async Task ATokenEndpointThatTakesTooLong_HasKeptTheRequestFromBeingSent()
    {
        var server = new ScriptedServer().ThenNothing();
        using var client = server.Connect(options => options with { Credentials = Grant, Timeout = TimeSpan.FromSeconds(10) });

        var request = client.CreateAsync("/Users", [], Cancellation);
        await server.UntilAsync(request, TimeSpan.FromSeconds(1));

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => request);
        Assert.Equal(ScimFailure.NoToken, failure.Failure);
        Assert.False(failure.IsOutcomeUnknown);
        Assert.Equal(["POST /token"], server.Lines);
    }

    [Fact]
    public async Task ASecretThatWasRotated_IsTold_AndAskedWithAgainTheNextTime()
    {
        var server = new ScriptedServer().Then(200, Bodies.Token, "application/json").Then(200, """{"id":"a"}""")
            .Then(401).Then(401, """{"error":"invalid_client"}""", "application/json")
            .Then(200, Bodies.SecondToken, "application/json").Then(200, """{"id":"a"}""");
        using var client = server.Connect(options => options with { Credentials = Grant });

        await client.FindAsync("/Users", "a", cancellationToken: Cancellation);
        var failure = await Assert.ThrowsAsync<ScimClientException>(() => client.CreateAsync("/Users", [], Cancellation));
        await client.FindAsync("/Users", "a", cancellationToken: Cancellation);

        Assert.Equal(ScimFailure.NoToken, failure.Failure);
        Assert.Contains("invalid_client", failure.Message, StringComparison.Ordinal);
        Assert.Equal("Bearer t2", server.Arrived[^1].Header("Authorization"));
    }

    [Fact]
    public async Task EachAssertion_HasAnIdOfItsOwn()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new ScriptedServer();
        for (var i = 0; i < 2; i++)
            server.Then(200, Bodies.Token, "application/json").Then(200, """{"id":"a"}""");
        using var client = server.Connect(options => options with { Credentials = Grant with { ClientSecret = null, Key = new SigningKey(key.ExportPkcs8PrivateKeyPem()) } });

        await client.FindAsync("/Users", "a", cancellationToken: Cancellation);
        server.Clock.Advance(TimeSpan.FromHours(1));
        await client.FindAsync("/Users", "a", cancellationToken: Cancellation);

        var assertions = server.Arrived.Where(arrived => arrived.Line == "POST /token").Select(arrived => new JsonWebToken(System.Web.HttpUtility.ParseQueryString(arrived.Body)["client_assertion"])).ToList();
        Assert.Equal(2, assertions.DistinctBy(assertion => assertion.Id).Count());
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_client","error_description":"no such client"}""", "invalid_client")]
    [InlineData(500, "<html>", "500")]
    [InlineData(200, "{}", "without an access_token")]
    public async Task ARefusedToken_IsToldWithoutSecret(int status, string body, string says)
    {
        var server = new ScriptedServer().Then(status, body, "application/json");
        using var client = server.Connect(options => options with { Credentials = Grant });

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => client.CreateAsync("/Users", [], Cancellation));

        Assert.Equal(ScimFailure.NoToken, failure.Failure);
        Assert.False(failure.IsOutcomeUnknown);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3:cret", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3:cret", Grant.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ATokenUrlInTheClear_IsRefused() =>
        Assert.Throws<ArgumentException>(() => (Grant with { TokenUrl = new Uri("http://auth.example.com/token") }).Validate());

    [Fact]
    public async Task OtherCredentials_TravelWithEachRequest()
    {
        foreach (var (credentials, header) in ((ScimCredentials, string)[])[(new ApiToken("abc"), "Bearer abc"), (new BasicCredentials("ann", "pw"), "Basic YW5uOnB3")])
        {
            var server = new ScriptedServer().Then(200, """{"id":"a"}""");
            using var client = server.Connect(options => options with { Credentials = credentials });

            await client.FindAsync("/Users", "a", cancellationToken: Cancellation);

            Assert.Equal(header, server.Arrived[0].Header("Authorization"));
        }
    }
}
