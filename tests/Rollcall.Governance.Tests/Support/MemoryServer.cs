using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;

namespace Rollcall.Governance.Tests.Support;

/// <summary>
/// A SCIM server in memory, with the faults that a test gives it. It pages by index, or by cursor if told so, and counts its
/// requests of <c>/Users</c> and <c>/Groups</c>.
/// </summary>
internal sealed class MemoryServer : HttpMessageHandler
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _tokens;

    /// <summary>The Users, in the order of the list.</summary>
    public List<JsonObject> Users { get; } = [];

    /// <summary>The Groups.</summary>
    public List<JsonObject> Groups { get; } = [];

    /// <summary>Whether it offers cursors.</summary>
    public bool HasCursors { get; set; }

    /// <summary>How many lists were asked for.</summary>
    public int Requests { get; private set; }

    /// <summary>The queries of the lists, in order.</summary>
    public List<string> Queries { get; } = [];

    /// <summary>Answers a list's request by its number, from 1; null for the list itself.</summary>
    public Func<int, HttpResponseMessage?> Fault { get; set; } = _ => null;

    /// <summary>Called before a list's request is answered, with its number.</summary>
    public Action<int> Before { get; set; } = _ => { };

    /// <summary>Whether the last request failed, so that its client may wait before the next.</summary>
    public bool IsWaitedFor { get; private set; }

    /// <summary>When a request has failed for the first time.</summary>
    public Task Failed => _failed.Task;

    /// <summary>The token that is taken now; null where none is needed.</summary>
    public string? Token { get; set; }

    /// <summary>Ten users, or as many as wanted, at version 1, all in the group <c>g1</c>.</summary>
    public static MemoryServer With(int users, bool hasCursors = false)
    {
        var server = new MemoryServer { HasCursors = hasCursors };
        server.Groups.Add(Group("g1"));
        for (var i = 1; i <= users; i++)
            server.Users.Add(User($"u{i}"));
        return server;
    }

    public static JsonObject User(string id, int version = 1, params string[] groups) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:User"),
        ["id"] = id,
        ["userName"] = $"{id}@example.com",
        ["active"] = true,
        ["groups"] = new JsonArray([.. (groups.Length == 0 ? ["g1"] : groups).Select(group => (JsonNode)new JsonObject { ["value"] = group })]),
        ["meta"] = new JsonObject { ["resourceType"] = "User", ["version"] = $"W/\"{version}\"" },
    };

    public static JsonObject Group(string id, int version = 1) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:Group"),
        ["id"] = id,
        ["displayName"] = $"Group {id}",
        ["meta"] = new JsonObject { ["resourceType"] = "Group", ["version"] = $"W/\"{version}\"" },
    };

    public static HttpResponseMessage Answer(int status, string body, string type = "application/scim+json", params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, type) };
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }

    public static HttpResponseMessage Error(int status, string detail, string? scimType = null) => Answer(status,
        new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:Error"), ["status"] = $"{status}", ["scimType"] = scimType, ["detail"] = detail }.ToJsonString());

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var response = Handle(request);
        response.RequestMessage = request;
        return response;
    }

    private HttpResponseMessage Handle(HttpRequestMessage request)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path.EndsWith("/token", StringComparison.Ordinal))
        {
            Token = $"token-{++_tokens}";
            return Answer(200, $$"""{"access_token":"{{Token}}","token_type":"Bearer","expires_in":3600}""", "application/json");
        }
        if (path.EndsWith("/ServiceProviderConfig", StringComparison.Ordinal))
            return Answer(200, $$$"""{"patch":{"supported":true},"etag":{"supported":true},"filter":{"supported":true,"maxResults":1000},"pagination":{"cursor":{{{(HasCursors ? "true" : "false")}}},"index":true}}""");
        var list = path.EndsWith("/Users", StringComparison.Ordinal) ? Users : path.EndsWith("/Groups", StringComparison.Ordinal) ? Groups : null;
        if (list is null)
            return Error(404, "There is no such endpoint.");
        Requests++;
        IsWaitedFor = false;
        Queries.Add(request.RequestUri.Query);
        Before(Requests);
        try
        {
            if (Fault(Requests) is { } fault)
            {
                Fail();
                return fault;
            }
        }
        catch (HttpRequestException)
        {
            Fail();
            throw;
        }
        if (Token is not null && request.Headers.Authorization?.Parameter != Token)
            return Error(401, "The token has expired.");
        return Page(list, HttpUtility.ParseQueryString(request.RequestUri.Query));
    }

    private void Fail()
    {
        IsWaitedFor = true;
        _failed.TrySetResult();
    }

    private static HttpResponseMessage Page(List<JsonObject> list, System.Collections.Specialized.NameValueCollection query)
    {
        var count = int.Parse(query["count"]!, CultureInfo.InvariantCulture);
        var answer = new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:ListResponse"), ["totalResults"] = list.Count };
        int start;
        if (query["cursor"] is { } cursor)
        {
            // The cursor is the id of the last one shown: what is deleted meanwhile hides nobody.
            start = cursor.Length == 0 ? 0 : list.FindIndex(resource => Order(resource) > Order(cursor));
            start = start < 0 ? list.Count : start;
            if (start + count < list.Count)
                answer["nextCursor"] = (string)list[start + count - 1]["id"]!;
        }
        else
        {
            start = int.Parse(query["startIndex"]!, CultureInfo.InvariantCulture) - 1;
            answer["startIndex"] = start + 1;
        }
        answer["Resources"] = new JsonArray([.. list.Skip(start).Take(count).Select(resource => resource.DeepClone())]);
        return Answer(200, answer.ToJsonString());
    }

    private static int Order(JsonObject resource) => Order((string)resource["id"]!);

    private static int Order(string id) => int.Parse(id[1..], CultureInfo.InvariantCulture);
}
