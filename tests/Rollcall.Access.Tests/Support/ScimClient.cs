using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Tests.Support;

/// <summary>A governance platform: it calls the SCIM endpoint of its integration with a token of its own.</summary>
internal sealed class ScimClient(RollcallApp app, string name, string baseUrl, string token)
{
    /// <summary>The integration's name.</summary>
    public string Name => name;

    public string BaseUrl => baseUrl;

    public string Token => token;

    public RollcallApp App => app;

    /// <summary>Sends a request.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">The path below the SCIM base URL, with query, or a whole URL; blanks and quotes may stand there as they are.</param>
    /// <param name="body">JSON, a text or bytes as they are; null for nothing.</param>
    /// <param name="headers">Further headers, which take the place of the usual ones; an empty one leaves the usual one out.</param>
    public async Task<ScimAnswer> SendAsync(string method, string path, object? body = null, IReadOnlyDictionary<string, string>? headers = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path.StartsWith("http", StringComparison.Ordinal) ? path : baseUrl + path));
        app.Log.Hide(token);
        app.Log.HideIn(path);
        if (body is JsonNode node)
            app.Log.Hide(node);
        else if (body is not null)
            app.Log.HideIn(body as string ?? Encoding.UTF8.GetString((byte[])body));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body switch
            {
                byte[] bytes => bytes,
                string text => Encoding.UTF8.GetBytes(text),
                _ => Encoding.UTF8.GetBytes(((JsonNode)body).ToJsonString()),
            });
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/scim+json");
        }
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (header, value) in headers ?? new Dictionary<string, string>())
        {
            HttpHeaders target = header.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) && request.Content is not null ? request.Content.Headers : request.Headers;
            target.Remove(header);
            if (value.Length > 0)
                target.TryAddWithoutValidation(header, value);
        }
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await ScimAnswer.ReadAsync(response, baseUrl, method == "HEAD");
        Assert.False(answer.Status == 500 && !app.IsBroken, $"{method} {path}: {string.Join('\n', app.Log.Lines)}");
        return answer;
    }

    public Task<ScimAnswer> GetAsync(string path) => SendAsync("GET", path);

    /// <summary>Creates a User of that name, which becomes an address.</summary>
    public Task<ScimAnswer> PostUserAsync(string userName, JsonObject? more = null) => SendAsync("POST", "/Users", User(Address(userName), more));

    /// <summary>Creates a User and gives its id.</summary>
    public async Task<string> UserAsync(string userName) => (await PostUserAsync(userName)).Expect(201).Id!;

    /// <summary>Makes an access list of that title and gives the id of its Group.</summary>
    public Task<string> ListAsync(string title) => app.ListAsync(this, title);

    /// <summary>The Group of that title.</summary>
    public async Task<ScimAnswer> GroupAsync(string title)
    {
        var found = (await GetAsync($"/Groups?filter=displayName eq {JsonSerializer.Serialize(title)}")).Expect(200);
        return await GetAsync($"/Groups/{Assert.Single(found.Ids())}");
    }

    /// <summary>Changes a resource.</summary>
    /// <param name="path">Its path, such as <c>/Groups/ID</c>.</param>
    /// <param name="operations">The operations as JSON text.</param>
    /// <param name="ifMatch">The version that it is for, or null.</param>
    public Task<ScimAnswer> PatchAsync(string path, string operations, string? ifMatch = null) =>
        SendAsync("PATCH", path, Patch(JsonNode.Parse(operations)!.AsArray()), IfMatch(ifMatch));

    /// <summary>Adds members to a Group.</summary>
    public Task<ScimAnswer> AddAsync(string groupId, string? ifMatch, params string[] members) => MembersAsync("add", groupId, ifMatch, members);

    /// <summary>Removes members from a Group.</summary>
    public Task<ScimAnswer> RemoveAsync(string groupId, string? ifMatch, params string[] members) => MembersAsync("remove", groupId, ifMatch, members);

    public Task<ScimAnswer> PutAsync(string path, JsonObject body, string? ifMatch = null) => SendAsync("PUT", path, body, IfMatch(ifMatch));

    public Task<ScimAnswer> DeleteAsync(string path, string? ifMatch = null) => SendAsync("DELETE", path, null, IfMatch(ifMatch));

    public static string Address(string userName) => userName.Contains('@', StringComparison.Ordinal) ? userName : $"{userName}@example.com";

    public static JsonObject User(string userName, JsonObject? more = null) => With(SchemaUris.User, new JsonObject { ["userName"] = userName }, more);

    public static JsonObject Group(string displayName, params string[] members) => With(SchemaUris.Group, new JsonObject
    {
        ["displayName"] = displayName,
        ["members"] = new JsonArray([.. members.Select(member => new JsonObject { ["value"] = member })]),
    }, null);

    /// <summary>A resource of a schema.</summary>
    public static JsonObject With(string urn, JsonObject resource, JsonObject? more)
    {
        var whole = new JsonObject { ["schemas"] = new JsonArray(urn) };
        foreach (var (member, value) in resource.Concat(more ?? []))
            whole[member] = value?.DeepClone();
        return whole;
    }

    public static JsonObject Patch(JsonArray operations) => new() { ["schemas"] = new JsonArray(SchemaUris.PatchOp), ["Operations"] = operations.DeepClone() };

    /// <summary>A bulk request; null leaves <c>failOnErrors</c> out.</summary>
    public static JsonObject Bulk(JsonArray operations, JsonNode? failOnErrors = null)
    {
        var body = new JsonObject { ["schemas"] = new JsonArray(SchemaUris.BulkRequest), ["Operations"] = operations.DeepClone() };
        if (failOnErrors is not null)
            body["failOnErrors"] = failOnErrors.DeepClone();
        return body;
    }

    private Task<ScimAnswer> MembersAsync(string verb, string groupId, string? ifMatch, string[] members) =>
        SendAsync("PATCH", $"/Groups/{groupId}", Patch([new JsonObject
        {
            ["op"] = verb,
            ["path"] = "members",
            ["value"] = new JsonArray([.. members.Select(member => new JsonObject { ["value"] = member })]),
        }]), IfMatch(ifMatch));

    private static Dictionary<string, string>? IfMatch(string? version) => version is null ? null : new Dictionary<string, string> { ["If-Match"] = version };
}
