using Rollcall.Scim.Client.Authentication;

namespace Rollcall.Scim.Client.Tests;

/// <summary>Where the tokens of an endpoint come from, as it says itself.</summary>
public sealed class ProtectedResourceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://scim.example.com/acme/v2")]
    [InlineData("https://scim.example.com/acme/v2/?flag")]
    public async Task AnEndpoint_NamesItsAuthorizationServers(string baseUrl)
    {
        using var server = new ScriptedServer().Then(200, """{"resource":"https://scim.example.com/acme/v2","authorization_servers":["https://auth.example.com","no url"]}""", "application/json");

        var found = await ProtectedResource.FindAsync(new Uri(baseUrl), server, Cancellation);

        Assert.Equal([new Uri("https://auth.example.com")], found!.AuthorizationServers);
        Assert.Equal(["GET /.well-known/oauth-protected-resource/acme/v2"], server.Lines);
        Assert.Null(server.Arrived[0].Header("Authorization"));
    }

    [Theory]
    [Trait("req", "O-038")]
    [InlineData("""{"resource":"https://scim.example.com/other/v2"}""")]
    [InlineData("""{"resource":"https://scim.example.com"}""")]
    [InlineData("""{"resource":"https://scim.example.com/acme/v2/"}""")]
    [InlineData("""{"resource":"https://SCIM.example.com/acme/v2"}""")]
    [InlineData("""{"authorization_servers":["https://auth.example.com"]}""")]
    public async Task WhatIsSaidOfAnotherResource_IsNotUsed(string metadata)
    {
        using var server = new ScriptedServer().Then(200, metadata, "application/json");

        var failure = await Assert.ThrowsAsync<ScimClientException>(() => ProtectedResource.FindAsync(new Uri("https://scim.example.com/acme/v2"), server, Cancellation));

        Assert.Equal(ScimFailure.Unreadable, failure.Failure);
    }

    [Fact]
    public async Task AnEndpointThatDoesNotSay_IsNoFault()
    {
        using var server = new ScriptedServer().Then(404);

        Assert.Null(await ProtectedResource.FindAsync(new Uri("https://scim.example.com/v2"), server, Cancellation));
    }
}
