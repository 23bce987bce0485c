using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary><c>/api/v1/integrations</c>.</summary>
internal sealed partial class IntegrationsApi(Database database, IntegrationDirectory directory, string publicUrl, TimeProvider clock)
{
    private static readonly TimeSpan DefaultOverlap = TimeSpan.FromHours(24);
    private static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/integrations", (RequestDelegate)CreateAsync)
            .Describe("createIntegration", "Connects a governance platform. The client secret, and the static token if one is asked for, are shown this once.")
            .Takes<NewIntegration>().Answers<IntegrationView>(StatusCodes.Status201Created);
        api.MapGet("/integrations", (RequestDelegate)ListAsync)
            .Describe("listIntegrations", "The integrations, by name.")
            .AnswersPage<IntegrationView>();
        api.MapGet("/integrations/{name}", (RequestDelegate)ShowAsync)
            .Describe("showIntegration", "An integration, without its secrets.")
            .Answers<IntegrationView>();
        api.MapPatch("/integrations/{name}", (RequestDelegate)UpdateAsync)
            .Describe("updateIntegration", "Changes what is given: platform, rules, whether it is enabled.")
            .Takes<IntegrationChange>().Answers<IntegrationView>();
        api.MapDelete("/integrations/{name}", (RequestDelegate)DeleteAsync)
            .Describe("deleteIntegration", "Deletes an integration. Refused while it has lists or Users, unless they go with it.")
            .TakesQuery("cascade", "Whether its lists and Users are deleted as well.", typeof(bool)).AnswersNothing();
        api.MapPost("/integrations/{name}/secrets", (RequestDelegate)RotateSecretAsync)
            .Describe("rotateSecret", "Makes a new client secret, shown this once. The one before it ends after an overlap.")
            .Takes<Rotation>(isOptional: true).Answers<SecretView>(StatusCodes.Status201Created);
        api.MapDelete("/integrations/{name}/secrets/{id}", (RequestDelegate)RevokeSecretAsync)
            .Describe("revokeSecret", "Ends a client secret at once.")
            .AnswersNothing();
        api.MapPost("/integrations/{name}/tokens", (RequestDelegate)AddTokenAsync)
            .Describe("addToken", "Makes a static token, shown this once.")
            .Answers<TokenView>(StatusCodes.Status201Created);
        api.MapDelete("/integrations/{name}/tokens/{id}", (RequestDelegate)RevokeTokenAsync)
            .Describe("revokeToken", "Ends a static token at once.")
            .AnswersNothing();
    }

    private sealed record NewIntegration(string Name, Platform Platform = Platform.Other, RulesChange? Rules = null, bool StaticToken = false);

    private sealed record IntegrationChange(bool? Enabled = null, Platform? Platform = null, RulesChange? Rules = null);

    private sealed record Rotation
    {
        public long? OverlapSeconds { get; init; }
    }

    /// <summary>Rules as they are given: what is absent stays.</summary>
    private sealed record RulesChange(
        GroupCreation? GroupCreation = null, GroupRename? GroupRename = null, UnconditionalPut? UnconditionalPut = null, int? RateLimit = null,
        MembersInLists? MembersInLists = null, Discovery? Discovery = null, AuditReads? AuditReads = null, bool? Strict = null)
    {
        public IntegrationRules Apply(IntegrationRules rules)
        {
            if (RateLimit is < 0)
                throw ApiException.Invalid("rules.rateLimit", "The rate limit is a number of requests a second, 1 or more; 0 switches it off.");
            return rules with
            {
                GroupCreation = GroupCreation ?? rules.GroupCreation,
                GroupRename = GroupRename ?? rules.GroupRename,
                UnconditionalPut = UnconditionalPut ?? rules.UnconditionalPut,
                RateLimit = RateLimit is 0 ? null : RateLimit ?? rules.RateLimit,
                MembersInLists = MembersInLists ?? rules.MembersInLists,
                Discovery = Discovery ?? rules.Discovery,
                AuditReads = AuditReads ?? rules.AuditReads,
                Strict = Strict ?? rules.Strict,
            };
        }
    }

    private sealed record CredentialView(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

    private sealed record IntegrationView(
        string Name, Platform Platform, bool Enabled, IntegrationRules Rules, string ScimBaseUrl, string TokenUrl, string ClientId,
        IReadOnlyList<CredentialView> Secrets, IReadOnlyList<CredentialView> Tokens, DateTimeOffset CreatedAt,
        string? ClientSecret = null, string? Token = null);

    private sealed record SecretView(string ClientId, string ClientSecret, IReadOnlyList<CredentialView> Secrets);

    private sealed record TokenView(string Token, IReadOnlyList<CredentialView> Tokens);

    private async Task CreateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<NewIntegration>(http, http.RequestAborted);
        if (!NamePattern().IsMatch(given.Name))
            throw ApiException.Invalid("name", "The name of an integration has 1 to 63 characters: lower-case letters, digits, '.', '_' and '-', the first a letter or digit.");
        var rules = (given.Rules ?? new RulesChange()).Apply(new IntegrationRules());
        if (given.Rules?.GroupRename is null)
            rules = rules with { GroupRename = IntegrationRules.DefaultRename(given.Platform, rules.GroupCreation) };
        var change = AdminRequest.Change(http);
        var created = await database.WriteAsync(async session =>
        {
            var (integration, secret) = await IntegrationStore.CreateAsync(session, change, given.Name, given.Platform, rules);
            var token = given.StaticToken ? await IntegrationStore.AddTokenAsync(session, change with { Number = 2 }, integration) : null;
            return await ViewAsync(session, integration) with { ClientSecret = secret, Token = token };
        }, change.Key);
        await directory.ReloadAsync();
        await ApiJson.WriteAsync(http, created, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var page = ApiPageRequest.Read(http.Request);
        var views = await database.ReadAsync(async session =>
        {
            var list = new List<IntegrationView>();
            foreach (var integration in await IntegrationStore.PageAsync(session, page.After, page.CountToRead))
                list.Add(await ViewAsync(session, integration));
            return list;
        });
        await ApiJson.WriteAsync(http, page.PageOf(views, view => view.Name));
    }

    private async Task ShowAsync(HttpContext http)
    {
        var view = await database.ReadAsync(async session => await ViewAsync(session, await FindAsync(session, http)));
        await ApiJson.WriteAsync(http, view);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<IntegrationChange>(http, http.RequestAborted);
        var change = AdminRequest.Change(http);
        var view = await database.WriteAsync(async session =>
        {
            var integration = await FindAsync(session, http);
            var changed = integration with
            {
                Enabled = given.Enabled ?? integration.Enabled,
                Platform = given.Platform ?? integration.Platform,
                Rules = given.Rules?.Apply(integration.Rules) ?? integration.Rules,
            };
            if (changed != integration)
                await IntegrationStore.UpdateAsync(session, change, changed);
            return await ViewAsync(session, changed);
        }, change.Key);
        await directory.ReloadAsync();
        await ApiJson.WriteAsync(http, view);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var cascade = http.Request.Query["cascade"] == "true";
        var change = AdminRequest.Change(http);
        await database.WriteAsync(async session =>
        {
            var integration = await FindAsync(session, http);
            await IntegrationRemoval.RunAsync(session, change, integration, cascade);
            return true;
        }, change.Key);
        await directory.ReloadAsync();
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task RotateSecretAsync(HttpContext http)
    {
        var given = await AdminRequest.ReadOptionalAsync<Rotation>(http);
        var overlap = given.OverlapSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, -1, long.MaxValue / TimeSpan.TicksPerSecond)) : DefaultOverlap;
        if (overlap < TimeSpan.Zero || overlap > MaxOverlap)
            throw ApiException.Invalid("overlapSeconds", $"The overlap is 0 to {MaxOverlap.TotalSeconds} seconds (30 days).");
        var change = AdminRequest.Change(http);
        var view = await database.WriteAsync(async session =>
        {
            var integration = await FindAsync(session, http);
            var secret = await IntegrationStore.RotateSecretAsync(session, change, integration, overlap);
            return new SecretView(integration.ClientId, secret, Views(await IntegrationStore.SecretsAsync(session, integration.ClientId, session.Now)));
        }, change.Key);
        await ApiJson.WriteAsync(http, view, StatusCodes.Status201Created);
    }

    private async Task RevokeSecretAsync(HttpContext http)
    {
        var change = AdminRequest.Change(http);
        await database.WriteAsync(async session =>
            await IntegrationStore.RevokeSecretAsync(session, change, await FindAsync(session, http), http.Route("id"))
                ? true
                : throw ApiException.NotFound($"The integration has no secret '{http.Route("id").Truncate()}'. Its secrets are listed with it."), change.Key);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task AddTokenAsync(HttpContext http)
    {
        var change = AdminRequest.Change(http);
        var view = await database.WriteAsync(async session =>
        {
            var integration = await FindAsync(session, http);
            var token = await IntegrationStore.AddTokenAsync(session, change, integration);
            return new TokenView(token, Views(await IntegrationStore.TokensAsync(session, integration.Id, session.Now)));
        }, change.Key);
        await ApiJson.WriteAsync(http, view, StatusCodes.Status201Created);
    }

    private async Task RevokeTokenAsync(HttpContext http)
    {
        var change = AdminRequest.Change(http);
        await database.WriteAsync(async session =>
            await IntegrationStore.RevokeTokenAsync(session, change, await FindAsync(session, http), http.Route("id"))
                ? true
                : throw ApiException.NotFound($"The integration has no static token '{http.Route("id").Truncate()}'. Its tokens are listed with it."), change.Key);
        // What was remembered of the token is worth nothing from here on.
        await directory.ReloadAsync();
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async ValueTask<Integration> FindAsync(Session session, HttpContext http) =>
        await IntegrationStore.FindAsync(session, http.Route("name"))
            ?? throw ApiException.NotFound($"There is no integration named '{http.Route("name").Truncate()}'.");

    private async ValueTask<IntegrationView> ViewAsync(Session session, Integration integration)
    {
        var now = ScimTime.Of(clock.GetUtcNow());
        return new IntegrationView(
            integration.Name, integration.Platform, integration.Enabled, integration.Rules,
            OAuthServer.ScimBaseUrl(publicUrl, integration), $"{publicUrl}/oauth/token", integration.ClientId,
            Views(await IntegrationStore.SecretsAsync(session, integration.ClientId, now)),
            Views(await IntegrationStore.TokensAsync(session, integration.Id, now)),
            ScimTime.ToTime(integration.Created));
    }

    private static IReadOnlyList<CredentialView> Views(List<Credential> credentials) =>
        [.. credentials.Select(credential => new CredentialView(
            credential.Id, ScimTime.ToTime(credential.Created), credential.Expires is { } expires ? ScimTime.ToTime(expires) : null))];

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,62}\z")]
    private static partial Regex NamePattern();
}
