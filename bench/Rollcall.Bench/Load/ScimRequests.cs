using System.Text;

namespace Rollcall.Bench.Load;

/// <summary>Makes the bytes of requests as a platform sends them.</summary>
/// <param name="server">Where the server listens.</param>
/// <param name="token">The access token.</param>
internal sealed class ScimRequests(Uri server, string token)
{
    private const string Patch = """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{""";

    /// <summary>GET of a path below the SCIM base URL.</summary>
    public ReadOnlyMemory<byte> Get(string path) => Make("GET", path, "", null);

    /// <summary>A PATCH that adds members.</summary>
    public ReadOnlyMemory<byte> Add(string groupId, params IEnumerable<string> userIds) => Make("PATCH", $"/Groups/{groupId}", "",
        $$"""{{Patch}}"op":"add","path":"members","value":[{{Values(userIds)}}]}]}""");

    /// <summary>A PATCH that removes one member.</summary>
    public ReadOnlyMemory<byte> Remove(string groupId, string userId) => Make("PATCH", $"/Groups/{groupId}", "",
        $$"""{{Patch}}"op":"remove","path":"members[value eq \"{{userId}}\"]"}]}""");

    /// <summary>A PATCH that removes all members.</summary>
    public ReadOnlyMemory<byte> RemoveAll(string groupId) => Make("PATCH", $"/Groups/{groupId}", "", $$"""{{Patch}}"op":"remove","path":"members"}]}""");

    /// <summary>A PUT of a Group made for a version.</summary>
    public ReadOnlyMemory<byte> Put(string groupId, string displayName, string version, params IEnumerable<string> userIds) =>
        Make("PUT", $"/Groups/{groupId}", $"If-Match: {version}\r\n",
            $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"{{displayName}}","members":[{{Values(userIds)}}]}""");

    /// <summary>A POST.</summary>
    public ReadOnlyMemory<byte> Post(string path, string body) => Make("POST", path, "", body);

    /// <summary>A DELETE.</summary>
    public ReadOnlyMemory<byte> Delete(string path) => Make("DELETE", path, "", null);

    private static string Values(IEnumerable<string> userIds) => string.Join(',', userIds.Select(id => $$"""{"value":"{{id}}"}"""));

    private ReadOnlyMemory<byte> Make(string method, string path, string headers, string? body)
    {
        var content = body is null ? "" : $"Content-Type: application/scim+json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        return Encoding.UTF8.GetBytes(
            $"{method} /scim/{Dataset.Integration}/v2{path} HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {token}\r\nAccept: application/scim+json\r\n{headers}{content}\r\n{body}");
    }
}
