using Rollcall.Access.Lists;
using Rollcall.Access.Users;

namespace Rollcall.Access.Evaluation;

/// <summary>
/// Since when ways that have effect at a moment have had it without a break. Each condition is followed back through its
/// records; the latest beginning counts. Only what changed since the memberships began is looked up.
/// </summary>
internal sealed class Continuity
{
    private readonly long _unblocked;
    private readonly List<RecordedUser> _users;
    private readonly ILookup<long, RecordedList> _lists;
    private readonly Dictionary<RecordedTie, long> _ties;
    private readonly Dictionary<long, long> _active = [];

    private Continuity(long unblocked, List<RecordedUser> users, IEnumerable<RecordedList> lists, Dictionary<RecordedTie, long> ties)
    {
        _unblocked = unblocked;
        _users = [.. users.Where(user => user.IsActive).OrderByDescending(user => user.To)];
        _lists = lists.OrderByDescending(list => list.From).ToLookup(list => list.Id);
        _ties = ties;
        foreach (var tie in ties.Keys)
            ties[tie] = Math.Max(ties[tie], FulfilledSince(tie));
    }

    /// <summary>Reads what it takes to answer for some ways of a person.</summary>
    public static async ValueTask<Continuity> LoadAsync(Records records, Standing standing, AccessGraph graph, IReadOnlyList<Way> ways)
    {
        // 1. How long each membership goes back; no way goes back further than its youngest.
        var ties = new Dictionary<RecordedTie, long>(ReferenceEqualityComparer.Instance);
        foreach (var tie in ways.SelectMany(way => way.Ties))
        {
            if (!ties.ContainsKey(tie))
                ties.Add(tie, await SinceAsync(records, graph.Lists[tie.ListId].IntegrationId, tie));
        }
        var oldest = ways.Count == 0 ? long.MaxValue : ways.Min(way => way.Ties.Max(tie => ties[tie]));

        // 2. What Users and lists were meanwhile, of those that changed.
        List<RecordedUser> users = [.. standing.Users];
        List<RecordedList> lists = [.. graph.Lists.Values];
        if (ways.Count > 0)
            users.AddRange(await records.EarlierUsersAsync(standing.Person.Id, oldest));
        long[] changed = [.. lists.Where(list => list.From > oldest).Select(list => list.Id)];
        if (changed.Length > 0)
            lists.AddRange(await records.EarlierListsAsync(changed, oldest));

        // 3. What came after the moment does not matter.
        var end = records.Moment.IsPast ? records.Moment.At + 1 : long.MaxValue;
        return new Continuity(
            await records.LastUnblockAsync(standing.Person.Id),
            users.ConvertAll(user => user with { To = Math.Min(user.To, end) }), lists.ConvertAll(list => list with { To = Math.Min(list.To, end) }), ties);
    }

    /// <summary>Since when the person has counted by a way.</summary>
    public long SinceOf(Way way) => Math.Max(Math.Max(_unblocked, ActiveSince(way.User)), way.Ties.Max(tie => _ties[tie]));

    /// <summary>Since when the person has been given by a way what it gives.</summary>
    /// <param name="way">The way.</param>
    /// <param name="since">Its <see cref="SinceOf"/>.</param>
    public long GivenSince(Way way, long since)
    {
        var given = _lists[way.List.Id].TakeWhile(list => Requirements.AreSame(way.As.GivenBy(list.Definition), way.Gives)).Last();
        return Math.Max(since, given.From);
    }

    private static async ValueTask<long> SinceAsync(Records records, long integrationId, RecordedTie tie)
    {
        var since = tie.From;
        if (tie.Role == TieRole.Owner || tie.From == tie.Joined)
            return since;
        // A new end, or a new reason, begins a new record of the same membership.
        foreach (var earlier in await records.EarlierAsync(integrationId, tie))
        {
            if (earlier.To != since || earlier.Expires < earlier.To)
                break;
            since = earlier.From;
        }
        return since;
    }

    /// <summary>Since when a User, or where it is null any User of the person, has been active.</summary>
    private long ActiveSince(RecordedUser? only)
    {
        if (_active.TryGetValue(only?.Id ?? 0, out var since))
            return since;
        since = long.MaxValue;
        foreach (var user in _users)
        {
            if ((only is null || user.Id == only.Id) && (since == long.MaxValue || user.To >= since))
                since = Math.Min(since, user.From);
        }
        _active.Add(only?.Id ?? 0, since);
        return since;
    }

    /// <summary>Since when the person has had what the list of a membership, or of an ownership, requires.</summary>
    private long FulfilledSince(RecordedTie tie)
    {
        var since = long.MaxValue;
        foreach (var list in _lists[tie.ListId])
        {
            var required = tie.Role.RequiredBy(list.Definition);
            var owned = required.IsEmpty ? list.From : OwnedSince(required, Math.Min(since, list.To));
            if (owned > list.From)
                return Math.Min(since, owned);
            since = list.From;
        }
        return since;
    }

    /// <summary>Since when, up to a time, the person has had roles and traits of its own; that time itself where it had not.</summary>
    private long OwnedSince(RolesAndTraits required, long until)
    {
        var since = until;
        foreach (var local in _users.Where(user => user.IntegrationId == 0 && user.From < until))
        {
            var own = local.Document is { } document ? LocalUser.Own(document) : RolesAndTraits.None;
            if (local.To < since || Requirements.Missing(required, own) is not null)
                break;
            since = local.From;
        }
        return since;
    }
}
