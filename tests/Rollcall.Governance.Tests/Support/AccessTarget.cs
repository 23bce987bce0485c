using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Access;
using Rollcall.Web.Settings;
using Rollcall.Web.Storage;

namespace Rollcall.Governance.Tests.Support;

/// <summary>A real SCIM server to govern: the Access side with one integration, <c>governance</c>.</summary>
internal sealed class AccessTarget : IAsyncDisposable
{
    private const string AdminToken = "the-admin-token-of-the-target-012345678";

    private readonly TempFolder _folder;
    private readonly DataFolder _data;
    private readonly AccessServer _server;
    private readonly HttpClient _http;

    private AccessTarget(TempFolder folder, DataFolder data, AccessServer server)
    {
        _folder = folder;
        _data = data;
        _server = server;
        _http = new HttpClient { BaseAddress = new Uri(server.Host.ListeningUrl) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
    }

    /// <summary>What was answered when the integration was made: base URL, token URL, client id and secret.</summary>
    public JsonObject Integration { get; private set; } = [];

    public static async Task<AccessTarget> StartAsync(FakeTimeProvider? clock = null)
    {
        var folder = new TempFolder();
        var settings = new RollcallSettings { Data = folder["data"], AdminToken = AdminToken, Access = SideSettings.DefaultFor(Side.Access, freePort: true) };
        var data = DataFolder.Open(settings);
        var server = await AccessServer.CreateAsync(settings, data, clock);
        await server.Host.StartAsync(TestContext.Current.CancellationToken);
        var target = new AccessTarget(folder, data, server);
        target.Integration = (await target.CallAsync("POST", "/integrations", new JsonObject { ["name"] = "governance", ["platform"] = "other", ["staticToken"] = true })).Expect(201).Body;
        return target;
    }

    /// <summary>An application of Governance over this server, as <c>POST /applications</c> takes it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="definition">Further members of the definition.</param>
    public JsonObject Application(string name = "target", JsonObject? definition = null)
    {
        var whole = new JsonObject
        {
            ["baseUrl"] = (string)Integration["scimBaseUrl"]!,
            ["authentication"] = new JsonObject { ["type"] = "clientCredentials", ["tokenUrl"] = (string)Integration["tokenUrl"]!, ["clientId"] = (string)Integration["clientId"]! },
            ["createPolicy"] = new JsonObject { ["userName"] = "{{ identity.email }}" },
        };
        foreach (var (member, value) in definition ?? [])
            whole[member] = value?.DeepClone();
        return new JsonObject { ["name"] = name, ["definition"] = whole, ["secrets"] = new JsonObject { ["clientSecret"] = (string)Integration["clientSecret"]! } };
    }

    /// <summary>Makes an access list of the integration.</summary>
    /// <returns>The id of its Group.</returns>
    public async Task<string> ListAsync(string title) => (string)(await CallAsync("POST", "/lists", new JsonObject
    {
        ["name"] = title,
        ["title"] = title,
        ["type"] = "scim",
        ["integration"] = "governance",
        ["owners"] = new JsonArray(new JsonObject { ["kind"] = "person", ["name"] = "owner@example.com" }),
    })).Expect(201).Body["scimId"]!;

    /// <summary>Makes a User of the integration.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> UserAsync(string userName, JsonObject? more = null)
    {
        var user = new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:User"), ["userName"] = userName, ["active"] = true };
        foreach (var (member, value) in more ?? [])
            user[member] = value?.DeepClone();
        var (status, body) = await ScimAsync("POST", "/Users", user);
        Assert.Equal(201, status);
        return (string)body!["id"]!;
    }

    /// <summary>Puts a User on a list, as another client of the integration.</summary>
    public async Task AddMemberAsync(string groupId, string userId)
    {
        var (status, body) = await ScimAsync("PATCH", $"/Groups/{groupId}", JsonNode.Parse(
            $$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"{{userId}}"}]}]}"""));
        Assert.True(status is 200 or 204, $"{status}: {body}");
    }

    /// <summary>The user names of the members of a list, in order.</summary>
    public async Task<IReadOnlyList<string>> MembersAsync(string title) =>
        [.. (await CallAsync("GET", $"/lists/{title}/members?count=1000")).Expect(200).Items.Select(member => (string)member!["name"]!).Order(StringComparer.Ordinal)];

    /// <summary>Calls the target's admin API.</summary>
    public async Task<ApiAnswer> CallAsync(string method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1{path}");
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return await ApiAnswer.ReadAsync(response);
    }

    /// <summary>Calls SCIM with the integration's static token, as another client of it.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">The path below the base URL.</param>
    /// <param name="body">The body, or null.</param>
    public async Task<(int Status, JsonNode? Body)> ScimAsync(string method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{(string)Integration["scimBaseUrl"]!}{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (string)Integration["token"]!);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/scim+json");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.Host.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
        _data.Dispose();
        _folder.Dispose();
    }
}
