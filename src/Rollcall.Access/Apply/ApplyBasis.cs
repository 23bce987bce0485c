using System.Text.Json;
using Rollcall.Access.Lists;
using Rollcall.Data;

namespace Rollcall.Access.Apply;

/// <summary>
/// What a plan was worked out from: as long as all of this is as it was, so is the plan. Whatever changes a list gives it a new
/// revision, whatever adds an edge of the hierarchy counts it.
/// </summary>
/// <param name="Lists">Id and revision of each list that the documents name, and with prune of each that apply made.</param>
/// <param name="Applied">The names of the lists that apply made; empty without prune.</param>
/// <param name="Integrations">The integrations by id.</param>
/// <param name="Edges">The count of the hierarchy's edges.</param>
internal sealed record ApplyBasis(
    IReadOnlyDictionary<string, (long Id, long Revision)> Lists, IReadOnlyList<string> Applied, IReadOnlyDictionary<long, string> Integrations, long Edges)
{
    /// <summary>Reads it.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="names">All lists that the documents name.</param>
    /// <param name="prune">Whether the lists that apply made matter.</param>
    public static async ValueTask<ApplyBasis> ReadAsync(Session session, IReadOnlyCollection<string> names, bool prune)
    {
        List<string> applied = prune ? await session.ListAsync("select name from lists where applied is not null order by name", row => row.GetString(0)) : [];
        var lists = await session.ListAsync(
            $"select name, id, revision from lists where name in ({session.Dialect.TextSet("$1")})",
            row => (row.GetString(0), (row.GetInt64(1), row.GetInt64(2))), JsonSerializer.Serialize(names.Concat(applied)));
        var integrations = await session.ListAsync("select id, name from integrations order by id", row => (row.GetInt64(0), row.GetString(1)));
        return new ApplyBasis(lists.ToDictionary(StringComparer.Ordinal), applied, integrations.ToDictionary(), await Hierarchy.EdgesAsync(session));
    }

    /// <summary>Whether nothing has changed.</summary>
    /// <param name="now">What there is now.</param>
    /// <param name="ownEdges">How often the caller itself has counted edges since.</param>
    public bool IsCurrent(ApplyBasis now, int ownEdges = 0) =>
        now.Edges == Edges + ownEdges && now.Lists.Count == Lists.Count && now.Lists.All(list => Lists.TryGetValue(list.Key, out var then) && then == list.Value)
        && now.Applied.SequenceEqual(Applied) && now.Integrations.SequenceEqual(Integrations);
}
