using Rollcall.Access.Lists;

namespace Rollcall.Access.Evaluation;

/// <summary>The lists that a person's memberships and ownerships lead to at a moment, upwards through nesting.</summary>
/// <param name="Direct">The person's own memberships and ownerships, and those of its Users.</param>
/// <param name="Nestings">The memberships of lists in lists, by the list that is nested.</param>
/// <param name="Ownerships">The ownerships of lists, by the list that owns.</param>
/// <param name="Lists">All lists that are reached.</param>
internal sealed record AccessGraph(
    IReadOnlyList<RecordedTie> Direct, ILookup<long, RecordedTie> Nestings, ILookup<long, RecordedTie> Ownerships, IReadOnlyDictionary<long, RecordedList> Lists)
{
    /// <summary>Reads it level by level: as many statements as lists are nested deep.</summary>
    public static async ValueTask<AccessGraph> LoadAsync(Records records, Standing standing)
    {
        // 1. What the person is on and owns.
        var direct = await records.MembershipsAsync(0, MemberKind.Person, standing.Person.Id);
        foreach (var user in standing.Users.Where(user => user.IntegrationId != 0))
            direct.AddRange(await records.MembershipsAsync(user.IntegrationId, MemberKind.User, user.Id));
        var reached = direct.Select(tie => tie.ListId).ToHashSet();
        direct.AddRange(await records.OwnershipsAsync(MemberKind.Person, [standing.Person.Id]));

        // 2. What those lists are on, and so on.
        var nestings = new List<RecordedTie>();
        for (IReadOnlyCollection<long> level = reached; level.Count > 0;)
        {
            var above = await records.NestingsAsync(level);
            nestings.AddRange(above);
            level = [.. above.Select(tie => tie.ListId).Where(reached.Add)];
        }

        // 3. What all of these own, which leads no further.
        List<RecordedTie> owned = reached.Count == 0 ? [] : await records.OwnershipsAsync(MemberKind.List, reached);
        reached.UnionWith(owned.Concat(direct).Select(tie => tie.ListId));
        var lists = reached.Count == 0 ? [] : await records.ListsAsync(reached);
        // Where a clock ran backwards, a record may begin before the list that it is about.
        bool IsThere(RecordedTie tie) => lists.ContainsKey(tie.ListId);
        return new AccessGraph(
            [.. direct.Where(IsThere)], nestings.Where(IsThere).ToLookup(tie => tie.HolderId), owned.Where(IsThere).ToLookup(tie => tie.HolderId), lists);
    }
}
