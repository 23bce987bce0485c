using Rollcall.Scim;
using Rollcall.Web.Api;

namespace Rollcall.Access.Lists;

/// <summary>What a definition of an access list must be like. Each fault names the field and says what to do.</summary>
public static class ListRules
{
    /// <summary>The longest name or title, in characters.</summary>
    public const int MaxNameLength = 255;

    /// <summary>Checks the name of a new list: 1 to 255 characters without <c>/</c>, blanks at the ends and control characters.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static string Name(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxNameLength || name.Contains('/', StringComparison.Ordinal) || name.Trim() != name || name.Any(char.IsControl))
            throw ApiException.Invalid("name", "The name of an access list has 1 to 255 characters, no '/', no control characters and no blanks at its ends.");
        return name;
    }

    /// <summary>Checks the name of a person, who need not exist: 1 to 255 characters, not blank, without control characters.</summary>
    /// <param name="field">Where the name stands, for the fault.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="ApiException">400.</exception>
    public static string Person(string field, string name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > MaxNameLength || name.Any(char.IsControl))
            throw ApiException.Invalid(field, "The name of a person has 1 to 255 characters, not only blanks and no control characters.");
        return name;
    }

    /// <summary>Checks the type of a new list.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static string Type(string? type) => type switch
    {
        null or ListTypes.Default => ListTypes.Default,
        ListTypes.Static or ListTypes.Scim => type,
        _ => throw ApiException.Invalid("type", "The type of an access list is \"\" (managed here), \"static\" (managed by files) or \"scim\" (members managed by an integration)."),
    };

    /// <summary>
    /// Checks a definition and fills in what follows from it: owners named twice are kept once, an audit without a next
    /// date gets one.
    /// </summary>
    /// <param name="definition">What was asked for.</param>
    /// <param name="mayLackOwner">Whether the list was made by SCIM and has not been given an owner yet.</param>
    /// <param name="now">The time from which the next review is counted.</param>
    /// <exception cref="ApiException">400.</exception>
    public static ListDefinition Check(ListDefinition definition, bool mayLackOwner, DateTimeOffset now)
    {
        CheckTitle(definition.Title);
        foreach (var owner in definition.Owners)
        {
            // JSON may hold a null wherever it holds elements.
            if (owner is null || owner.Kind == MemberKind.User)
                throw ApiException.Invalid("owners", "Each owner has a kind, \"person\" or \"list\", and the name of that person or access list.");
            Person("owners", owner.Name);
        }
        var owners = definition.Owners.DistinctBy(owner => (owner.Kind, ScimText.Fold(owner.Name))).ToList();
        if (owners.Count == 0 && !mayLackOwner)
            throw ApiException.Invalid("owners", "An access list has at least one owner.");
        CheckRoles("grants", definition.Grants);
        CheckRoles("ownerGrants", definition.OwnerGrants);
        CheckRoles("membershipRequires", definition.MembershipRequires);
        CheckRoles("ownershipRequires", definition.OwnershipRequires);
        if (definition.Labels.Any(label => string.IsNullOrWhiteSpace(label.Key) || label.Value is null))
            throw ApiException.Invalid("labels", "A label lacks its key or its value.");
        return definition with { Owners = owners, Audit = CheckAudit(definition.Audit, now) };
    }

    private static void CheckTitle(string? title)
    {
        if (string.IsNullOrWhiteSpace(title) || title.Length > MaxNameLength || title.Any(char.IsControl) || title.Trim() != title)
            throw ApiException.Invalid("title", "The title of an access list has 1 to 255 characters, no control characters and no blanks at its ends.");
    }

    private static void CheckRoles(string field, RolesAndTraits value)
    {
        CheckRoles(field, value.Roles);
        CheckTraits(field, value.Traits);
    }

    /// <summary>Checks names of roles.</summary>
    /// <exception cref="ApiException">400: one is empty.</exception>
    public static void CheckRoles(string field, IEnumerable<string> roles)
    {
        if (roles.Any(string.IsNullOrWhiteSpace))
            throw ApiException.Invalid(field, $"A role in {field} is empty.");
    }

    /// <summary>Checks traits.</summary>
    /// <exception cref="ApiException">400: one lacks its key or a value.</exception>
    public static void CheckTraits(string field, IReadOnlyDictionary<string, IReadOnlyList<string>> traits)
    {
        if (traits.Any(trait => string.IsNullOrWhiteSpace(trait.Key) || trait.Value is not { Count: > 0 } || trait.Value.Any(string.IsNullOrEmpty)))
            throw ApiException.Invalid(field, $"A trait in {field} lacks its key or its values.");
    }

    private static ListAudit? CheckAudit(ListAudit? audit, DateTimeOffset now)
    {
        if (audit is null)
            return null;
        if (audit.Frequency is not (1 or 3 or 6 or 12))
            throw ApiException.Invalid("audit", "The audit frequency is 1, 3, 6 or 12 months.");
        if (audit.DayOfMonth is not (1 or 15 or 31))
            throw ApiException.Invalid("audit", "The audit's day of month is 1, 15, or 31 for the last day.");
        if (audit.NotificationsStart < TimeSpan.Zero)
            throw ApiException.Invalid("audit", "The time between reminder and review can't be negative.");
        return audit with { NextAuditDate = audit.NextAuditDate?.ToUniversalTime() ?? audit.NextAfter(now) };
    }
}
