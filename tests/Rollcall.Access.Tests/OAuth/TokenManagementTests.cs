using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.OAuth;

public sealed record TokenManagementRow : Row
{
    public string Send { get; set; } = "";

    /// <summary>Which token: access, static, otherAccess, otherStatic, expired, revoked, or a text as it is.</summary>
    public string? Token { get; set; }

    /// <summary>How the client authenticates: basic, body, assertion, bearer, wrong, nobody.</summary>
    public string By { get; set; } = "basic";

    public string Form { get; set; } = "";

    public int Status { get; set; }

    public string? Error { get; set; }

    /// <summary>The whole answer.</summary>
    public JsonObject? Answer { get; set; }

    /// <summary>What the SCIM endpoint answers to the token afterwards.</summary>
    public int? After { get; set; }
}

public sealed class TokenManagementTests
{
    public static IEnumerable<ITheoryDataRow> Table => Rows.Of<TokenManagementRow>("token-management.json");

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Request_IsAnsweredAsTheTableSays(TokenManagementRow row)
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync("acme");
        var (other, otherSecret) = await access.AddIntegrationAsync("other");
        var owner = row.Token is "otherAccess" or "otherStatic" ? other : integration;
        var token = row.Token switch
        {
            "access" or "expired" or "revoked" => await access.GetTokenAsync(integration, secret),
            "static" => await access.AddStaticTokenAsync(integration),
            "otherAccess" => await access.GetTokenAsync(other, otherSecret),
            "otherStatic" => await access.AddStaticTokenAsync(other),
            _ => row.Token,
        };
        if (row.Token == "expired")
            access.Clock.Advance(TimeSpan.FromHours(2));
        if (row.Token == "revoked")
        {
            using var revoked = await access.PostAsync("/oauth/revoke", $"token={token}", $"{integration.ClientId}:{secret}");
            Assert.Equal(200, (int)revoked.StatusCode);
        }
        // Remembered, which must not matter.
        if (row.After is not null)
            Assert.Equal(200, await access.StatusOfAsync(owner, token!));

        using var response = await SendAsync(access, row, integration, secret, token);

        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(row.Status == (int)response.StatusCode, $"{(int)response.StatusCode} instead of {row.Status}: {text}");
        Assert.Equal(("no-store", "no-cache"), (response.Headers.CacheControl?.ToString(), response.Headers.Pragma.ToString()));
        if (row.Error is not null)
        {
            var body = JsonNode.Parse(text)!.AsObject();
            Assert.Equal(row.Error, (string?)body["error"]);
            ErrorText.AssertSafe((string)body["error_description"]!);
            Assert.DoesNotContain(token ?? "-", text, StringComparison.Ordinal);
        }
        else if (row.Answer is null)
        {
            Assert.Equal("", text);
        }
        else
        {
            var body = JsonNode.Parse(text)!.AsObject();
            var expected = JsonNode.Parse(row.Answer.ToJsonString()
                .Replace("{id}", integration.ClientId, StringComparison.Ordinal).Replace("{name}", integration.Name, StringComparison.Ordinal)
                .Replace("{issuer}", access.Host.PublicUrl, StringComparison.Ordinal))!.AsObject();
            Assert.Equal(expected.Select(member => member.Key), body.Select(member => member.Key));
            JsonShape.AssertMatches(expected, body);
        }
        if (row.After is { } after)
            Assert.Equal(after, await access.StatusOfAsync(owner, token!));
    }

    [Fact]
    [Trait("req", "O-048")]
    public async Task RevokedToken_StaysRevoked_AlsoAfterARestart_AndIsForgottenOnceExpired()
    {
        using var folder = new TempFolder();
        string revoked, good;
        await using (var access = await TestAccess.StartAsync(folder, publicUrl: "https://access.example"))
        {
            var (integration, secret) = await access.AddIntegrationAsync();
            (revoked, good) = (await access.GetTokenAsync(integration, secret), await access.GetTokenAsync(integration, secret));
            for (var i = 0; i < 2; i++)
            {
                using var response = await access.PostAsync("/oauth/revoke", $"token={revoked}", $"{integration.ClientId}:{secret}");
                Assert.Equal(200, (int)response.StatusCode);
            }
            Assert.Equal((401, 200), (await access.StatusOfAsync(integration, revoked), await access.StatusOfAsync(integration, good)));
        }
        await using var after = await TestAccess.StartAsync(folder, publicUrl: "https://access.example");
        var same = after.Directory.Current.ByName["acme"];
        Assert.Equal((401, 200), (await after.StatusOfAsync(same, revoked), await after.StatusOfAsync(same, good)));

        after.Clock.Advance(OAuthServer.AccessTokenLifetime + BearerTokenReader.ClockSkew + TimeSpan.FromSeconds(1));
        var newSecret = await after.RotateSecretAsync(same, TimeSpan.Zero);
        using var another = await after.PostAsync("/oauth/revoke", $"token={await after.GetTokenAsync(same, newSecret)}", $"{same.ClientId}:{newSecret}");
        Assert.Equal(1, await after.Database.ReadAsync(session => session.FirstAsync("select count(*) from revoked_tokens", row => row.GetInt64(0))));
        // Once is once, whatever a client repeats.
        Assert.Equal(2, await after.Database.ReadAsync(session => session.FirstAsync("select count(*) from audit where code = 'integration.revoke-access-token'", row => row.GetInt64(0))));
    }

    [Theory]
    [InlineData("GET", "/oauth/revoke")]
    [InlineData("GET", "/oauth/introspect")]
    [InlineData("DELETE", "/oauth/revoke")]
    [Trait("req", "O-049")]
    public async Task OtherMethod_Is405(string method, string path)
    {
        await using var access = await TestAccess.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{path}?token=x");
        using var response = await access.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(405, (int)response.StatusCode);
        Assert.Equal("invalid_request", (await TestAccess.ReadAsync(response)).GetProperty("error").GetString());
    }

    private static async Task<HttpResponseMessage> SendAsync(TestAccess access, TokenManagementRow row, Integration integration, string secret, string? token)
    {
        var form = $"{(token is null ? "x=1" : $"token={Uri.EscapeDataString(token)}")}{row.Form}";
        if (row.By == "body")
            form += $"&client_id={integration.ClientId}&client_secret={secret}";
        if (row.By == "assertion")
        {
            var key = TestKey.Make("ES256");
            await access.AddKeyAsync(integration, key.Read());
            form += $"&client_assertion_type={ClientCredentials.AssertionType}&client_assertion={key.Assert(integration.ClientId, access.Host.PublicUrl, access.Clock.GetUtcNow())}";
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, row.Send) { Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded") };
        if (row.By is "basic" or "wrong")
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{integration.ClientId}:{(row.By == "wrong" ? "wrong" : secret)}")));
        if (row.By == "bearer")
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await access.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
