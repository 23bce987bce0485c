using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Integrations;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary>
/// What an integration may authenticate with: <c>/api/v1/integrations/{name}/secrets</c>, <c>/tokens</c> and <c>/keys</c>.
/// Secrets and tokens are shown once, in the answer to the request that makes them.
/// </summary>
internal sealed class CredentialsApi(Database database, IntegrationDirectory directory, TimeProvider clock)
{
    private static readonly TimeSpan DefaultOverlap = TimeSpan.FromHours(24);
    private static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/integrations/{name}/secrets", (RequestDelegate)(http => ListAsync(http, async (session, found) =>
                CredentialView.Of(await IntegrationStore.SecretsAsync(session, found.ClientId, Now)))))
            .Describe("listSecrets", "The client secrets that are valid, newest first, without their values.")
            .Answers<ApiPage<CredentialView>>();
        api.MapPost("/integrations/{name}/secrets", (RequestDelegate)RotateSecretAsync)
            .Describe("rotateSecret", "Makes a new client secret, shown this once. The one before it ends after an overlap, of 24 hours by default.")
            .Takes<Rotation>(isOptional: true).Answers<SecretView>(StatusCodes.Status201Created);
        api.MapDelete("/integrations/{name}/secrets/{id}", (RequestDelegate)(http => RevokeAsync(http, "secret", IntegrationStore.RevokeSecretAsync)))
            .Describe("revokeSecret", "Ends a client secret at once.")
            .AnswersNothing();
        api.MapGet("/integrations/{name}/tokens", (RequestDelegate)(http => ListAsync(http, async (session, found) =>
                CredentialView.Of(await StaticTokenStore.ListAsync(session, found.Id, Now)))))
            .Describe("listTokens", "The static tokens that are valid, newest first, without their values.")
            .Answers<ApiPage<CredentialView>>();
        api.MapPost("/integrations/{name}/tokens", (RequestDelegate)AddTokenAsync)
            .Describe("addToken", "Makes a static token, shown this once. With an overlap the one before it ends after that; without one all stay, and there may be two.")
            .Takes<Rotation>(isOptional: true).Answers<TokenView>(StatusCodes.Status201Created);
        api.MapDelete("/integrations/{name}/tokens/{id}", (RequestDelegate)(http => RevokeAsync(http, "static token", StaticTokenStore.RevokeAsync)))
            .Describe("revokeToken", "Ends a static token at once.")
            .AnswersNothing();
        api.MapGet("/integrations/{name}/keys", (RequestDelegate)(http => ListAsync(http, async (session, found) =>
                KeyView.Of(await ClientKeyStore.ListAsync(session, found.ClientId, Now)))))
            .Describe("listKeys", "The public keys that are valid, newest first.")
            .Answers<ApiPage<KeyView>>();
        api.MapPost("/integrations/{name}/keys", (RequestDelegate)AddKeyAsync)
            .Describe("addKey", "Adds a public key that the client signs assertions with (private_key_jwt): PEM as a text, or a JSON Web Key as an object or a text.")
            .Takes<NewKey>().Answers<KeysView>(StatusCodes.Status201Created);
        api.MapDelete("/integrations/{name}/keys/{id}", (RequestDelegate)(http => RevokeAsync(http, "key", ClientKeyStore.RevokeAsync)))
            .Describe("revokeKey", "Ends a public key at once.")
            .AnswersNothing();
    }

    private long Now => ScimTime.Of(clock.GetUtcNow());

    private sealed record Rotation
    {
        public long? OverlapSeconds { get; init; }
    }

    /// <summary>The key is PEM as a text, or a JSON Web Key as a text or an object.</summary>
    private sealed record NewKey(JsonElement Key, string? Algorithm = null, string? KeyId = null, DateTimeOffset? ExpiresAt = null);

    private sealed record SecretView(string ClientId, string ClientSecret, IReadOnlyList<CredentialView> Secrets);

    private sealed record TokenView(string Token, IReadOnlyList<CredentialView> Tokens);

    private sealed record KeysView(string ClientId, KeyView Key, IReadOnlyList<KeyView> Keys);

    // Few by their nature, so there is one page.
    private async Task ListAsync<T>(HttpContext http, Func<Session, Integration, ValueTask<IReadOnlyList<T>>> list) =>
        await ApiJson.WriteAsync(http, await database.ReadAsync(async session =>
            new ApiPage<T>(await list(session, await AdminRequest.FindIntegrationAsync(session, http)))));

    private async Task RotateSecretAsync(HttpContext http)
    {
        var overlap = OverlapOf(await ApiRequest.ReadOptionalAsync<Rotation>(http)) ?? DefaultOverlap;
        var change = AdminRequest.Change(http);
        var view = await database.WriteAsync(async session =>
        {
            var integration = await AdminRequest.FindIntegrationAsync(session, http);
            var secret = await IntegrationStore.RotateSecretAsync(session, change, integration, overlap);
            return new SecretView(integration.ClientId, secret, CredentialView.Of(await IntegrationStore.SecretsAsync(session, integration.ClientId, session.Now)));
        }, change.Key);
        await ApiJson.WriteAsync(http, view, StatusCodes.Status201Created);
    }

    private async Task AddTokenAsync(HttpContext http)
    {
        // Without an overlap a token is added, and what there is stays; with one it is a rotation.
        var overlap = OverlapOf(await ApiRequest.ReadOptionalAsync<Rotation>(http));
        var change = AdminRequest.Change(http);
        var view = await database.WriteAsync(async session =>
        {
            var integration = await AdminRequest.FindIntegrationAsync(session, http);
            var token = overlap is { } time
                ? await StaticTokenStore.RotateAsync(session, change, integration, time)
                : await StaticTokenStore.AddAsync(session, change, integration);
            return new TokenView(token, CredentialView.Of(await StaticTokenStore.ListAsync(session, integration.Id, session.Now)));
        }, change.Key);
        // What is remembered of a token that now ends earlier is worth nothing from here on.
        await directory.ReloadAsync();
        await ApiJson.WriteAsync(http, view, StatusCodes.Status201Created);
    }

    private async Task AddKeyAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<NewKey>(http, http.RequestAborted);
        var text = given.Key.ValueKind switch
        {
            JsonValueKind.String => given.Key.GetString()!,
            JsonValueKind.Object => given.Key.GetRawText(),
            _ => throw ApiException.Invalid("key", "The key is PEM as a text, or a JSON Web Key."),
        };
        var key = ClientPublicKey.Read(text, given.Algorithm, given.KeyId);
        var expires = given.ExpiresAt ?? key.Ends;
        if (expires <= clock.GetUtcNow())
            throw ApiException.Invalid(given.ExpiresAt is null ? "key" : "expiresAt", "The key has ended already. Give one that is valid.");
        var change = AdminRequest.Change(http);
        var view = await database.WriteAsync(async session =>
        {
            var integration = await AdminRequest.FindIntegrationAsync(session, http);
            await ClientKeyStore.AddAsync(session, change, integration, key, expires is { } end ? ScimTime.Of(end) : null);
            var keys = KeyView.Of(await ClientKeyStore.ListAsync(session, integration.ClientId, session.Now));
            return new KeysView(integration.ClientId, keys.Single(added => added.KeyId == key.KeyId), keys);
        }, change.Key);
        await ApiJson.WriteAsync(http, view, StatusCodes.Status201Created);
    }

    private async Task RevokeAsync(HttpContext http, string what, Func<WriteSession, Audit.ChangeContext, Integration, string, ValueTask<bool>> revoke)
    {
        var change = AdminRequest.Change(http);
        await database.WriteAsync(async session =>
            await revoke(session, change, await AdminRequest.FindIntegrationAsync(session, http), http.Route("id"))
                ? true
                : throw ApiException.NotFound($"The integration has no {what} '{http.Route("id").Truncate()}'. Those it has are listed with it."), change.Key);
        // What was remembered of a token is worth nothing from here on.
        await directory.ReloadAsync();
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static TimeSpan? OverlapOf(Rotation given)
    {
        if (given.OverlapSeconds is not { } seconds)
            return null;
        var overlap = TimeSpan.FromSeconds(Math.Clamp(seconds, -1, long.MaxValue / TimeSpan.TicksPerSecond));
        return overlap >= TimeSpan.Zero && overlap <= MaxOverlap
            ? overlap
            : throw ApiException.Invalid("overlapSeconds", $"The overlap is 0 to {MaxOverlap.TotalSeconds} seconds (30 days).");
    }
}
