using Rollcall.Access.Lists;
using Rollcall.Access.Scim;
using Rollcall.Web;
using Rollcall.Web.Api;

namespace Rollcall.Access.Apply;

/// <summary>
/// Reads one document in the shape of Teleport's <c>access_list</c> and <c>access_list_member</c>. What Teleport works out
/// itself (<c>status</c>, revisions, eligibility, titles of people) is passed over; whatever else is not known is an error, so
/// that nothing is left out silently.
/// </summary>
internal sealed class DocumentReader(DocumentErrors errors)
{
    private const string Version = "v1";

    // Where the rules of definitions find a fault, and where that stands in a document.
    private static readonly Dictionary<string, string> SpecOf = new()
    {
        ["title"] = "title",
        ["owners"] = "owners",
        ["grants"] = "grants",
        ["ownerGrants"] = "owner_grants",
        ["membershipRequires"] = "membership_requires",
        ["ownershipRequires"] = "ownership_requires",
        ["audit"] = "audit",
    };

    /// <summary>The document as a <see cref="ListDocument"/> or <see cref="MemberDocument"/>; null where anything is wrong with it.</summary>
    public object? Read(DocumentNode node, DocumentPlace place)
    {
        var context = new DocumentContext(place, errors);
        var root = new FieldReader(node, context);
        if (context.HasFaults)
            return null;
        context.Kind = root.Text("kind");
        if (context.Kind is not (ListDocument.Kind or MemberDocument.Kind))
        {
            root.Fault("kind", context.Kind is null
                ? "The document has no kind. It is access_list or access_list_member."
                : $"The kind '{context.Kind.Truncate()}' is not known here. It is access_list or access_list_member.");
            return null;
        }
        if (root.Text("version") is { } version && version != Version)
            root.Fault("version", "The version is v1.");
        root.Ignore("sub_kind", "status");
        var metadata = root.Below("metadata");
        metadata.Ignore("id", "namespace", "revision");
        context.Name = metadata.Text("name");
        var spec = root.Below("spec");
        object read = context.Kind == ListDocument.Kind ? ReadList(context, metadata, spec) : ReadMember(context, metadata, spec);
        root.End();
        metadata.End();
        spec.End();
        return context.HasFaults ? null : read;
    }

    private static ListDocument ReadList(DocumentContext context, FieldReader metadata, FieldReader spec)
    {
        Check(metadata, "name", () => ListRules.Name(context.Name));
        if (metadata.Time("expires") is not null)
            metadata.Fault("expires", "Access lists don't expire here. Leave it out, and give each member the time in its spec.expires.");
        var labels = metadata.TextsByKey("labels");
        var note = metadata.Text("description");
        var type = TypeOf(spec);
        var definition = new ListDefinition
        {
            Title = spec.Text("title") ?? "",
            Description = (spec.Text("description") ?? note) is { Length: > 0 } description ? description : null,
            Owners = [.. spec.Items("owners").Select(Owner)],
            Audit = Audit(spec.Below("audit")),
            MembershipRequires = Rights(spec.Below("membership_requires"), isGrant: false),
            OwnershipRequires = Rights(spec.Below("ownership_requires"), isGrant: false),
            Grants = Rights(spec.Below("grants"), isGrant: true),
            OwnerGrants = Rights(spec.Below("owner_grants"), isGrant: true),
            Labels = labels.Where(label => !ListDocument.IsReserved(label.Key)).ToDictionary(StringComparer.Ordinal),
        };
        var integration = labels.GetValueOrDefault(ListDocument.IntegrationLabel);
        var madeBy = labels.GetValueOrDefault(ListDocument.MadeByLabel);
        if (madeBy is not (null or "scim"))
            metadata.Fault("labels", $"The label {ListDocument.MadeByLabel} has the value scim, or is left out.");
        if (type != ListTypes.Scim && (integration ?? madeBy) is not null)
            metadata.Fault("labels", $"The labels {ListDocument.IntegrationLabel} and {ListDocument.MadeByLabel} belong to lists of type scim only.");
        return new ListDocument(context.Place, context.Name ?? "", type, integration, madeBy is not null, Checked(metadata, spec, definition));
    }

    private static MemberDocument ReadMember(DocumentContext context, FieldReader metadata, FieldReader spec)
    {
        metadata.Ignore("labels", "description");
        spec.Ignore("title", "added_by", "ineligible_status");
        var name = spec.Text("name") ?? context.Name ?? "";
        context.Name = name;
        var list = spec.Text("access_list");
        if (string.IsNullOrEmpty(list))
            spec.Fault("access_list", "The name of the access list is missing.");
        var kind = KindOf(spec);
        Check(spec, "name", () => kind == MemberKind.Person ? ListRules.Person("name", name) : ListRules.Name(name));
        var expires = spec.Time("expires") ?? metadata.Time("expires");
        return new MemberDocument(
            context.Place, list ?? "", kind, name, Microseconds(spec.Time("joined")), Microseconds(expires), spec.Text("reason") is { Length: > 0 } reason ? reason : null);
    }

