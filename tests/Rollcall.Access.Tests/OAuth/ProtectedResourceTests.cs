using System.Text.Json;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.OAuth;

/// <summary>What an integration's SCIM endpoint tells of itself, and what it does not: whether it is there.</summary>
public sealed class ProtectedResourceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("acme")]
    [InlineData("not-there")]
    [Trait("req", "O-037")]
    [Trait("req", "O-038")]
    [Trait("req", "O-036")]
    public async Task Metadata_NameTheResourceThatTheirUrlWasMadeFrom(string name)
    {
        await using var access = await TestAccess.StartAsync(publicUrl: "https://access.example");
        await access.AddIntegrationAsync("acme");
        using var response = await access.Client.GetAsync($"/.well-known/oauth-protected-resource/scim/{name}/v2", Cancellation);
        Assert.Equal((200, "application/json"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal("public, max-age=300", response.Headers.CacheControl?.ToString());
        var body = await TestAccess.ReadAsync(response);
        Assert.True(JsonElement.DeepEquals(
            JsonElement.Parse($$"""
                {
                  "resource": "https://access.example/scim/{{name}}/v2",
                  "authorization_servers": ["https://access.example"],
                  "bearer_methods_supported": ["header"]
                }
                """),
            body), body.GetRawText());
    }

    [Theory]
    [InlineData("/.well-known/oauth-protected-resource")]
    [InlineData("/.well-known/oauth-protected-resource/scim/ACME/v2")]
    [InlineData("/.well-known/oauth-protected-resource/scim/a%20b/v2")]
    [InlineData("/.well-known/oauth-protected-resource/scim/acme")]
    [InlineData("/scim/acme/v2/.well-known/oauth-protected-resource")]
    [InlineData("/.well-known/oauth-authorization-server/scim/acme/v2")]
    [InlineData("/oauth/.well-known/oauth-authorization-server")]
    [InlineData("/.well-known/openid-configuration")]
    [Trait("req", "O-033")]
    [Trait("req", "O-037")]
    public async Task OtherPlaces_HaveNone(string path)
    {
        await using var access = await TestAccess.StartAsync();
        await access.AddIntegrationAsync("acme");
        using var response = await access.Client.GetAsync(path, Cancellation);
        Assert.Equal(404, (int)response.StatusCode);
    }

    [Fact]
    [Trait("req", "O-034")]
    [Trait("req", "O-035")]
    [Trait("req", "O-036")]
    public async Task ServerMetadata_AreWhereTheIssuerSays_HaveNoEmptyArrays_AndNameOnlyWhatAnswers()
    {
        await using var access = await TestAccess.StartAsync();
        using var response = await access.Client.GetAsync("/.well-known/oauth-authorization-server", Cancellation);
        var body = await TestAccess.ReadAsync(response);
        Assert.Equal(access.Host.PublicUrl, body.GetProperty("issuer").GetString());
        foreach (var member in body.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Array)
                Assert.NotEmpty(member.Value.EnumerateArray());
            if (!member.Name.EndsWith("_endpoint", StringComparison.Ordinal) && member.Name != "jwks_uri")
                continue;
            using var named = await access.Client.GetAsync(member.Value.GetString(), Cancellation);
            Assert.Equal(member.Name == "jwks_uri" ? 200 : 405, (int)named.StatusCode);
        }
        Assert.All(
            body.EnumerateObject().Where(member => member.Name.EndsWith("signing_alg_values_supported", StringComparison.Ordinal)).SelectMany(member => member.Value.EnumerateArray()),
            algorithm => Assert.Matches("^(RS|PS|ES)(256|384|512)$", algorithm.GetString()));
    }

    [Theory]
    [InlineData("GET", "/Users", null)]
    [InlineData("GET", "/Users", "Bearer wrong")]
    [InlineData("GET", "/Users", "Bearer a.b.c")]
    [InlineData("GET", "/Users", "Bearer {other}")]
    [InlineData("GET", "/Users", "Basic YTpi")]
    [InlineData("POST", "/Users", null)]
    [InlineData("PATCH", "/Groups/1", "Bearer {other}")]
    [InlineData("DELETE", "/Users/1", "Bearer {other}")]
    [InlineData("GET", "/Schemas", "Bearer wrong")]
    [InlineData("GET", "/ServiceProviderConfig", "Bearer {other}")]
    [InlineData("GET", "/Nothing", null)]
    [InlineData("PUT", "/Users", "Bearer {other}")]
    [Trait("req", "S-345")]
    [Trait("req", "O-039")]
    public async Task IntegrationThatIsNotThere_AnswersAsOneOfOthers(string method, string path, string? authorization)
    {
        await using var app = await RollcallApp.StartAsync();
        await app.IntegrationAsync("exists");
        var other = await app.IntegrationAsync("other");
        // Of equal length, so that lengths are comparable too.
        var (there, missing) = (await AskAsync("exists"), await AskAsync("nobody"));
        Assert.Equal(there.Status, missing.Status);
        Assert.Equal(there.Text.Replace("exists", "nobody", StringComparison.Ordinal), missing.Text);
        Assert.Equal(there.Headers.Replace("exists", "nobody", StringComparison.Ordinal), missing.Headers);

        async Task<(int Status, string Headers, string Text)> AskAsync(string name)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/scim/{name}/v2{path}");
            if (authorization is not null)
                request.Headers.TryAddWithoutValidation("Authorization", authorization.Replace("{other}", other.Token, StringComparison.Ordinal));
            using var response = await app.Http.SendAsync(request, Cancellation);
            var headers = response.Headers.Concat(response.Content.Headers).Where(header => !header.Key.Equals("Date", StringComparison.OrdinalIgnoreCase) && !header.Key.Equals("X-Request-Id", StringComparison.OrdinalIgnoreCase))
                .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}");
            return ((int)response.StatusCode, string.Join('\n', headers), await response.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Fact]
    [Trait("req", "O-039")]
    public async Task Challenge_LeadsToMetadata_AlsoForAnotherSpellingOfTheName()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync("acme");
        using var response = await app.Http.GetAsync("/scim/AcMe/v2/Users", Cancellation);
        var challenge = Assert.Single(response.Headers.WwwAuthenticate);
        var url = challenge.Parameter!.Split("resource_metadata=\"")[1].Split('"')[0];
        using var metadata = await app.Http.GetAsync(url, Cancellation);
        Assert.Equal(client.BaseUrl, (await TestAccess.ReadAsync(metadata)).GetProperty("resource").GetString());
    }
}
