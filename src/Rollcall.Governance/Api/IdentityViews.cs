using Rollcall.Data;
using Rollcall.Governance.Identities;

namespace Rollcall.Governance.Api;

/// <summary>An identity as the API shows it.</summary>
internal record IdentityView(
    string Id, string Email, string? GivenName, string? FamilyName, string DisplayName, string? Manager, bool Active,
    IReadOnlyDictionary<string, string> Attributes, long Revision, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt)
{
    public static IdentityView Of(Identity identity) => new(
        identity.PublicId, identity.Email, identity.GivenName, identity.FamilyName, identity.DisplayName, identity.ManagerPublicId, identity.Active,
        identity.Attributes, identity.Revision, DatabaseTime.ToTime(identity.Created), DatabaseTime.ToTime(identity.Modified));
}

/// <param name="Id">The account's id.</param>
/// <param name="Application">On which application.</param>
/// <param name="UserName">Its user name there.</param>
/// <param name="Active">Whether it is active there.</param>
internal sealed record IdentityAccountView(long Id, string Application, string UserName, bool Active);

/// <param name="Id">The entitlement's id.</param>
/// <param name="Application">Of which application.</param>
/// <param name="Title">Its title.</param>
/// <param name="Held">Whether an account of the identity has it on the application.</param>
/// <param name="Assigned">Whether it was decided here that the identity is to have it.</param>
/// <param name="SinceAt">Since when it is assigned.</param>
/// <param name="UntilAt">Until when; absent for ever.</param>
internal sealed record IdentityEntitlementView(long Id, string Application, string Title, bool Held, bool Assigned, DateTimeOffset? SinceAt, DateTimeOffset? UntilAt);

/// <summary>An identity with what it has. Of accounts and entitlements at most <see cref="Most"/> each are shown.</summary>
internal sealed record IdentityDetails : IdentityView
{
    /// <summary>How many accounts, and how many entitlements, are shown at most.</summary>
    public const int Most = 1000;

    private IdentityDetails(IdentityView identity) : base(identity)
    {
    }

    /// <summary>The accounts that are its.</summary>
    public required IReadOnlyList<IdentityAccountView> Accounts { get; init; }

    /// <summary>What its accounts hold, and what it was given.</summary>
    public required IReadOnlyList<IdentityEntitlementView> Entitlements { get; init; }

    public static async ValueTask<IdentityDetails> ReadAsync(Session session, Identity identity) => new(IdentityView.Of(identity))
    {
        Accounts = await session.ListAsync(
            """
            select a.id, p.name, a.user_name, a.active from accounts a join applications p on p.id = a.application_id
            where a.identity_id = $1 and a.gone is null order by p.name, a.id limit $2
            """, row => new IdentityAccountView(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetBoolean(3)), identity.Id, Most),
        Entitlements = await session.ListAsync(
            """
            select e.id, p.name, e.title, max(t.held), max(t.assigned), max(t.since), max(t.ends) from (
              select h.entitlement_id as id, 1 as held, 0 as assigned, null as since, null as ends
              from accounts a join account_entitlements h on h.application_id = a.application_id and h.account_id = a.id
              where a.identity_id = $1 and a.gone is null
              union all select entitlement_id, 0, 1, since, ends from assignments where identity_id = $1
            ) t join entitlements e on e.id = t.id join applications p on p.id = e.application_id
            group by e.id, p.name, e.title order by p.name, e.title, e.id limit $2
            """,
            row => new IdentityEntitlementView(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3) == 1, row.GetInt64(4) == 1,
                DatabaseTime.ToTime(row.Number(5)), DatabaseTime.ToTime(row.Number(6))), identity.Id, Most),
    };
}
