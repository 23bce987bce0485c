using System.Text.Json;
using Rollcall.Governance.Aggregation;
using Rollcall.Scim;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Accounts;

/// <summary>What is kept of a SCIM User.</summary>
internal sealed class AccountResource(ScimResource resource)
{
    /// <summary>The attribute that tells memberships; it is kept apart (RFC 7643 §4.1.2).</summary>
    public const string GroupsAttribute = "groups";

    /// <summary>The resource.</summary>
    public ScimResource Resource => resource;

    /// <summary><c>userName</c>; the id where a server that is not quite SCIM gives none.</summary>
    public string UserName { get; } = resource.Text("userName") ?? resource.Id;

    /// <summary><c>externalId</c>, or null.</summary>
    public string? ExternalId => resource.Text("externalId");

    /// <summary>The name for people, or null.</summary>
    public string? DisplayName => resource.Text("displayName") ?? resource.Text("name.formatted");

    /// <summary>Whether it is in service: unless it says otherwise. Some servers say it as a text.</summary>
    public bool IsActive => resource.Find("active") switch
    {
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.String } text => !bool.TryParse(text.GetString(), out var active) || active,
        _ => true,
    };

    /// <summary>Whether it tells its groups at all.</summary>
    public bool HasGroups => resource.Find(GroupsAttribute) is not null;

    /// <summary>The ids of the groups that it is in directly. A membership by way of another group is that group's.</summary>
    public IEnumerable<string> GroupIds()
    {
        if (resource.Find(GroupsAttribute) is not { ValueKind: JsonValueKind.Array } groups)
            yield break;
        foreach (var group in groups.EnumerateArray())
        {
            if (group.ValueKind == JsonValueKind.Object && Text(group, "value") is { Length: > 0 } id && !"indirect".Equals(Text(group, "type"), StringComparison.OrdinalIgnoreCase))
                yield return id;
        }
    }

    /// <summary>Writes the columns of the table as members.</summary>
    public void Write(Utf8JsonWriter writer, long? identityId)
    {
        writer.WriteString("scimId", resource.Id);
        writer.WriteString("userName", UserName);
        writer.WriteString("userNameKey", ScimText.Fold(UserName));
        writer.WriteString("externalId", ExternalId);
        writer.WriteString("displayName", DisplayName);
        writer.WriteBoolean("active", IsActive);
        ResourceJson.WriteVersion(writer, resource);
        if (identityId is { } id)
        {
            writer.WriteNumber("identityId", id);
            writer.WriteString("correlation", Correlations.Rule);
        }
    }

    private static string? Text(JsonElement element, string name)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && property.Value.ValueKind == JsonValueKind.String)
                return property.Value.GetString();
        }
        return null;
    }
}
