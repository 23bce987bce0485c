using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.OAuth;

public sealed record ClientAssertionRow : Row
{
    /// <summary>The algorithm that the key is added for.</summary>
    public string Algorithm { get; set; } = "ES256";

    /// <summary>How it is signed: with the key's own algorithm, another one, or wrongly.</summary>
    public string? Sign { get; set; }

    public string? Kid { get; set; }

    public string? Typ { get; set; }

    public JsonObject? Headers { get; set; }

    /// <summary>Claims in place of those that are right; null leaves one out.</summary>
    public JsonObject? Claims { get; set; }

    /// <summary>Claims that are times, in seconds from now.</summary>
    public Dictionary<string, long> Times { get; set; } = [];

    /// <summary>What is sent instead of an assertion; nothing if empty.</summary>
    public string? Assertion { get; set; }

    public string? Type { get; set; } = ClientCredentials.AssertionType;

    /// <summary>What follows in the form.</summary>
    public string Form { get; set; } = "";

    public string? Basic { get; set; }

    public string Query { get; set; } = "";

    public bool Strict { get; set; }

    public int Status { get; set; }

    public string Error { get; set; } = "invalid_client";

    /// <summary>A word of the description.</summary>
    public string? Says { get; set; }
}

public sealed class ClientAssertionTests(SharedAccess shared) : IClassFixture<SharedAccess>
{
    public static IEnumerable<ITheoryDataRow> Table => Rows.Of<ClientAssertionRow>("client-assertions.json");

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Assertion_IsAnsweredAsTheTableSays(ClientAssertionRow row)
    {
        var access = shared.Access;
        var (integration, secret) = await access.AddIntegrationAsync(shared.NewName());
        var (other, _) = await access.AddIntegrationAsync(shared.NewName());
        if (row.Strict)
            await access.SetRulesAsync(integration, integration.Rules with { Strict = true });
        var key = TestKey.Make(row.Algorithm);
        await access.AddKeyAsync(integration, key.Read("key-1"));
        await access.AddKeyAsync(other, TestKey.Make("ES256").Read());
        string Fill(string text) => text
            .Replace("{id}", integration.ClientId, StringComparison.Ordinal)
            .Replace("{name}", integration.Name, StringComparison.Ordinal)
            .Replace("{otherId}", other.ClientId, StringComparison.Ordinal)
            .Replace("{secret}", secret, StringComparison.Ordinal)
            .Replace("{issuer}", access.Host.PublicUrl, StringComparison.Ordinal);

        var assertion = row.Assertion ?? Make(row, key, Claims(access, integration, row, Fill));
        var form = $"grant_type=client_credentials{(row.Type is null ? "" : $"&client_assertion_type={row.Type}")}&client_assertion={assertion}{Fill(row.Form)}";
        using var response = await access.PostAsync($"/oauth/token{Fill(row.Query)}", form, row.Basic is null ? null : Fill(row.Basic));

        var body = await TestAccess.ReadAsync(response);
        Assert.True(row.Status == (int)response.StatusCode, $"{(int)response.StatusCode} instead of {row.Status}: {body}");
        if (row.Status == 200)
        {
            Assert.Equal(200, await access.StatusOfAsync(integration, body.GetProperty("access_token").GetString()!));
            return;
        }
        Assert.Equal(row.Error, body.GetProperty("error").GetString());
        Assert.Equal(row.Status == 401, response.Headers.WwwAuthenticate.Contains(new AuthenticationHeaderValue("Basic", "realm=\"rollcall\"")));
        var description = body.GetProperty("error_description").GetString()!;
        ErrorText.AssertSafe(description);
        Assert.DoesNotContain("IDX", description, StringComparison.Ordinal);
        Assert.Contains(row.Says ?? "", description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    [Trait("req", "O-030")]
    [Trait("req", "O-047")]
    public async Task EachAlgorithmOfTheMetadata_Authenticates_WithAKeyInEachForm(string algorithm)
    {
        var access = shared.Access;
        var (integration, _) = await access.AddIntegrationAsync(shared.NewName());
        using var metadata = await access.Client.GetAsync("/.well-known/oauth-authorization-server", TestContext.Current.CancellationToken);
        Assert.Contains(algorithm, (await TestAccess.ReadAsync(metadata)).GetProperty("token_endpoint_auth_signing_alg_values_supported").EnumerateArray().Select(name => name.GetString()));

        var (asPem, asJwk) = (TestKey.Make(algorithm), TestKey.Make(algorithm));
        var jwk = asJwk.ToJwk();
        jwk.Alg = algorithm;
        await access.AddKeyAsync(integration, asPem.Read());
        await access.AddKeyAsync(integration, ClientPublicKey.Read(JsonOf(jwk), null, null));

        Assert.Equal(200, await StatusAsync(access, Right(access, integration, asPem)));
        Assert.Equal(200, await StatusAsync(access, Right(access, integration, asJwk)));
    }

    [Fact]
    [Trait("req", "O-029")]
    public async Task Replay_IsRefused_AlsoAfterARestartAndByAnotherNode()
    {
        using var folder = new TempFolder();
        var key = TestKey.Make("ES256");
        string withId, without;
        await using (var access = await TestAccess.StartAsync(folder, publicUrl: "https://access.example"))
        {
            var (integration, _) = await access.AddIntegrationAsync();
            await access.AddKeyAsync(integration, key.Read());
            withId = Right(access, integration, key);
            without = Right(access, integration, key, withId: false);
            Assert.Equal((200, 401), (await StatusAsync(access, withId), await StatusAsync(access, withId)));
            Assert.Equal((200, 401), (await StatusAsync(access, without), await StatusAsync(access, without)));
            // The same id in another assertion is the same.
            Assert.Equal(401, await StatusAsync(access, Right(access, integration, key, id: IdOf(withId))));
            Assert.Equal(200, await StatusAsync(access, Right(access, integration, key)));

            await using var other = await TestAccess.StartAsync(folder, publicUrl: "https://access.example", clock: access.Clock);
            Assert.Equal((401, 401), (await StatusAsync(other, withId), await StatusAsync(other, without)));
        }
        await using var after = await TestAccess.StartAsync(folder, publicUrl: "https://access.example");
        Assert.Equal((401, 401), (await StatusAsync(after, withId), await StatusAsync(after, without)));
    }

    [Fact]
    [Trait("req", "O-029")]
    public async Task Replay_AtTheSameTime_SucceedsOnce()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync();
        var key = TestKey.Make("ES256");
        await access.AddKeyAsync(integration, key.Read());
        var assertion = Right(access, integration, key);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => StatusAsync(access, assertion)));

