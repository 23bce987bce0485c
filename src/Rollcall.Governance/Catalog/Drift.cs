using System.Data.Common;
using System.Globalization;
using Rollcall.Data;

namespace Rollcall.Governance.Catalog;

/// <summary>In which way what was decided and what there is differ.</summary>
public enum DriftKind
{
    /// <summary>The identity is to have the entitlement, and no account of it does.</summary>
    AssignedNotHeld,
    /// <summary>An account has the entitlement, and nobody has decided that.</summary>
    HeldNotAssigned,
    /// <summary>The group has another number of members on its server than accounts that say that they are in it.</summary>
    MemberCount,
}

/// <summary>One difference.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Key">Its place in the order of its kind.</param>
/// <param name="Application">The application's name.</param>
/// <param name="EntitlementId">The entitlement.</param>
/// <param name="Title">Its title.</param>
/// <param name="Detail">What it is, for people.</param>
public sealed record DriftItem(DriftKind Kind, (long First, long Second) Key, string Application, long EntitlementId, string Title, string Detail)
{
    /// <summary>The public id of the identity, or null.</summary>
    public string? Identity { get; init; }

    /// <summary>The account, or null.</summary>
    public long? AccountId { get; init; }

    /// <summary>Its user name.</summary>
    public string? UserName { get; init; }

    /// <summary>How many members the group's server tells.</summary>
    public long? MemberCount { get; init; }

    /// <summary>How many accounts say that they are in the group.</summary>
    public long? AccountCount { get; init; }
}

/// <summary>Which differences are asked for; what is null does not count.</summary>
/// <param name="ApplicationId">The application.</param>
/// <param name="IdentityId">The identity.</param>
/// <param name="Kind">The way.</param>
/// <param name="All">Whether also of entitlements that were never assigned to anybody here.</param>
public sealed record DriftFilter(long? ApplicationId, long? IdentityId, DriftKind? Kind, bool All);

/// <summary>
/// Compares what was decided with what was aggregated. What is on its way, a transaction that has not ended, is no
/// difference yet.
/// </summary>
public static class Drift
{
    private const string OnItsWay = "not exists (select 1 from transactions t where t.finished is null and t.entitlement_id = e.id and t.identity_id = i.id)";

    /// <summary>Differences, kind by kind.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static async ValueTask<List<DriftItem>> PageAsync(Session session, DriftFilter filter, (DriftKind Kind, long First, long Second)? after, int count)
    {
        var items = new List<DriftItem>();
        foreach (var kind in Enum.GetValues<DriftKind>())
        {
            if (items.Count >= count || (filter.Kind is { } only && only != kind) || (after is { } last && last.Kind > kind))
                continue;
            (long, long) from = after is { } place && place.Kind == kind ? (place.First, place.Second) : (0, 0);
            items.AddRange(kind switch
            {
                DriftKind.AssignedNotHeld => await AssignedNotHeldAsync(session, filter, from, count - items.Count),
                DriftKind.HeldNotAssigned => await HeldNotAssignedAsync(session, filter, from, count - items.Count),
                // It says nothing of anybody.
                _ when filter.IdentityId is null => await MemberCountAsync(session, filter, from.Item1, count - items.Count),
                _ => [],
            });
        }
        return items;
    }

