using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Rollcall.Access.OAuth;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.OAuth;

public sealed record TokenRequestRow : Row
{
    public string Body { get; set; } = "";

    public string? ContentType { get; set; } = "application/x-www-form-urlencoded";

    /// <summary>Id and secret, joined; becomes the header.</summary>
    public string? Basic { get; set; }

    /// <summary>The header as it is.</summary>
    public string? Authorization { get; set; }

    public string Query { get; set; } = "";

    public int Status { get; set; }

    public string? Error { get; set; }
}

public sealed class TokenRequestTests
{
    public static IEnumerable<Xunit.ITheoryDataRow> Table => Rows.Of<TokenRequestRow>("token-requests.json");

    [Theory]
    [MemberData(nameof(Table))]
    [Trait("req", "O-008")]
    [Trait("req", "O-009")]
    public async Task Request_IsAnsweredAsTheTableSays(TokenRequestRow row)
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync("acme");
        var (other, _) = await access.AddIntegrationAsync("other");
        string Fill(string text) => text
            .Replace("{id}", integration.ClientId, StringComparison.Ordinal)
            .Replace("{otherId}", other.ClientId, StringComparison.Ordinal)
            .Replace("{secret}", secret, StringComparison.Ordinal)
            .Replace("{encodedId}", EncodeAll(integration.ClientId), StringComparison.Ordinal)
            .Replace("{encodedSecret}", EncodeAll(secret), StringComparison.Ordinal)
            .Replace("{swappedCaseSecret}", SwapCase(secret), StringComparison.Ordinal)
            .Replace("{base64}", Base64($"{integration.ClientId}:{secret}"), StringComparison.Ordinal)
            .Replace("{long}", new string('x', OAuthForm.BodyLimit), StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Post, $"/oauth/token{Fill(row.Query)}");
        if (row.Body is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Fill(row.Body)));
        if (row.ContentType is not null)
            request.Content!.Headers.TryAddWithoutValidation("Content-Type", row.ContentType);
        if ((row.Basic is { } basic ? $"Basic {Base64(Fill(basic))}" : row.Authorization) is { } authorization)
            request.Headers.TryAddWithoutValidation("Authorization", Fill(authorization));
        using var response = await access.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(row.Status, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.Equal("no-cache", response.Headers.Pragma.ToString());
        Assert.Equal(row.Status == 401, response.Headers.WwwAuthenticate.Contains(new AuthenticationHeaderValue("Basic", "realm=\"rollcall\"")));
        var body = await TestAccess.ReadAsync(response);
        if (row.Error is null)
            Assert.Equal(["access_token", "token_type", "expires_in"], body.EnumerateObject().Select(member => member.Name));
        else
            AssertError(body, row.Error, secret);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task O_001_OtherMethod_Is405(string method)
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/oauth/token?grant_type=client_credentials");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Base64($"{integration.ClientId}:{secret}"));
        using var response = await access.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(405, (int)response.StatusCode);
        Assert.Equal("POST", response.Content.Headers.Allow.ToString());
        if (method != "HEAD")
            AssertError(await TestAccess.ReadAsync(response), "invalid_request", secret);
    }

    [Fact]
    public async Task O_020_TwoAuthorizationHeaders_AreRefused()
    {
        var refusal = await Assert.ThrowsAsync<OAuthException>(() => ReadAsync("grant_type=client_credentials", "Basic YTpi", "Basic YTpi"));
        Assert.Equal("invalid_request", refusal.Error);
    }

    [Fact]
    public Task O_004_AnyIdAndSecret_AreReadAsTheyWereEncoded() => Gen.Select(Gen.String[1, 20], Gen.String[1, 20], Gen.Bool, Gen.Bool).SampleAsync(async (id, secret, byBasic, byBody) =>
    {
        // What is no text can't be encoded.
        if (!(byBasic || byBody) || !IsText(id) || !IsText(secret))
            return;
        var body = "grant_type=client_credentials" + (byBody ? $"&client_id={Uri.EscapeDataString(id)}&client_secret={FormEncode(secret)}" : "");
        var request = byBasic ? await ReadAsync(body, $"Basic {Base64($"{FormEncode(id)}:{Uri.EscapeDataString(secret)}")}") : await ReadAsync(body);
        Assert.Equal((id, secret), (request.ClientId, request.Secret));
    });

    private static async Task<ClientCredentials> ReadAsync(string body, params string[] authorization)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/x-www-form-urlencoded";
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Request.Headers.Authorization = authorization;
        return await TokenRequest.ReadAsync(context.Request, CancellationToken.None);
    }

    private static void AssertError(JsonElement body, string error, string secret)
    {
        Assert.Equal(["error", "error_description"], body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(error, body.GetProperty("error").GetString());
        var description = body.GetProperty("error_description").GetString()!;
        ErrorText.AssertSafe(description);
        Assert.DoesNotContain(secret, description, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("openiddict", description, StringComparison.OrdinalIgnoreCase);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string EncodeAll(string text) => string.Concat(text.Select(character => $"%{(int)character:x2}"));

    private static string FormEncode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private static string SwapCase(string text) =>
        string.Concat(text.Select(character => char.IsUpper(character) ? char.ToLowerInvariant(character) : char.ToUpperInvariant(character)));

    private static bool IsText(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
}
