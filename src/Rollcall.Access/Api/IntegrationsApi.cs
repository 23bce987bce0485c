using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Access.Scim;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Access.Api;

/// <summary><c>/api/v1/integrations</c>.</summary>
internal sealed class IntegrationsApi(Database database, IntegrationDirectory directory, string publicUrl, TimeProvider clock)
{
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
    }

    private sealed record NewIntegration(string Name, Platform Platform = Platform.Other, RulesChange? Rules = null, bool StaticToken = false);

    private sealed record IntegrationChange(bool? Enabled = null, Platform? Platform = null, RulesChange? Rules = null);

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

    private sealed record IntegrationView(
        string Name, Platform Platform, bool Enabled, IntegrationRules Rules, string ScimBaseUrl, string TokenUrl, string ClientId,
        IReadOnlyList<CredentialView> Secrets, IReadOnlyList<CredentialView> Tokens, IReadOnlyList<KeyView> Keys, IReadOnlyList<string> Warnings,
        DateTimeOffset CreatedAt, string? ClientSecret = null, string? Token = null);

    private async Task CreateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<NewIntegration>(http, http.RequestAborted);
        if (!ProtectedResource.IsName(given.Name))
            throw ApiException.Invalid("name", "The name of an integration has 1 to 63 characters: lower-case letters, digits, '.', '_' and '-', the first a letter or digit.");
        var rules = (given.Rules ?? new RulesChange()).Apply(new IntegrationRules());
        if (given.Rules?.GroupRename is null)
            rules = rules with { GroupRename = IntegrationRules.DefaultRename(given.Platform, rules.GroupCreation) };
        var change = AdminRequest.Change(http);
        var created = await database.WriteAsync(async session =>
        {
            var (integration, secret) = await IntegrationStore.CreateAsync(session, change, given.Name, given.Platform, rules);
            var token = given.StaticToken ? await StaticTokenStore.AddAsync(session, change with { Number = 2 }, integration) : null;
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
        var view = await database.ReadAsync(async session => await ViewAsync(session, await AdminRequest.FindIntegrationAsync(session, http)));
        await ApiJson.WriteAsync(http, view);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<IntegrationChange>(http, http.RequestAborted);
        var change = AdminRequest.Change(http);
        var view = await database.WriteAsync(async session =>
        {
            var integration = await AdminRequest.FindIntegrationAsync(session, http);
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
            var integration = await AdminRequest.FindIntegrationAsync(session, http);
            await IntegrationRemoval.RunAsync(session, change, integration, cascade);
            return true;
        }, change.Key);
        await directory.ReloadAsync();
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async ValueTask<IntegrationView> ViewAsync(Session session, Integration integration)
    {
        var now = ScimTime.Of(clock.GetUtcNow());
        var tokens = await StaticTokenStore.ListAsync(session, integration.Id, now);
        var keys = await ClientKeyStore.ListAsync(session, integration.ClientId, now);
        return new IntegrationView(
            integration.Name, integration.Platform, integration.Enabled, integration.Rules,
            OAuthServer.ScimBaseUrl(publicUrl, integration), OAuthServer.TokenUrl(publicUrl), integration.ClientId,
            CredentialView.Of(await IntegrationStore.SecretsAsync(session, integration.ClientId, now)), CredentialView.Of(tokens), KeyView.Of(keys),
            ExpiringCredential.WarningsOf(integration, tokens, keys, now), ScimTime.ToTime(integration.Created));
    }
}
