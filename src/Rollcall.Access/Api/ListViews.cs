using Rollcall.Access.Evaluation;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Access.Scim;
using Rollcall.Data;

namespace Rollcall.Access.Api;

/// <summary>An access list as the admin API shows it.</summary>
/// <param name="Name">The unique, stable name.</param>
/// <param name="Title">The title.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Type">Who manages the members, a value of <see cref="ListTypes"/>.</param>
/// <param name="Integration">The integration of a list of type <c>scim</c>.</param>
/// <param name="ScimId">The Group's id, absent while no integration sees it.</param>
/// <param name="ExternalId">The integration's own id for the Group.</param>
/// <param name="Claimed">Of a list of type <c>scim</c>: whether the integration has written to it.</param>
/// <param name="Owners">Its owners, each with whether the ownership has effect.</param>
/// <param name="Grants">What members are given.</param>
/// <param name="OwnerGrants">What owners are given.</param>
/// <param name="MembershipRequires">What a member must have of their own.</param>
/// <param name="OwnershipRequires">What an owner must have of their own.</param>
/// <param name="Audit">When it is to be reviewed; absent where it need not be.</param>
/// <param name="Overdue">Whether the next review should have been by now; absent where there is none to come.</param>
/// <param name="Labels">Free labels.</param>
/// <param name="MemberCount">How many direct members it has, whether they have effect or not.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ModifiedAt">When it last changed.</param>
internal sealed record ListView(
    string Name, string Title, string? Description, string Type, string? Integration, string? ScimId, string? ExternalId, bool? Claimed,
    IReadOnlyList<OwnerView> Owners, RolesAndTraits Grants, RolesAndTraits OwnerGrants, RolesAndTraits MembershipRequires, RolesAndTraits OwnershipRequires,
    ListAudit? Audit, bool? Overdue, IReadOnlyDictionary<string, string> Labels, long MemberCount, long Revision, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt)
{
    /// <summary>Shows some lists.</summary>
    /// <param name="session">The snapshot.</param>
    /// <param name="integrations">The integrations.</param>
    /// <param name="lists">The lists.</param>
    public static async ValueTask<IReadOnlyList<ListView>> OfAsync(Session session, IntegrationDirectory.Snapshot integrations, IReadOnlyList<AccessList> lists)
    {
        var owners = await Eligibility.OfOwnersAsync(session, [.. lists.Select(list => list.Definition)]);
        var now = ScimTime.ToTime(session.Now);
        return [.. lists.Select((list, place) => Of(list, integrations.NameOf(list.IntegrationId), owners[place], now))];
    }

    /// <summary>Shows a list.</summary>
    /// <inheritdoc cref="OfAsync(Session, IntegrationDirectory.Snapshot, IReadOnlyList{AccessList})"/>
    public static async ValueTask<ListView> OfAsync(Session session, IntegrationDirectory.Snapshot integrations, AccessList list) =>
        (await OfAsync(session, integrations, [list]))[0];

    private static ListView Of(AccessList list, string? integration, IReadOnlyList<IneligibleStatus> owners, DateTimeOffset now)
    {
        var definition = list.Definition;
        return new ListView(
            list.Name, definition.Title, definition.Description, list.Type, integration, list.ScimId, list.ExternalId, list.Type == ListTypes.Scim ? list.IsClaimed : null,
            [.. definition.Owners.Select((owner, place) => new OwnerView(owner.Kind, owner.Name, owner.Description, owners[place]))],
            definition.Grants, definition.OwnerGrants, definition.MembershipRequires, definition.OwnershipRequires,
            definition.Audit, definition.Audit is { } audit ? audit.IsOverdue(now) : null, definition.Labels, list.MemberCount, list.Revision,
            ScimTime.ToTime(list.Created), ScimTime.ToTime(list.Modified));
    }
}

/// <summary>An owner of an access list as the admin API shows it.</summary>
/// <param name="Kind">A person, or a list whose members are owners.</param>
/// <param name="Name">The person's or the list's name.</param>
/// <param name="Description">Why they are owner.</param>
/// <param name="IneligibleStatus">Whether the ownership has effect, and if not, why; of a list that is so for each of its members. Ignored where it is sent back.</param>
internal sealed record OwnerView(MemberKind Kind, string Name, string? Description = null, IneligibleStatus? IneligibleStatus = null)
{
    /// <summary>The owner as it is defined.</summary>
    public ListOwner ToOwner() => new(Kind, Name, Description);
}
