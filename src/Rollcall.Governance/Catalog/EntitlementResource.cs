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

    /// <summary>What Rollcall's Access side tells of a list besides its title; nothing of other servers' groups.</summary>
    public static AccessListFacts Told(JsonElement resource)
    {
        if (!resource.TryGetProperty(AccessList, out var extension) || extension.ValueKind != JsonValueKind.Object)
            return new AccessListFacts(null, [], [], null);
        return new AccessListFacts(
            extension.TryGetProperty("description", out var description) && description.ValueKind == JsonValueKind.String ? description.GetString() : null,
            Texts(extension, "roles"), Texts(extension, "traits"),
            extension.TryGetProperty("memberCount", out var count) && count.ValueKind == JsonValueKind.Number && count.TryGetInt64(out var number) ? number : null);
    }

    /// <summary>Writes the columns of the table as members.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("scimId", resource.Id);
        writer.WriteString("title", Title);
        writer.WriteString("titleKey", ScimText.Fold(Title));
        ResourceJson.WriteVersion(writer, resource);
        var told = Told(resource.Json);
        writer.WriteString("searchKey", ScimText.Fold(string.Join('\n', [Title, told.Description, .. told.Roles, .. told.Traits])));
        if (told.MemberCount is { } count)
            writer.WriteNumber("memberCount", count);
    }

    private static List<string> Texts(JsonElement extension, string name) =>
        extension.TryGetProperty(name, out var texts) && texts.ValueKind == JsonValueKind.Array
            ? [.. texts.EnumerateArray().Where(text => text.ValueKind == JsonValueKind.String).Select(text => text.GetString()!)]
            : [];
}

/// <summary>What Rollcall's Access side tells of a list in its extension of Group.</summary>
/// <param name="Description">What it is, or null.</param>
/// <param name="Roles">The roles that it gives.</param>
/// <param name="Traits">The traits that it gives, as <c>key=value</c>.</param>
/// <param name="MemberCount">How many members it has, or null.</param>
internal sealed record AccessListFacts(string? Description, IReadOnlyList<string> Roles, IReadOnlyList<string> Traits, long? MemberCount);
