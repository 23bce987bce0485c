using System.Text.Json;
using Rollcall.Data;
using Rollcall.Governance.Aggregation;

namespace Rollcall.Governance.Accounts;

/// <summary>
/// The memberships that accounts tell, as a change of what is known. Those in groups that the catalog does not have are kept
/// apart, so that accounts and groups may be aggregated in any order.
/// </summary>
internal sealed class AccountMemberships
{
    private readonly long _applicationId;
    private readonly IReadOnlyList<(string Account, long Entitlement)> _listed;
    private readonly IReadOnlyList<(string Account, string Group)> _unlisted;
    private readonly string _removed;
    private readonly string _known;

    private AccountMemberships(
        long applicationId, IReadOnlyList<(string Account, long Entitlement)> listed, IReadOnlyList<(string Account, string Group)> unlisted, string removed, string known)
    {
        _applicationId = applicationId;
        _listed = listed;
        _unlisted = unlisted;
        _removed = removed;
        _known = known;
    }

    /// <summary>Works out what changes.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="applicationId">The application.</param>
    /// <param name="resources">The accounts with their ids in the database.</param>
    /// <param name="accounts">The same, in the same order.</param>
    public static async ValueTask<AccountMemberships> PrepareAsync(Session session, long applicationId, IReadOnlyList<ReadResource> resources, IReadOnlyList<AccountResource> accounts)
    {
        var told = accounts.Select(account => account.GroupIds().ToHashSet(StringComparer.Ordinal)).ToList();
        var entitlements = await EntitlementsAsync(session, applicationId, [.. told.SelectMany(groups => groups).Distinct(StringComparer.Ordinal)]);
        var known = JsonSerializer.Serialize(resources.Where(read => read.Id is not null).Select(read => read.Id));
        var held = (await session.ListAsync(
                $"select account_id, entitlement_id from account_entitlements where application_id = $1 and account_id in ({session.Dialect.NumberSet("$2")})",
                row => (Account: row.GetInt64(0), Entitlement: row.GetInt64(1)), applicationId, known))
            .ToLookup(pair => pair.Account, pair => pair.Entitlement);

        List<(string Account, long Entitlement)> listed = [];
        List<(string Account, string Group)> unlisted = [];
        List<(long Account, long Entitlement)> removed = [];
        for (var i = 0; i < accounts.Count; i++)
        {
            var before = resources[i].Id is { } id ? held[id].ToHashSet() : [];
            foreach (var group in told[i])
            {
                if (!entitlements.TryGetValue(group, out var entitlement))
                    unlisted.Add((resources[i].Resource.Id, group));
                else if (!before.Remove(entitlement))
                    listed.Add((resources[i].Resource.Id, entitlement));
            }
            removed.AddRange(before.Select(entitlement => (resources[i].Id!.Value, entitlement)));
        }
        return new AccountMemberships(applicationId, listed, unlisted, ResourceJson.Pairs(removed), known);
    }

    /// <summary>Writes the change.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="ids">The ids in the database of the accounts, by their SCIM ids.</param>
    public async ValueTask WriteAsync(WriteSession session, IReadOnlyDictionary<string, long> ids)
    {
        var pair = $"{session.Dialect.JsonValue("p.value", ["a"])}, {session.Dialect.JsonValue("p.value", ["b"])}";
        var pairs = session.Dialect.JsonElements("$2", ["rows"]);
        if (_removed.Length > 0)
            await session.ExecuteAsync($"delete from account_entitlements where (application_id, account_id, entitlement_id) in (select $1, {pair} from {pairs} p)", _applicationId, _removed);
        if (_known.Length > "[]".Length)
            await session.ExecuteAsync($"delete from unlisted_memberships where application_id = $1 and account_id in ({session.Dialect.NumberSet("$2")})", _applicationId, _known);
        if (_listed.Count > 0)
            await session.ExecuteAsync(
                $"insert into account_entitlements (application_id, account_id, entitlement_id) select $1, {pair} from {pairs} p where true on conflict do nothing",
                _applicationId, ResourceJson.Pairs([.. _listed.Select(held => (ids[held.Account], held.Entitlement))]));
        if (_unlisted.Count > 0)
            await session.ExecuteAsync(
                $"insert into unlisted_memberships (application_id, account_id, group_id) select $1, {pair} from {pairs} p where true on conflict do nothing",
                _applicationId, ResourceJson.Pairs([.. _unlisted.Select(held => (ids[held.Account], held.Group))]));
    }

    /// <summary>Whether accounts are in groups that the catalog does not have.</summary>
    public static ValueTask<bool> HasUnlistedAsync(Session session, long applicationId) =>
        session.FirstAsync("select 1 from unlisted_memberships where application_id = $1 limit 1", _ => true, applicationId);

    /// <summary>Lists the memberships whose groups have come into the catalog since, chunk by chunk.</summary>
    /// <param name="context">The run.</param>
    /// <param name="beat">Gives a sign of life.</param>
    /// <param name="cancellationToken">Ends the work between two chunks.</param>
    public static async Task ListAsync(AggregationContext context, Func<Task> beat, CancellationToken cancellationToken)
    {
        var applicationId = context.Application.Id;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // From the catalog to the memberships: of those that stay unlisted there may be many.
            var found = await context.Database.ReadAsync(session => session.ListAsync(
                """
                select u.account_id, u.group_id from entitlements e cross join unlisted_memberships u
                 where e.application_id = $1 and u.application_id = $1 and u.group_id = e.scim_id limit $2
                """,
                row => (Account: row.GetInt64(0), Group: row.GetString(1)), applicationId, AggregationRun.ChunkSize));
            if (found.Count == 0)
                return;
            var rows = ResourceJson.Pairs(found);
            await context.Database.WriteAsync(async session =>
            {
                var (account, group) = (session.Dialect.JsonValue("p.value", ["a"]), session.Dialect.JsonValue("p.value", ["b"]));
                var pairs = session.Dialect.JsonElements("$2", ["rows"]);
                // "cross join" keeps the planner from walking all memberships for each pair instead of looking these few up.
                await session.ExecuteAsync(
                    $"""
                     insert into account_entitlements (application_id, account_id, entitlement_id)
                     select $1, u.account_id, e.id from {pairs} p cross join unlisted_memberships u cross join entitlements e
                      where u.application_id = $1 and u.group_id = {group} and u.account_id = {account} and e.application_id = $1 and e.scim_id = u.group_id
                     on conflict do nothing
                     """, applicationId, rows);
                return await session.ExecuteAsync(
                    $"delete from unlisted_memberships where (application_id, group_id, account_id) in (select $1, {group}, {account} from {pairs} p)", applicationId, rows);
            });
            await beat();
        }
    }

    private static async ValueTask<Dictionary<string, long>> EntitlementsAsync(Session session, long applicationId, IReadOnlyList<string> groups)
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        if (groups.Count > 0)
            await session.EachAsync(
                $"select scim_id, id from entitlements where application_id = $1 and scim_id in ({session.Dialect.TextSet("$2")})",
                row => found.Add(row.GetString(0), row.GetInt64(1)), applicationId, JsonSerializer.Serialize(groups));
        return found;
    }
}