        Assert.Equal(1, statuses.Count(status => status == 200));
    }

    [Fact]
    [Trait("req", "O-029")]
    public async Task UsedAssertions_AreForgotten_OnceTheyHaveExpired()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync();
        var key = TestKey.Make("ES256");
        await access.AddKeyAsync(integration, key.Read());
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, await StatusAsync(access, Right(access, integration, key)));
        access.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(200, await StatusAsync(access, Right(access, integration, key)));

        Assert.Equal(1, await access.Database.ReadAsync(session => session.FirstAsync("select count(*) from used_assertions", row => row.GetInt64(0))));
    }

    [Fact]
    [Trait("req", "O-030")]
    public async Task Keys_Overlap_AndEndWithTheirTimeOrWhenRevoked()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        var (old, current) = (TestKey.Make("ES256"), TestKey.Make("ES384"));
        await access.AddKeyAsync(integration, old.Read(), TimeSpan.FromHours(1));
        await access.AddKeyAsync(integration, current.Read());
        Assert.Equal((200, 200), (await StatusAsync(access, Right(access, integration, old)), await StatusAsync(access, Right(access, integration, current))));
        // A secret goes on beside keys.
        Assert.NotEmpty(await access.GetTokenAsync(integration, secret));

        access.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal((401, 200), (await StatusAsync(access, Right(access, integration, old)), await StatusAsync(access, Right(access, integration, current))));
        var kept = Assert.Single(await access.Database.ReadAsync(session => ClientKeyStore.ListAsync(session, integration.ClientId, long.MaxValue - 1)), key => key.Expires is null);
        await access.Database.WriteAsync(session => ClientKeyStore.RevokeAsync(session, access.NextChange(), integration, kept.Id));
        Assert.Equal(401, await StatusAsync(access, Right(access, integration, current)));
    }

    [Fact]
    public async Task DisabledIntegration_DoesNotUseAssertionsUp()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, _) = await access.AddIntegrationAsync();
        var key = TestKey.Make("ES256");
        await access.AddKeyAsync(integration, key.Read());
        var assertion = Right(access, integration, key);
        await access.SetEnabledAsync(integration, enabled: false);
        Assert.Equal(401, await StatusAsync(access, assertion));
        await access.SetEnabledAsync(integration, enabled: true);
        Assert.Equal(200, await StatusAsync(access, assertion));
    }

    private static string Right(TestAccess access, Integration integration, TestKey key, bool withId = true, string? id = null)
    {
        var row = new ClientAssertionRow { Algorithm = key.Algorithm, Claims = withId ? id is null ? null : new JsonObject { ["jti"] = id } : new JsonObject { ["jti"] = null } };
        return Make(row, key, Claims(access, integration, row, text => text));
    }

    private static JsonObject Claims(TestAccess access, Integration integration, ClientAssertionRow row, Func<string, string> fill)
    {
        var now = access.Clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = integration.ClientId,
            ["sub"] = integration.ClientId,
            ["aud"] = access.Host.PublicUrl,
            ["jti"] = Guid.NewGuid().ToString(),
            ["exp"] = now + 60,
        };
        foreach (var (name, seconds) in row.Times)
            claims[name] = now + seconds;
        foreach (var (name, value) in row.Claims ?? [])
        {
            if (value is null)
                claims.Remove(name);
            else
                claims[name] = JsonNode.Parse(fill(value.ToJsonString()));
        }
        return claims;
    }

    // By hand, so that it can be wrong in every way.
    private static string Make(ClientAssertionRow row, TestKey key, JsonObject claims)
    {
        var sign = row.Sign ?? row.Algorithm;
        var header = new JsonObject { ["alg"] = sign switch { "none" => "none", "hmac" => "HS256", "other" or "changed" or "jwk" => row.Algorithm, _ => sign } };
        if (row.Typ is not null)
            header["typ"] = row.Typ;
        if (row.Kid is not null)
            header["kid"] = row.Kid;
        var signer = sign is "other" or "jwk" ? TestKey.Make(row.Algorithm) : key;
        if (sign == "jwk")
            header["jwk"] = JsonNode.Parse(JsonOf(signer.ToJwk()));
        foreach (var (name, value) in row.Headers ?? [])
            header[name] = value?.DeepClone();

        var signed = $"{Encode(header)}.{Encode(claims)}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature = sign switch
        {
            "none" => [],
            "hmac" => HMACSHA256.HashData(Encoding.ASCII.GetBytes(key.Pem), bytes),
            _ => Sign(signer, (string)header["alg"]!, bytes),
        };
        if (sign == "changed")
        {
            claims["jti"] = "another";
            signed = $"{Encode(header)}.{Encode(claims)}";
        }
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static byte[] Sign(TestKey key, string algorithm, byte[] bytes)
    {
        using var provider = CryptoProviderFactory.Default.CreateForSigning(key.SecurityKey, algorithm, cacheProvider: false);
        return provider.Sign(bytes);
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static string IdOf(string assertion) => JsonElement.Parse(Base64Url.DecodeFromChars(assertion.Split('.')[1])).GetProperty("jti").GetString()!;

    private static string JsonOf(JsonWebKey key)
    {
        var json = new JsonObject { ["kty"] = key.Kty };
        foreach (var (name, value) in ((string, string?)[])[("alg", key.Alg), ("n", key.N), ("e", key.E), ("crv", key.Crv), ("x", key.X), ("y", key.Y)])
        {
            if (value is not null)
                json[name] = value;
        }
        return json.ToJsonString();
    }

    private static async Task<int> StatusAsync(TestAccess access, string assertion)
    {
        using var response = await access.PostTokenAsync($"grant_type=client_credentials&client_assertion_type={ClientCredentials.AssertionType}&client_assertion={assertion}");
        return (int)response.StatusCode;
    }
}
