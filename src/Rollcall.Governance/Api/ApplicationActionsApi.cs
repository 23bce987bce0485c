using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Identities;
using Rollcall.Scim.Client;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Api;

/// <summary>What is tried of an application: its connection, its schemas, its lists, its policies. Nothing is changed on its server.</summary>
internal sealed class ApplicationActionsApi(Database database, Connections connections)
{
    private const int MostPreviewed = 50;

    /// <summary>Maps the endpoints.</summary>
    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/applications/{name}/test", (RequestDelegate)TestAsync)
            .Describe("testApplication", "Tests the connection: each check with what was asked, what came back and what to do.")
            .Answers<ConnectionReport>();
        api.MapPost("/applications/{name}/discover", (RequestDelegate)DiscoverAsync)
            .Describe("discoverApplication", "Discovers the attributes of accounts and groups, and tells what has changed since the last time.")
            .Answers<DiscoveryView>();
        api.MapPost("/applications/{name}/preview", (RequestDelegate)PreviewAsync)
            .Describe("previewApplication", "Reads the first accounts or groups as an aggregation would, and keeps nothing.")
            .Takes<PreviewRequest>(isOptional: true).Answers<PreviewView>();
        api.MapPost("/applications/{name}/policies/preview", (RequestDelegate)PreviewPoliciesAsync)
            .Describe("previewPolicies", "Works the policies out for an identity: the new account as it would be sent, and what an update would set.")
            .Takes<PolicyPreviewRequest>().Answers<PolicyPreview>();
    }

    private sealed record DiscoveryView(DiscoveredSchema Accounts, DiscoveredSchema Groups);

    private sealed record PreviewRequest
    {
        /// <summary>What to read: accounts or groups.</summary>
        public string Kind { get; init; } = "accounts";

        /// <summary>How many, 1 to 50.</summary>
        public int Count { get; init; } = 5;
    }

    private sealed record PreviewView(long? Total, IReadOnlyList<JsonElement> Resources);

    private sealed record PolicyPreviewRequest(string Identity);

    private sealed record PolicyPreview(string Identity, JsonObject? Create, IReadOnlyDictionary<string, string>? Update, IReadOnlyList<string> Problems);

    private async Task TestAsync(HttpContext http)
    {
        var application = await FindAsync(http);
        await ApiJson.WriteAsync(http, await new ConnectionTest(await connections.ToAsync(application), application.Definition).RunAsync(http.RequestAborted));
    }

    private async Task DiscoverAsync(HttpContext http)
    {
        var application = await FindAsync(http);
        var found = await AskAsync(async client => await SchemaDiscovery.AskAsync(client, application.Definition.Relaxed, http.RequestAborted), application);
        var change = GovernanceRequest.Change(http);
        var schemas = await database.WriteAsync(session => SchemaDiscovery.KeepAsync(session, change, application, found), change.Key);
        await ApiJson.WriteAsync(http, new DiscoveryView(schemas["User"], schemas["Group"]));
    }

    private async Task PreviewAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadOptionalAsync<PreviewRequest>(http);
        if (given.Count is < 1 or > MostPreviewed)
            throw ApiException.Invalid("count", $"count is a whole number from 1 to {MostPreviewed}.");
        var application = await FindAsync(http);
        var definition = application.Definition;
        var (endpoint, filter, attributes) = given.Kind switch
        {
            "accounts" => ("/Users", definition.AccountFilter, definition.AccountAttributes),
            "groups" => ("/Groups", definition.GroupFilter, definition.GroupAttributes),
            var other => throw ApiException.Invalid("kind", $"kind is accounts or groups, not '{other.Truncate()}'."),
        };
        var request = new ScimListRequest
        {
            Filter = filter, Attributes = attributes.Count > 0 ? attributes : null, ExcludedAttributes = given.Kind == "groups" && attributes.Count == 0 ? ["members"] : null, PageSize = given.Count,
        };
        var view = await AskAsync(async client =>
        {
            await foreach (var page in client.PagesAsync(endpoint, request, http.RequestAborted))
                return new PreviewView(page.TotalResults, [.. page.Resources.Take(given.Count).Select(resource => resource.Json)]);
            return new PreviewView(0, []);
        }, application);
        await ApiJson.WriteAsync(http, view);
    }

    private async Task PreviewPoliciesAsync(HttpContext http)
    {
        var given = await ApiRequest.ReadJsonAsync<PolicyPreviewRequest>(http, http.RequestAborted);
        var (application, identity) = await database.ReadAsync(async session => (
            await GovernanceRequest.FindApplicationAsync(session, http),
            await IdentityStore.FindAsync(session, given.Identity) ?? throw ApiException.Invalid("identity", $"There is no identity '{given.Identity.Truncate()}'. Name one by its id or its e-mail address.")));
        var problems = new List<string>();
        var create = await TryAsync(async () => await ProvisioningPolicy.NewAccountAsync(application.Definition.CreatePolicy, identity));
        var update = await TryAsync(async () => await ProvisioningPolicy.ValuesAsync(application.Definition.UpdatePolicy, identity));
        await ApiJson.WriteAsync(http, new PolicyPreview(identity.PublicId, create, update, problems));

        async Task<T?> TryAsync<T>(Func<Task<T>> work) where T : class
        {
            try
            {
                return await work();
            }
            catch (PolicyException fault)
            {
                problems.Add(fault.Message);
                return null;
            }
        }
    }

    private ValueTask<Application> FindAsync(HttpContext http) => database.ReadAsync(session => GovernanceRequest.FindApplicationAsync(session, http));

    /// <summary>Asks an application's server; what goes wrong there is told in its own words.</summary>
    private async Task<T> AskAsync<T>(Func<ScimClient, Task<T>> ask, Application application)
    {
        try
        {
            return await ask(await connections.ToAsync(application));
        }
        catch (ScimClientException fault)
        {
            throw ApiException.BadGateway($"The server of '{application.Name}' could not be asked: {fault.Message.Truncate(500)} Test the connection to learn what to do.");
        }
    }
}
