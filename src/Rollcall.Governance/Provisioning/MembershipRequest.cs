using System.Text.Json.Nodes;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Provisioning;

/// <summary>Works out the request that makes accounts members of a group, or ends their membership; pure.</summary>
internal static class MembershipRequest
{
    /// <summary>The operations of a PATCH: one that adds, and one for each that is removed, in the form that every server knows (RFC 7644 §3.5.2.2).</summary>
    /// <param name="added">Ids of Users to add.</param>
    /// <param name="removed">Ids of Users to remove.</param>
    public static JsonArray Operations(IEnumerable<string> added, IEnumerable<string> removed)
    {
        var operations = new JsonArray();
        var values = new JsonArray([.. added.Select(id => (JsonNode)new JsonObject { ["value"] = id })]);
        if (values.Count > 0)
            operations.Add(new JsonObject { ["op"] = "add", ["path"] = "members", ["value"] = values });
        foreach (var id in removed)
            operations.Add(new JsonObject { ["op"] = "remove", ["path"] = $"members[value eq {Quote(id)}]" });
        return operations;
    }

    /// <summary>The body of a PUT: the group as it was read, with its members and version, and the changes in it.</summary>
    public static JsonObject Replacement(ScimResource group, IReadOnlyCollection<string> added, IReadOnlyCollection<string> removed)
    {
        var body = group.ToBody();
        var gone = removed.ToHashSet(StringComparer.Ordinal);
        var members = new JsonArray([.. Members(body).Where(member => !gone.Contains(ValueOf(member) ?? "")).Select(member => member!.DeepClone())]);
        var present = members.Select(ValueOf).ToHashSet(StringComparer.Ordinal);
        foreach (var id in added.Where(id => !present.Contains(id)))
            members.Add(new JsonObject { ["value"] = id });
        body["members"] = members;
        return body;
    }

    /// <summary>The ids of the members that a group was sent with; null where it was sent without any mention of them.</summary>
    public static IReadOnlySet<string>? MembersOf(ScimResource? group) => group?.Find("members") is { ValueKind: System.Text.Json.JsonValueKind.Array } members
        ? members.EnumerateArray().Select(member => member.TryGetProperty("value", out var value) ? value.GetString() : null).OfType<string>().ToHashSet(StringComparer.Ordinal)
        : null;

    /// <summary>A text as a filter writes it (RFC 7644 §3.4.2.2: as in JSON).</summary>
    public static string Quote(string text) => JsonValue.Create(text).ToJsonString(Readable);

    private static readonly System.Text.Json.JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static IEnumerable<JsonNode?> Members(JsonObject body) => body["members"] as JsonArray ?? [];

    private static string? ValueOf(JsonNode? member) => (string?)member?["value"];
}
