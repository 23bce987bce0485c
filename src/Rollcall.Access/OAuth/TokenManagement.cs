using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Data;
using Rollcall.Web.Hosting;

namespace Rollcall.Access.OAuth;

/// <summary>
/// What clients may do with the tokens of their integration, access tokens and static ones: revoke them (RFC 7009) and ask
/// about them (RFC 7662). OpenIddict has both for tokens that it keeps itself; these are ours.
/// </summary>
internal sealed class TokenManagement(ClientAuthentication clients, BearerTokenReader reader, Database database, IntegrationDirectory directory, string issuer)
{
    /// <summary>
    /// <c>/oauth/revoke</c>. It answers 200 also for what is no token, or no longer one (RFC 7009 §2.2). The type hint is
    /// not needed.
    /// </summary>
    /// <exception cref="OAuthException">The client is not authenticated, sends no token, or one of another client.</exception>
    public async Task RevokeAsync(HttpContext http)
    {
        var (integration, text) = await ReadAsync(http);
        var (token, _) = await reader.FindAsync(text);
        if (token is not null)
        {
            if (token.IntegrationId != integration.Id)
                throw OAuthException.UnauthorizedClient("The token belongs to another client, which alone may revoke it.");
            var change = new ChangeContext(
                RequestId.Of(http), 1, new Actor(integration.Name, integration.ClientId, null, http.Connection.RemoteIpAddress?.ToString()),
                http.Request.Method, http.Request.Path.Value ?? "") { Status = StatusCodes.Status200OK };
            await database.WriteAsync(async session =>
            {
                if (token.IsStatic)
                    await StaticTokenStore.RevokeAsync(session, change, integration, token.Id);
                else
                    await RevokedTokens.AddAsync(session, change, integration, token);
                return true;
            }, change.Key);
            // What this node remembers of the token ends before the answer.
            await directory.ReloadAsync();
        }
        ForbidCaching(http);
    }

    /// <summary>
    /// <c>/oauth/introspect</c>. Of a token that is not valid, or of another client, nothing is told but that it is not
    /// active (RFC 7662 §2.2).
    /// </summary>
    /// <exception cref="OAuthException">The client is not authenticated, or sends no token.</exception>
    public async Task IntrospectAsync(HttpContext http)
    {
        var (integration, text) = await ReadAsync(http);
        var (token, _) = await reader.FindAsync(text);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, token?.IntegrationId == integration.Id ? token : null, integration);
        ForbidCaching(http);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.Length;
        await http.Response.Body.WriteAsync(buffer.ToArray(), http.RequestAborted);
    }

    private void Write(Utf8JsonWriter writer, KnownToken? token, Integration integration)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("active", token is not null);
        if (token is not null)
        {
            writer.WriteString("client_id", token.ClientId);
            writer.WriteString("token_type", "Bearer");
            writer.WriteNumber("exp", token.Expires.ToUnixTimeSeconds());
            writer.WriteNumber("iat", token.Issued.ToUnixTimeSeconds());
            writer.WriteString("sub", token.ClientId);
            writer.WriteString("aud", ProtectedResource.Of(issuer, integration).BaseUrl);
            writer.WriteString("iss", issuer);
            if (!token.IsStatic)
                writer.WriteString("jti", token.Id);
        }
        writer.WriteEndObject();
    }

    private async Task<(Integration Integration, string Token)> ReadAsync(HttpContext http)
    {
        var form = await OAuthForm.ReadAsync(http.Request, http.RequestAborted);
        var integration = await clients.AuthenticateAsync(ClientCredentials.Read(http.Request, form), http);
        return (integration, form["token"] ?? throw OAuthException.InvalidRequest("The parameter token is missing. Send the token in the body."));
    }

    // As answers of the token endpoint: nobody keeps them.
    private static void ForbidCaching(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Pragma = "no-cache";
    }
}
