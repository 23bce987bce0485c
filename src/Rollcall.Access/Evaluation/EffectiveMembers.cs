using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Access.Evaluation;

/// <summary>Who counts as a member of a list, directly or through lists nested in it. A page costs what it shows, and a look at each list.</summary>
/// <param name="integrationName">The name of an integration by its id; null where it is gone.</param>
internal sealed class EffectiveMembers(Func<long, string?> integrationName)
{
    /// <summary>Reads a page, in the order of kind and internal id, each User and each person once.</summary>
    /// <param name="session">The snapshot.</param>
    /// <param name="name">The list's name.</param>
    /// <param name="at">The moment; null for now.</param>
    /// <param name="after">The last member of the page before.</param>
    /// <param name="count">The most to return.</param>
    /// <returns>Null where there is, or was, no such list.</returns>
    /// <exception cref="ApiException">400: nothing is known of the moment.</exception>
    public async ValueTask<List<(MemberStore.Key Key, EffectiveMember Member)>?> PageAsync(
        Session session, string name, DateTimeOffset? at, MemberStore.Key after, int count)
    {
        var records = new Records(session, await Moment.OfAsync(session, at));
        if (await records.ListNamedAsync(name) is not { } root)
            return null;
        var (lists, nestings) = await WithinAsync(records, root);
        var ties = await MergeAsync(records, lists.Values, after, count);

        // Who they are, and how each stands.
        var users = new Dictionary<long, RecordedUser>();
        foreach (var group in ties.Where(tie => tie.Kind == MemberKind.User).GroupBy(tie => lists[tie.ListId].IntegrationId))
        {
            foreach (var user in await records.UsersAsync(group.Key, [.. group.Select(tie => tie.HolderId).Distinct()]))
                users[user.Id] = user;
        }
        var people = users.Values.Select(user => user.PersonId).Concat(ties.Where(tie => tie.Kind == MemberKind.Person).Select(tie => tie.HolderId));
        var standings = await Standing.LoadAsync(records, [.. people.Distinct()]);

        var page = new List<(MemberStore.Key, EffectiveMember)>();
        foreach (var member in ties.GroupBy(tie => new MemberStore.Key(tie.Kind, tie.HolderId)))
        {
            var user = users.GetValueOrDefault(member.Key.Kind == MemberKind.User ? member.Key.MemberId : 0);
            if (standings.TryGetValue(user?.PersonId ?? member.Key.MemberId, out var standing))
                page.Add((member.Key, Member(standing, user, new AccessGraph([.. member], nestings, NoTies, lists), root, records.Moment.At)));
        }
        return page;
    }

    private static ILookup<long, RecordedTie> NoTies { get; } = Array.Empty<RecordedTie>().ToLookup(tie => tie.HolderId);

    private EffectiveMember Member(Standing standing, RecordedUser? user, AccessGraph graph, RecordedList root, long at)
    {
        var found = new Ways(standing, graph, at);
        found.Find();
        var view = new AccessView(standing, graph, integrationName);
        List<EffectiveWay> ways =
        [
            .. found.Effective.Concat(found.Others).Where(way => way.List.Id == root.Id)
                .Select(way => new EffectiveWay(view.Path(way), view.Steps(way), way.Reasons.Count == 0 ? null : way.Reasons)),
        ];
        return new EffectiveMember(
            user is null ? MemberKind.Person : MemberKind.User, user?.UserName ?? standing.Person.Name, user?.ScimId, user is null ? null : view.IntegrationOf(user),
            ways[0].Reasons?[0].Status ?? IneligibleStatus.Eligible, ways);
    }

    private static async ValueTask<(Dictionary<long, RecordedList> Lists, ILookup<long, RecordedTie> Nestings)> WithinAsync(Records records, RecordedList root)
    {
        var reached = new HashSet<long> { root.Id };
        var nestings = new List<RecordedTie>();
        for (IReadOnlyCollection<long> level = reached; level.Count > 0;)
        {
            var below = await records.NestedAsync(level);
            nestings.AddRange(below);
            level = [.. below.Select(tie => tie.HolderId).Where(reached.Add)];
        }
        return (await records.ListsAsync(reached), nestings.ToLookup(tie => tie.HolderId));
    }

    /// <summary>The memberships in all of the lists of the next few members. Each list's members come in order, so the lists are merged.</summary>
    private static async ValueTask<List<RecordedTie>> MergeAsync(Records records, IReadOnlyCollection<RecordedList> lists, MemberStore.Key after, int count)
    {
        // Of many lists most have little of the page: they are read in small pieces.
        var piece = (count / lists.Count) + 2;
        var next = new PriorityQueue<(RecordedList List, Queue<RecordedTie> Read), (MemberKind, long)>();
        foreach (var list in lists)
            await AdvanceAsync(list, [], after);

        var merged = new List<RecordedTie>();
        MemberStore.Key? last = null;
        for (var members = 0; next.TryPeek(out var source, out _);)
        {
            var tie = source.Read.Peek();
            var key = new MemberStore.Key(tie.Kind, tie.HolderId);
            if (key != last && ++members > count)
                break;
            last = key;
            merged.Add(source.Read.Dequeue());
            next.Dequeue();
            await AdvanceAsync(source.List, source.Read, key);
        }
        return merged;

        async ValueTask AdvanceAsync(RecordedList list, Queue<RecordedTie> read, MemberStore.Key from)
        {
            if (read.Count == 0)
                read = new Queue<RecordedTie>(await records.MembersAsync(list, from.Kind, from.MemberId, piece));
            if (read.TryPeek(out var first))
                next.Enqueue((list, read), (first.Kind, first.HolderId));
        }
    }
}

/// <summary>Somebody who is on a list, directly or through lists nested in it.</summary>
/// <param name="Kind">A User of an integration, or a person by name.</param>
/// <param name="Name">The name.</param>
/// <param name="UserId">The User's id in SCIM.</param>
/// <param name="Integration">The User's integration.</param>
/// <param name="IneligibleStatus">Whether any way has effect; if not, what is first in the way of the first.</param>
/// <param name="Ways">The ways from the member to the list, those that have effect first.</param>
public sealed record EffectiveMember(
    MemberKind Kind, string Name, string? UserId, string? Integration, IneligibleStatus IneligibleStatus, IReadOnlyList<EffectiveWay> Ways);

/// <summary>One way from a member to the list.</summary>
/// <param name="Path">The names of the lists on the way, from the one that the member is on to the list itself.</param>
/// <param name="Steps">The memberships on the way.</param>
/// <param name="Reasons">All that keeps the way from having effect; absent where nothing does.</param>
public sealed record EffectiveWay(IReadOnlyList<string> Path, IReadOnlyList<AccessStep> Steps, IReadOnlyList<AccessReason>? Reasons);
