using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.OAuth;

public sealed class TokenContentTests
{
    [Fact]
    public async Task Dump()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        using var response = await access.PostTokenAsync($"grant_type=client_credentials&client_id={integration.ClientId}&client_secret={secret}");
        var text = response.ToString() + await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var token = await access.GetTokenAsync(integration, secret);
        foreach (var part in token.Split('.').Take(2))
            text += "\n" + System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(part));
        foreach (var path in new[] { "/oauth/jwks", "/.well-known/oauth-authorization-server", "/oauth/token", "/oauth/nothing", "/oauth/token/", "/OAUTH/TOKEN" })
        {
            using var r = await access.Client.GetAsync(path, TestContext.Current.CancellationToken);
            text += "\n" + path + " " + r + await r.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }
        var t2 = await access.PostTokenAsync("grant_type=client_credentials", integration.ClientId + ":wrong");
        text += "\n" + t2 + await t2.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var q = new HttpRequestMessage(HttpMethod.Get, "/scim/acme/v2/probe");
        q.Headers.Authorization = new("Bearer", token);
        t2 = await access.Client.SendAsync(q, TestContext.Current.CancellationToken);
        text += "\n" + t2 + await t2.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        text += "\n" + integration;
        File.WriteAllText("/tmp/oauth-dump.txt", text);
    }
}
