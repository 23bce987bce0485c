using static Rollcall.Scim.Schemas.AttributeBuilder;

namespace Rollcall.Scim.Schemas;

/// <summary>
/// The schemas of RFC 7643 §4 with the errata that <c>docs/decisions.md</c> names, and Rollcall's extension of Group.
/// To add an attribute, add it here: validation, filters, PATCH, projection and the served schema follow.
/// </summary>
public static class StandardSchemas
{
    /// <summary>User (RFC 7643 §4.1). <c>password</c> is not offered: it is dropped unseen where a client sends one.</summary>
    public static ScimSchema User { get; } = new()
    {
        Id = SchemaUris.User,
        Name = "User",
        Description = "User Account",
        Attributes =
        [
            CommonAttributes.Id,
            CommonAttributes.ExternalId,
            Text("userName", "The name by which the user is known, unique within the integration regardless of case.").Required() with { Uniqueness = Uniqueness.Server },
            Complex("name", "The parts of the user's name.",
                Text("formatted", "The full name, ready for display."),
                Text("familyName", "The family name, or last name."),
                Text("givenName", "The given name, or first name."),
                Text("middleName", "The middle names."),
                Text("honorificPrefix", "Titles that stand before the name."),
                Text("honorificSuffix", "What stands after the name, such as III.")),
            Text("displayName", "The name to show to people."),
            Text("nickName", "The casual name."),
            Reference("profileUrl", "The address of a page about the user.", "external"),
            Text("title", "The title, such as Vice President."),
            Text("userType", "How the organisation classes the user, such as Contractor."),
            Text("preferredLanguage", "Preferred languages, in the syntax of Accept-Language."),
            Text("locale", "The default location, as a language tag such as en-US."),
            Text("timezone", "The time zone by its IANA name, such as Europe/Berlin."),
            Flag("active", "Whether the user is in service. While false, none of the user's memberships has effect."),
            Plural("emails", "E-mail addresses.", Text("value", "The address."), "work", "home", "other"),
            Plural("phoneNumbers", "Telephone numbers.", Text("value", "The number."), "work", "home", "mobile", "fax", "pager", "other"),
            Plural("ims", "Addresses for instant messages.", Text("value", "The address."), "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
            Plural("photos", "Addresses of pictures of the user.", Reference("value", "The address of the picture.", "external"), "photo", "thumbnail"),
            Complex("addresses", "Postal addresses.",
                Text("formatted", "The whole address, ready for display; may hold line breaks."),
                Text("streetAddress", "Street, house number, box; may hold line breaks."),
                Text("locality", "The city."),
                Text("region", "The state or region."),
                Text("postalCode", "The postal code."),
                Text("country", "The country by its ISO 3166-1 alpha-2 code."),
                Text("type", "A label for the value's function.") with { CanonicalValues = ["work", "home", "other"] },
                Flag("primary", "Whether this is the preferred value; at most one is.")).MultiValued(),
            Complex("groups", "The groups that the user is a direct member of.",
                Text("value", "The group's id.").CaseExact(),
                Reference("$ref", "The group's URI.", "Group"),
                Text("display", "The group's name."),
                Text("type", "How the user comes to be a member.") with { CanonicalValues = ["direct", "indirect"] })
                .MultiValued().ReadOnly(),
            Plural("entitlements", "Entitlements of the user.", Text("value", "The entitlement.")),
            Plural("roles", "Roles of the user.", Text("value", "The role.")),
            Plural("x509Certificates", "Certificates of the user.", Text("value", "One certificate, DER in base64.") with { Type = AttributeType.Binary, CaseExact = true }),
            CommonAttributes.Meta,
        ],
    };

    /// <summary>The enterprise extension of User (RFC 7643 §4.3).</summary>
    public static ScimSchema EnterpriseUser { get; } = new()
    {
        Id = SchemaUris.EnterpriseUser,
        Name = "EnterpriseUser",
        Description = "Enterprise User",
        Attributes =
        [
            Text("employeeNumber", "The number by which the organisation knows the person."),
            Text("costCenter", "The cost center."),
            Text("organization", "The organisation."),
            Text("division", "The division."),
            Text("department", "The department."),
            Complex("manager", "The user's manager.",
                Text("value", "The id of the manager's User.").CaseExact(),
                Reference("$ref", "The URI of the manager's User.", "User"),
                Text("displayName", "The manager's name.").ReadOnly()),
        ],
    };

    /// <summary>
    /// Group (RFC 7643 §4.2; <c>displayName</c> is required by erratum 5368, <c>members.display</c> listed by erratum
    /// 6011). A Group is an access list seen through its integration.
    /// </summary>
    public static ScimSchema Group { get; } = GroupWith(Mutability.ReadWrite);

    /// <summary>
    /// Group where the integration refuses renaming: <c>displayName</c> is <c>immutable</c>, so that clients that read
    /// the schema don't try.
    /// </summary>
    public static ScimSchema GroupWithFixedName { get; } = GroupWith(Mutability.Immutable);

    /// <summary>Rollcall's extension of Group, read-only: the access list behind the Group and what it gives.</summary>
    public static ScimSchema AccessList { get; } = new()
    {
        Id = SchemaUris.AccessList,
        Name = "AccessList",
        Description = "The access list behind a Group. Governance platforms read it; it is changed by administrators.",
        Attributes =
        [
            Text("name", "The access list's unique, stable name.").CaseExact().ReadOnly(),
            Text("description", "What the access list is for.").ReadOnly(),
            Text("roles", "The roles that members are given.").CaseExact().MultiValued().ReadOnly(),
            Text("traits", "The traits that members are given, each as key=value.").CaseExact().MultiValued().ReadOnly(),
            Text("owners", "The owners: names of people, or of access lists whose members are owners.").MultiValued().ReadOnly(),
            Number("memberCount", "How many direct members the list has.").ReadOnly(),
        ],
    };

    private static ScimSchema GroupWith(Mutability nameMutability) => new()
    {
        Id = SchemaUris.Group,
        Name = "Group",
        Description = "Group",
        Attributes =
        [
            CommonAttributes.Id,
            CommonAttributes.ExternalId,
            Text("displayName", "The name of the group, equal to the title of its access list.").Required() with { Mutability = nameMutability, Uniqueness = Uniqueness.Server },
            Complex("members", "The members. Values are added and removed, never edited.",
                Text("value", "The id of the member.").CaseExact().Immutable(),
                Reference("$ref", "The URI of the member.", "User", "Group").Immutable(),
                Text("type", "What the member is.").Immutable() with { CanonicalValues = ["User", "Group"] },
                Text("display", "The member's name, derived from the member.").Immutable().Returned(Returned.Request)).MultiValued(),
            CommonAttributes.Meta,
        ],
    };
}
