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

    /// <summary>The resource of a new User.</summary>
    /// <param name="userName">A checked name.</param>
    /// <param name="displayName">What people see, or null.</param>
    /// <param name="own">Roles and traits of the person's own.</param>
    public static JsonObject Resource(string userName, string? displayName, RolesAndTraits own)
    {
        var resource = new JsonObject { ["schemas"] = new JsonArray(SchemaUris.User), ["userName"] = userName };
        if (displayName is not null)
            resource["displayName"] = displayName;
        if (own.Roles.Count > 0)
            resource["roles"] = new JsonArray([.. own.Roles.Select(role => new JsonObject { ["value"] = role })]);
        if (own.Traits.Count > 0)
            resource[TraitsUrn] = JsonSerializer.SerializeToNode(own.Traits, ApiJson.Options);
        return resource;
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
}
