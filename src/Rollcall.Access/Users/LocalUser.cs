using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Access.Lists;
using Rollcall.Scim.Schemas;
using Rollcall.Web.Api;

namespace Rollcall.Access.Users;

/// <summary>
/// Users that an administrator makes here. What such a User has is the person's own: its roles stand in SCIM's
/// <c>roles</c>, its traits in an extension of ours. Lists require them, and never give them.
/// </summary>
internal static class LocalUser
{
    /// <summary>Where traits stand in the document.</summary>
    public const string TraitsUrn = "urn:rollcall:params:scim:schemas:extension:1.0:Traits";

    /// <summary>The resource of a new User that has nothing but its name.</summary>
    public static JsonObject New(string userName) => new() { ["schemas"] = new JsonArray(SchemaUris.User), ["userName"] = userName };

    /// <summary>Writes what an administrator may set of a local User; what is null stays as it is.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="displayName">What people see; empty for nothing.</param>
    /// <param name="active">Whether it is in service.</param>
    /// <param name="roles">Roles of the person's own.</param>
    /// <param name="traits">Traits of the person's own.</param>
    public static void Set(
        JsonObject resource, string? displayName, bool? active, IReadOnlyList<string>? roles, IReadOnlyDictionary<string, IReadOnlyList<string>>? traits)
    {
        if (displayName is not null)
            Set(resource, "displayName", displayName.Length == 0 ? null : displayName);
        if (active is not null)
            resource["active"] = active;
        if (roles is not null)
            Set(resource, "roles", roles.Count == 0 ? null : new JsonArray([.. roles.Select(role => new JsonObject { ["value"] = role })]));
        if (traits is not null)
            Set(resource, TraitsUrn, traits.Count == 0 ? null : JsonSerializer.SerializeToNode(traits, ApiJson.Options));
    }

    /// <summary>Roles and traits in a stored document.</summary>
    public static RolesAndTraits Own(ReadOnlyMemory<byte> document)
    {
        using var json = JsonDocument.Parse(document);
        var own = RolesAndTraits.None;
        if (json.RootElement.TryGetProperty("roles", out var roles))
            own = own with { Roles = [.. roles.EnumerateArray().Select(role => role.GetProperty("value").GetString()!)] };
        if (json.RootElement.TryGetProperty(TraitsUrn, out var traits))
            own = own with { Traits = traits.Deserialize<Dictionary<string, IReadOnlyList<string>>>(ApiJson.Options)! };
        return own;
    }

    private static void Set(JsonObject resource, string name, JsonNode? value)
    {
        resource.Remove(name);
        if (value is not null)
            resource[name] = value;
    }
}
