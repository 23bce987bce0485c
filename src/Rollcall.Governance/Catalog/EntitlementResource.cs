using System.Text.Json;
using Rollcall.Governance.Aggregation;
using Rollcall.Scim;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Catalog;

/// <summary>What is kept of a SCIM Group.</summary>
internal sealed class EntitlementResource(ScimResource resource)
{
    /// <summary>The attribute that is never read: memberships are told by Users.</summary>
    public const string MembersAttribute = "members";

    /// <summary>The extension by which Rollcall's Access side describes its lists.</summary>
    public const string AccessList = "urn:rollcall:params:scim:schemas:extension:1.0:AccessList";

    /// <summary><c>displayName</c>; the id where a server that is not quite SCIM gives none.</summary>
    public string Title { get; } = resource.Text("displayName") ?? resource.Id;

    /// <summary>How many members it has, where the server tells without listing them.</summary>
    public long? MemberCount => resource.Json.TryGetProperty(AccessList, out var extension) && extension.ValueKind == JsonValueKind.Object
        && extension.TryGetProperty("memberCount", out var count) && count.ValueKind == JsonValueKind.Number && count.TryGetInt64(out var number) ? number : null;

    /// <summary>Writes it as an object with the columns of the table as members.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("scimId", resource.Id);
        writer.WriteString("title", Title);
        writer.WriteString("titleKey", ScimText.Fold(Title));
        writer.WriteString("version", resource.Version);
        if (MemberCount is { } count)
            writer.WriteNumber("memberCount", count);
        writer.WritePropertyName("attributes");
        ResourceJson.Write(writer, resource.Json, MembersAttribute);
        writer.WriteEndObject();
    }
}
