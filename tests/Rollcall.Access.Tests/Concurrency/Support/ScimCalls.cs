using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Rollcall.Access.Tests.Concurrency.Support;

/// <summary>A SCIM request in a line, and its answer.</summary>
internal static class ScimCalls
{
    private const string Patch = """{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[""";

    /// <summary>What came back.</summary>
    /// <param name="Status">The status.</param>
    /// <param name="Revision">The revision in <c>ETag</c>, or 0.</param>
    /// <param name="Body">The body; undefined where there is none.</param>
    internal sealed record Answer(HttpStatusCode Status, long Revision, JsonElement Body)
    {
        public int Code => (int)Status;

        public string Id => Body.GetProperty("id").GetString()!;

        public IReadOnlyList<string> Members => Body.TryGetProperty("members", out var members) ? [.. members.EnumerateArray().Select(member => member.GetProperty("value").GetString()!)] : [];
    }

    public static async Task<Answer> CallAsync(this HttpClient client, HttpMethod method, string path, string? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (ifMatch is not null)
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(ifMatch));
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/scim+json");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(
            response.StatusCode, response.Headers.ETag is { } tag ? long.Parse(tag.Tag.Trim('"')) : 0, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    public static Task<Answer> GetGroupAsync(this HttpClient client, string id) => client.CallAsync(HttpMethod.Get, $"Groups/{id}");

    public static Task<Answer> CreateUserAsync(this HttpClient client, string userName) =>
        client.CallAsync(HttpMethod.Post, "Users", $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{{userName}}"}""");

    public static Task<Answer> CreateGroupAsync(this HttpClient client, string displayName, params IEnumerable<string> members) =>
        client.CallAsync(HttpMethod.Post, "Groups", Group(displayName, members));

    public static Task<Answer> PutGroupAsync(this HttpClient client, string id, string displayName, IEnumerable<string> members, string? ifMatch = null) =>
        client.CallAsync(HttpMethod.Put, $"Groups/{id}", Group(displayName, members), ifMatch);

    public static Task<Answer> PatchGroupAsync(this HttpClient client, string id, params IEnumerable<string> operations) =>
        client.CallAsync(HttpMethod.Patch, $"Groups/{id}", $"{Patch}{string.Join(',', operations)}]}}");

    public static string Add(string member) => $$"""{"op":"add","path":"members","value":[{"value":"{{member}}"}]}""";

    public static string Remove(string member) => $$"""{"op":"remove","path":"members[value eq \"{{member}}\"]"}""";

    private static string Group(string displayName, IEnumerable<string> members) =>
        $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"{{displayName}}","members":[{{string.Join(',', members.Select(member => $$"""{"value":"{{member}}"}"""))}}]}""";
}
