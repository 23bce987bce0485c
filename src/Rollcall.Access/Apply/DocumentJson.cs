using System.Globalization;
using System.Text.Json.Nodes;
using Rollcall.Access.Lists;
using Rollcall.Access.Scim;

namespace Rollcall.Access.Apply;

/// <summary>
/// Lists and members as documents: what an export writes, and what two definitions are compared by. What is empty is left out.
/// </summary>
internal static class DocumentJson
{
    /// <summary>The document of a list.</summary>
    /// <param name="list">The list.</param>
    /// <param name="integration">Its integration's name; null for a list that belongs to none.</param>
    public static JsonObject Of(AccessList list, string? integration)
    {
        var (metadata, spec) = Parts(list.Definition);
        metadata.Insert(0, "name", list.Name);
        if (integration is not null)
            Label(metadata, ListDocument.IntegrationLabel, integration);
        if (list is { Type: ListTypes.Scim, MadeByScim: true })
            Label(metadata, ListDocument.MadeByLabel, "scim");
        if (list.Type.Length > 0)
            spec.Insert(0, "type", list.Type);
        return Document(ListDocument.Kind, metadata, spec);
    }

    /// <summary>The document of a member.</summary>
    /// <param name="list">The list's name.</param>
    /// <param name="member">The member.</param>
    public static JsonObject Of(string list, ListMember member)
    {
        var spec = new JsonObject
        {
            ["access_list"] = list,
            ["name"] = member.Name,
            ["membership_kind"] = KindOf(member.Kind),
            ["joined"] = Time(ScimTime.ToTime(member.Joined)),
        };
        if (member.Expires is { } expires)
            spec["expires"] = Time(ScimTime.ToTime(expires));
        AddText(spec, "reason", member.Reason);
        spec["added_by"] = member.AddedBy;
        return Document(MemberDocument.Kind, new JsonObject { ["name"] = member.Name }, spec);
    }

    /// <summary>What <see cref="ListDefinition"/> says, as the members <c>metadata</c> and <c>spec</c> of a document, without name and type.</summary>
    public static JsonObject Of(ListDefinition definition)
    {
        var (metadata, spec) = Parts(definition);
        return new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
    }

    /// <summary>A time as documents write it (RFC 3339, UTC).</summary>
    public static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Document(string kind, JsonObject metadata, JsonObject spec) =>
        new() { ["kind"] = kind, ["version"] = "v1", ["metadata"] = metadata, ["spec"] = spec };

    private static (JsonObject Metadata, JsonObject Spec) Parts(ListDefinition definition)
    {
        var metadata = new JsonObject();
        foreach (var (label, value) in definition.Labels.Where(label => !ListDocument.IsReserved(label.Key)))
            Label(metadata, label, value);
        var spec = new JsonObject { ["title"] = definition.Title };
        AddText(spec, "description", definition.Description);
        spec["owners"] = new JsonArray([.. definition.Owners.Select(Owner)]);
        if (definition.Audit is { } audit)
            spec["audit"] = Audit(audit);
        Add(spec, "membership_requires", definition.MembershipRequires);
        Add(spec, "ownership_requires", definition.OwnershipRequires);
        Add(spec, "grants", definition.Grants);
        Add(spec, "owner_grants", definition.OwnerGrants);
        return (metadata, spec);
    }

    private static JsonObject Owner(ListOwner owner)
    {
        var json = new JsonObject { ["name"] = owner.Name };
        AddText(json, "description", owner.Description);
        if (owner.Kind == MemberKind.List)
            json["membership_kind"] = KindOf(owner.Kind);
        return json;
    }

    private static JsonObject Audit(ListAudit audit)
    {
        var json = new JsonObject
        {
            ["recurrence"] = new JsonObject { ["frequency"] = AuditWords.Frequency(audit.Frequency), ["day_of_month"] = AuditWords.DayOfMonth(audit.DayOfMonth) },
            ["notifications"] = new JsonObject { ["start"] = AuditWords.Duration(audit.NotificationsStart) },
        };
        if (audit.NextAuditDate is { } next)
            json["next_audit_date"] = Time(next);
        return json;
    }

    private static void Add(JsonObject spec, string name, RolesAndTraits value)
    {
        if (value.IsEmpty)
            return;
        var json = new JsonObject();
        if (value.Roles.Count > 0)
            json["roles"] = Texts(value.Roles);
        if (value.Traits.Count > 0)
            json["traits"] = new JsonObject(value.Traits.Select(trait => KeyValuePair.Create(trait.Key, (JsonNode?)Texts(trait.Value))));
        spec[name] = json;
    }

    private static void AddText(JsonObject json, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            json[name] = text;
    }

    private static void Label(JsonObject metadata, string label, string value)
    {
        if (metadata["labels"] is not JsonObject labels)
            metadata["labels"] = labels = [];
        labels[label] = value;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    private static string KindOf(MemberKind kind) => kind == MemberKind.List ? "MEMBERSHIP_KIND_LIST" : "MEMBERSHIP_KIND_USER";
}
