using System.Text.Json;
using System.Text.Json.Serialization;
using Rollcall.Web.Api;

namespace Rollcall.Access.Lists;

/// <summary>The type of an access list: who manages its members. It never changes.</summary>
public static class ListTypes
{
    /// <summary>Managed here.</summary>
    public const string Default = "";

    /// <summary>Managed by files.</summary>
    public const string Static = "static";

    /// <summary>Membership is managed by one integration, over SCIM.</summary>
    public const string Scim = "scim";
}

/// <summary>
/// What an access list is, apart from its name, type and members: everything that an administrator defines and SCIM
/// never touches but the title. Stored as JSON with its history.
/// </summary>
public sealed record ListDefinition
{
    /// <summary>The name for people: the <c>displayName</c> of the Group. Unique within an integration, regardless of case.</summary>
    public required string Title { get; init; }

    /// <summary>What the list is for.</summary>
    public string? Description { get; init; }

    /// <summary>Who answers for the list: at least one, but for a list that SCIM made.</summary>
    public IReadOnlyList<ListOwner> Owners { get; init; } = [];

    /// <summary>What members are given.</summary>
    public RolesAndTraits Grants { get; init; } = RolesAndTraits.None;

    /// <summary>What owners are given.</summary>
    public RolesAndTraits OwnerGrants { get; init; } = RolesAndTraits.None;

    /// <summary>What a member must have of their own for the membership to have effect: all of it.</summary>
    public RolesAndTraits MembershipRequires { get; init; } = RolesAndTraits.None;

    /// <summary>What an owner must have of their own for the ownership to have effect: all of it.</summary>
    public RolesAndTraits OwnershipRequires { get; init; } = RolesAndTraits.None;

    /// <summary>When the list is to be reviewed; null where it need not be.</summary>
    public ListAudit? Audit { get; init; }

    /// <summary>Free labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>A definition as it is stored. Where many lists are read to be compared, most need not be taken apart.</summary>
/// <param name="json">The JSON.</param>
public sealed class StoredDefinition(string json)
{
    private ListDefinition? _value;

    /// <summary>The JSON.</summary>
    public string Json => json;

    /// <summary>What it says.</summary>
    public ListDefinition Value => _value ??= JsonSerializer.Deserialize<ListDefinition>(json, ApiJson.Options)!;
}

/// <summary>An owner of an access list.</summary>
/// <param name="Kind">A person, or a list whose members are owners.</param>
/// <param name="Name">The person's or the list's name.</param>
/// <param name="Description">Why they are owner.</param>
public sealed record ListOwner(MemberKind Kind, string Name, string? Description = null);

/// <summary>Roles, and traits as lists of values by key.</summary>
public sealed record RolesAndTraits
{
    /// <summary>Nothing.</summary>
    public static RolesAndTraits None { get; } = new();

    /// <summary>Whether there is neither a role nor a trait.</summary>
    [JsonIgnore]
    public bool IsEmpty => Roles.Count == 0 && Traits.Count == 0;

    /// <summary>Names of roles.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Values by trait.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Traits { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
}

/// <summary>When an access list is reviewed.</summary>
public sealed record ListAudit
{
    /// <summary>Months between reviews: 1, 3, 6 or 12.</summary>
    public int Frequency { get; init; } = 6;

    /// <summary>The day of the month: 1, 15, or 31 for the last.</summary>
    public int DayOfMonth { get; init; } = 1;

    /// <summary>The next review, in UTC; computed as if reviewed now where it is not given.</summary>
    public DateTimeOffset? NextAuditDate { get; init; }

    /// <summary>How long before a review its owners are reminded; two weeks by default.</summary>
    public TimeSpan NotificationsStart { get; init; } = TimeSpan.FromDays(14);

    /// <summary>Whether the next review should have been by a moment.</summary>
    public bool IsOverdue(DateTimeOffset now) => NextAuditDate <= now;

    /// <summary>The review after one on a given day: so many months later, on the day of the month, at midnight UTC.</summary>
    public DateTimeOffset NextAfter(DateTimeOffset review)
    {
        var month = new DateTimeOffset(review.UtcDateTime.Year, review.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(Frequency);
        return DayOfMonth == 31 ? month.AddMonths(1).AddDays(-1) : month.AddDays(DayOfMonth - 1);
    }
}