    private static string TypeOf(FieldReader spec)
    {
        var type = spec.Text("type");
        if (type == "dynamic") // Teleport 17.5.4 wrote this for the empty type.
            return ListTypes.Default;
        if (type is null or ListTypes.Default or ListTypes.Static or ListTypes.Scim)
            return type ?? ListTypes.Default;
        spec.Fault("type", $"unknown access list type \"{type.Truncate()}\": it is \"\" (managed here), static (managed by files) or scim (members managed by an integration).");
        return ListTypes.Default;
    }

    private static ListOwner Owner(FieldReader owner)
    {
        owner.Ignore("title", "ineligible_status");
        var name = owner.Text("name") ?? "";
        if (name.Length == 0)
            owner.Fault("name", "The owner's name is missing.");
        var read = new ListOwner(KindOf(owner), name, owner.Text("description") is { Length: > 0 } description ? description : null);
        owner.End();
        return read;
    }

    private static MemberKind KindOf(FieldReader fields)
    {
        switch (fields.Text("membership_kind"))
        {
            case null or "" or "0" or "1" or "MEMBERSHIP_KIND_UNSPECIFIED" or "MEMBERSHIP_KIND_USER":
                return MemberKind.Person;
            case "2" or "MEMBERSHIP_KIND_LIST":
                return MemberKind.List;
            default:
                fields.Fault("membership_kind", "The kind is MEMBERSHIP_KIND_USER (a person) or MEMBERSHIP_KIND_LIST (an access list).");
                return MemberKind.Person;
        }
    }

    private static RolesAndTraits Rights(FieldReader rights, bool isGrant)
    {
        if (isGrant && rights.Items("scoped_roles").Any())
            rights.Fault("scoped_roles", "Roles with a scope can't be granted here. Leave them out.");
        var read = new RolesAndTraits { Roles = rights.Texts("roles"), Traits = rights.ListsByKey("traits") };
        rights.End();
        return read;
    }

    /// <summary>When the list is reviewed. Teleport writes the block with empty values for lists that are not.</summary>
    private static ListAudit? Audit(FieldReader audit)
    {
        var recurrence = audit.Below("recurrence");
        var notifications = audit.Below("notifications");
        var (frequency, day, start) = (recurrence.Text("frequency"), recurrence.Text("day_of_month"), notifications.Text("start"));
        var read = new ListAudit { NextAuditDate = audit.Time("next_audit_date") };
        if (!AuditWords.IsUnset(frequency))
            read = read with { Frequency = AuditWords.Frequency(frequency!) ?? Wrong(recurrence, "frequency", "It is 1, 3, 6 or 12 months, such as 6 months or 1 year.") };
        if (!AuditWords.IsUnset(day))
            read = read with { DayOfMonth = AuditWords.DayOfMonth(day!) ?? Wrong(recurrence, "day_of_month", "It is 1, 15 or last.") };
        if (start is { Length: > 0 })
            read = read with { NotificationsStart = AuditWords.Duration(start) ?? TimeSpan.FromTicks(Wrong(notifications, "start", "It is a duration such as 336h.")) };
        audit.End();
        recurrence.End();
        notifications.End();
        var isSet = !AuditWords.IsUnset(frequency) || !AuditWords.IsUnset(day) || read.NextAuditDate is not null || (start is { Length: > 0 } && read.NotificationsStart != TimeSpan.Zero);
        return isSet ? read : null;

        static int Wrong(FieldReader fields, string key, string detail)
        {
            fields.Fault(key, $"This is not understood. {detail}");
            return 1;
        }
    }

    /// <summary>The definition with what the rules of all lists fill in, but for the date of the next review and the need of an owner, which depend on the list as it is.</summary>
    private static ListDefinition Checked(FieldReader metadata, FieldReader spec, ListDefinition definition)
    {
        try
        {
            return ListRules.Check(definition, mayLackOwner: true, DateTimeOffset.UnixEpoch) with { Audit = definition.Audit };
        }
        catch (ApiException fault)
        {
            var field = (string)fault.Fault.Extensions["field"];
            if (SpecOf.TryGetValue(field, out var key))
                spec.Fault(key, fault.Message);
            else
                metadata.Fault(field, fault.Message);
            return definition;
        }
    }

    private static void Check(FieldReader fields, string key, Func<string> check)
    {
        try
        {
            check();
        }
        catch (ApiException fault)
        {
            fields.Fault(key, fault.Message);
        }
    }

    private static long? Microseconds(DateTimeOffset? time) => time is { } given ? ScimTime.Of(given) : null;
}