    private static ValueTask<List<DriftItem>> AssignedNotHeldAsync(Session session, DriftFilter filter, (long Entitlement, long Identity) from, int count)
    {
        var conditions = new Conditions().AddEqual("e.application_id", filter.ApplicationId).AddEqual("s.identity_id", filter.IdentityId)
            .Add("not exists (select 1 from accounts a join account_entitlements h on h.application_id = a.application_id and h.account_id = a.id and h.entitlement_id = e.id where a.identity_id = i.id and a.application_id = e.application_id and a.gone is null and e.gone is null)")
            .Add(OnItsWay);
        conditions.Add($"(s.entitlement_id, s.identity_id) > ({conditions.Value(from.Entitlement)}, {conditions.Value(from.Identity)})");
        return session.ListAsync(
            $"""
             select e.id, i.id, p.name, e.title, i.public_id, e.gone is not null, exists (select 1 from accounts a where a.identity_id = i.id and a.application_id = e.application_id and a.gone is null)
               from assignments s join entitlements e on e.id = s.entitlement_id join identities i on i.id = s.identity_id join applications p on p.id = e.application_id
             {conditions.Where} order by s.entitlement_id, s.identity_id limit {conditions.Value(count)}
             """,
            row => new DriftItem(DriftKind.AssignedNotHeld, (row.GetInt64(0), row.GetInt64(1)), row.GetString(2), row.GetInt64(0), row.GetString(3),
                row.GetBoolean(5) ? "It was decided that the identity has it, but the group is no longer on its server."
                : row.GetBoolean(6) ? "It was decided that the identity has it, but its account is not in the group."
                : "It was decided that the identity has it, but it has no account on the application.") { Identity = row.GetString(4) },
            conditions.Arguments);
    }

    private static ValueTask<List<DriftItem>> HeldNotAssignedAsync(Session session, DriftFilter filter, (long Entitlement, long Account) from, int count)
    {
        var conditions = new Conditions().AddEqual("h.application_id", filter.ApplicationId).AddEqual("a.identity_id", filter.IdentityId)
            .Add("a.gone is null and e.gone is null")
            .Add("not exists (select 1 from assignments s where s.identity_id = a.identity_id and s.entitlement_id = e.id)")
            .Add(OnItsWay);
        if (!filter.All)
            conditions.Add("exists (select 1 from assignments s where s.entitlement_id = e.id)");
        conditions.Add($"(h.entitlement_id, h.account_id) > ({conditions.Value(from.Entitlement)}, {conditions.Value(from.Account)})");
        return session.ListAsync(
            $"""
             select e.id, a.id, p.name, e.title, i.public_id, a.user_name
               from entitlements e join account_entitlements h on h.application_id = e.application_id and h.entitlement_id = e.id
               join accounts a on a.id = h.account_id join applications p on p.id = e.application_id left join identities i on i.id = a.identity_id
             {conditions.Where} order by h.entitlement_id, h.account_id limit {conditions.Value(count)}
             """,
            row => new DriftItem(DriftKind.HeldNotAssigned, (row.GetInt64(0), row.GetInt64(1)), row.GetString(2), row.GetInt64(0), row.GetString(3),
                row.IsDBNull(4) ? "The account has it, and belongs to nobody who could have been given it." : "The account has it, but nobody decided that here.")
            {
                Identity = row.Text(4),
                AccountId = row.GetInt64(1),
                UserName = row.GetString(5),
            },
            conditions.Arguments);
    }

    private static ValueTask<List<DriftItem>> MemberCountAsync(Session session, DriftFilter filter, long from, int count)
    {
        var conditions = new Conditions().AddEqual("e.application_id", filter.ApplicationId).Add("e.gone is null and e.member_count is not null");
        conditions.Add($"e.id > {conditions.Value(from)}");
        return session.ListAsync(
            $"""
             select c.id, c.name, c.title, c.member_count, c.account_count
               from (select e.id, p.name, e.title, e.member_count,
                            (select count(*) from account_entitlements h join accounts a on a.id = h.account_id and a.gone is null where h.application_id = e.application_id and h.entitlement_id = e.id) as account_count
                       from entitlements e join applications p on p.id = e.application_id {conditions.Where}) c
              where c.member_count <> c.account_count order by c.id limit {conditions.Value(count)}
             """,
            row => new DriftItem(DriftKind.MemberCount, (row.GetInt64(0), 0), row.GetString(1), row.GetInt64(0), row.GetString(2), Counted(row))
            {
                MemberCount = row.GetInt64(3),
                AccountCount = row.GetInt64(4),
            },
            conditions.Arguments);
    }

    private static string Counted(DbDataReader row) => string.Create(CultureInfo.InvariantCulture,
        $"The group has {row.GetInt64(3):N0} members on its server, but {row.GetInt64(4):N0} accounts say that they are in it. Aggregate groups and accounts anew; members that are groups, or that a filter leaves out, are not seen.");
}
