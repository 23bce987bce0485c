using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rollcall.Testing.Histories;

/// <summary>A SCIM client that records what it asks and what it is answered. For one caller at a time.</summary>
/// <param name="http">Sends the requests, with credentials. Its base address is the SCIM base URL with a slash at the end.</param>
/// <param name="history">Where to record.</param>
/// <param name="client">The number of this client.</param>
public sealed partial class RecordingClient(HttpClient http, History history, int client)
{
    private const string PatchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    private const string GroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";
    private const string UserSchema = "urn:ietf:params:scim:schemas:core:2.0:User";

    /// <summary>GET of a Group, with its members.</summary>
    public Task<Operation> ReadListAsync(string id, long? ifNoneMatch = null) => SendAsync(
        HttpMethod.Get, $"Groups/{id}", null,
        new Operation { Client = client, Kind = OperationKind.ReadList, Target = id, IfNoneMatch = ifNoneMatch, Start = 0 });

    /// <summary>GET of a User, with its Groups.</summary>
    public Task<Operation> ReadUserAsync(string id, long? ifNoneMatch = null) => SendAsync(
        HttpMethod.Get, $"Users/{id}", null,
        new Operation { Client = client, Kind = OperationKind.ReadUser, Target = id, IfNoneMatch = ifNoneMatch, Start = 0 });

    /// <summary>PATCH of a Group that adds and removes members in one request.</summary>
    public Task<Operation> PatchMembersAsync(string id, IReadOnlyList<string> add, IReadOnlyList<string> remove, long? ifMatch = null)
    {
        var operations = new JsonArray();
        if (add.Count > 0)
            operations.Add(new JsonObject { ["op"] = "add", ["path"] = "members", ["value"] = Members(add) });
        foreach (var member in remove)
            operations.Add(new JsonObject { ["op"] = "remove", ["path"] = $"members[value eq \"{member}\"]" });
        return SendAsync(
            HttpMethod.Patch, $"Groups/{id}", new JsonObject { ["schemas"] = new JsonArray(PatchSchema), ["Operations"] = operations },
            new Operation { Client = client, Kind = OperationKind.ChangeList, Target = id, Edit = MemberEdit.Patch(add, remove), IfMatch = ifMatch, Start = 0 });
    }

    /// <summary>PUT of a Group: these are its members from now on.</summary>
    public Task<Operation> ReplaceMembersAsync(string id, string displayName, IReadOnlyList<string> members, long? ifMatch = null) => SendAsync(
        HttpMethod.Put, $"Groups/{id}", new JsonObject { ["schemas"] = new JsonArray(GroupSchema), ["displayName"] = displayName, ["members"] = Members(members) },
        new Operation { Client = client, Kind = OperationKind.ChangeList, Target = id, Edit = MemberEdit.Replace(members), IfMatch = ifMatch, Start = 0 });

    /// <summary>POST of a User; its id is the operation's target.</summary>
    public Task<Operation> CreateUserAsync(string userName) => SendAsync(
        HttpMethod.Post, "Users", new JsonObject { ["schemas"] = new JsonArray(UserSchema), ["userName"] = userName },
        new Operation { Client = client, Kind = OperationKind.CreateUser, Target = "", Start = 0 });

    /// <summary>DELETE of a User.</summary>
    public Task<Operation> DeleteUserAsync(string id) => SendAsync(
        HttpMethod.Delete, $"Users/{id}", null, new Operation { Client = client, Kind = OperationKind.DeleteUser, Target = id, Start = 0 });

    private async Task<Operation> SendAsync(HttpMethod method, string path, JsonObject? body, Operation asked)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (asked.IfMatch is { } ifMatch)
            request.Headers.IfMatch.Add(Tag(ifMatch));
        if (asked.IfNoneMatch is { } ifNoneMatch)
            request.Headers.IfNoneMatch.Add(Tag(ifNoneMatch));
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/scim+json");
        var operation = asked with { Start = Stopwatch.GetTimestamp() };
        try
        {
            using var response = await http.SendAsync(request).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
            operation = Answered(operation with { End = Stopwatch.GetTimestamp(), Status = (int)response.StatusCode }, response.Headers, text);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            // Nobody knows what became of it, not even where nobody listened: the handler repeats by itself what got no answer.
        }
        history.Add(operation);
        return operation;
    }

    private static Operation Answered(Operation operation, HttpResponseHeaders headers, string text)
    {
        operation = operation with
        {
            RequestId = headers.TryGetValues("X-Request-Id", out var id) ? id.Single() : null,
            Changed = headers.TryGetValues("X-Rollcall-Changed", out var changed) ? changed.Single() == "true" : null,
            Revision = headers.ETag is { } tag ? long.Parse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture) : null,
        };
        // The detail of a 412 names the current version, then the one that the request was made for.
        if (operation is { Status: 412, IfMatch: null } && Versions().Matches(JsonElement.Parse(text).GetProperty("detail").GetString()!) is [_, var given, ..])
            return operation with { RefusedFor = long.Parse(given.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) };
        if (!operation.IsAcknowledged || text.Length == 0)
            return operation;
        var resource = JsonElement.Parse(text);
        return operation.Kind == OperationKind.CreateUser
            ? operation with { Target = resource.GetProperty("id").GetString()! }
            : operation with { Seen = Values(resource, operation.Kind == OperationKind.ReadUser ? "groups" : "members") };
    }

    private static IReadOnlyList<string> Values(JsonElement resource, string attribute) =>
        resource.TryGetProperty(attribute, out var values) ? [.. values.EnumerateArray().Select(value => value.GetProperty("value").GetString()!)] : [];

    private static JsonArray Members(IEnumerable<string> ids) => new([.. ids.Select(id => new JsonObject { ["value"] = id })]);

    private static EntityTagHeaderValue Tag(long revision) => new(string.Create(CultureInfo.InvariantCulture, $"\"{revision}\""), isWeak: true);

    [GeneratedRegex("W/\"(\\d+)\"")]
    private static partial Regex Versions();
}
