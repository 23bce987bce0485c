using System.Data.Common;
using Rollcall.Data;

namespace Rollcall.Access.Audit;

/// <summary>One item of the change feed: a resource got a revision.</summary>
/// <param name="Seq">Its place in the feed.</param>
/// <param name="At">When it was committed, in microseconds since 1970 in UTC.</param>
/// <param name="Integration">The integration that the resource belongs to; null for here, and for one that has been deleted.</param>
/// <param name="Kind">What kind of resource.</param>
/// <param name="Id">The id that the outside knew it by when it was changed: that of SCIM, or the name of a list that SCIM does not show.</param>
/// <param name="Name">The name of a list, the <c>userName</c> of a User.</param>
/// <param name="Revision">The revision that it got.</param>
/// <param name="Action">What happened.</param>
/// <param name="RequestId">The request that did it.</param>
internal sealed record FeedItem(
    long Seq, long At, string? Integration, ResourceKind Kind, string? Id, string? Name, long Revision, ChangeAction Action, string RequestId);

/// <summary>
/// Reads the change feed. Whoever goes on from where the last answer ended sees each revision of each resource once, in
/// the order in which they were committed.
/// </summary>
internal static class ChangeFeed
{
    // How many rows are looked at for one answer: a filter that matches few of them must not read the whole feed at once.
    private const int LargestStep = 10_000;

    // Rows that a reader may see. With one writer that is all there are: their numbers are given in the order of the
    // commits. Where transactions overlap, a lower number may be committed after a higher one, and those that still might
    // have to be held back and ordered here.
    private const string Step = "(select * from changes where seq > $1 order by seq limit $2)";

    private const string Items =
        $"""
         select c.seq, c.at, i.name, c.resource_kind, c.revision, c.action, c.request_id,
           case when c.resource_kind = 0 then coalesce(u.scim_id,
             (select h.scim_id from user_history h where h.integration_id = c.integration_id and h.user_id = c.resource_id order by h.to_revision desc limit 1))
           else coalesce(
             (select h.scim_id from list_history h where h.integration_id = c.integration_id and h.list_id = c.resource_id and h.to_revision >= c.revision
              order by h.to_revision limit 1),
             (select h.scim_id from list_history h where h.integration_id = c.integration_id and h.list_id = c.resource_id and h.to_revision > c.revision
              and h.from_revision <= c.revision),
             case when l.defined_revision <= c.revision then l.scim_id end) end,
           case when c.resource_kind = 0 then coalesce(u.user_name,
             (select h.user_name from user_history h where h.integration_id = c.integration_id and h.user_id = c.resource_id order by h.to_revision desc limit 1))
           else coalesce(l.name,
             (select h.name from list_history h where h.integration_id = c.integration_id and h.list_id = c.resource_id order by h.to_revision desc limit 1)) end
         from {Step} c
         left join integrations i on i.id = c.integration_id
         left join users u on c.resource_kind = 0 and u.id = c.resource_id
         left join lists l on c.resource_kind = 1 and l.id = c.resource_id
         where ($3 is null or c.integration_id = $3) and ($4 is null or c.resource_kind = $4)
         order by c.seq limit $5
         """;

    /// <summary>A part of the feed.</summary>
    /// <param name="Items">The items, in order.</param>
    /// <param name="Next">Where the next part begins.</param>
    public readonly record struct Part(IReadOnlyList<FeedItem> Items, long Next);

    /// <summary>Between which places the feed can be read on.</summary>
    /// <param name="Pruned">The last place whose row is no longer kept; 0 if all are.</param>
    /// <param name="Last">The last place there is.</param>
    public readonly record struct Extent(long Pruned, long Last);

    /// <summary>How far the feed reaches.</summary>
    public static ValueTask<Extent> ExtentAsync(Session session) =>
        session.FirstAsync("select p.changes, coalesce((select max(seq) from changes), p.changes) from pruned p", row => new Extent(row.GetInt64(0), row.GetInt64(1)));

    /// <summary>Reads on from a place; in the snapshot in which <see cref="ExtentAsync"/> was asked.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="after">The place.</param>
    /// <param name="integrationId">Only what belongs to an integration; null for all.</param>
    /// <param name="kind">Only resources of a kind; null for all.</param>
    /// <param name="count">The most to return.</param>
    public static async ValueTask<Part> ReadAsync(Session session, long after, long? integrationId, ResourceKind? kind, int count)
    {
        var step = integrationId is null && kind is null ? count : LargestStep;
        var items = await session.ListAsync(Items, Map, after, step, integrationId, kind is { } wanted ? (int)wanted : null, count);
        if (items.Count == count)
            return new Part(items, items[^1].Seq);
        var seen = await session.FirstAsync($"select coalesce(max(s.seq), $1) from {Step} s", row => row.GetInt64(0), after, step);
        return new Part(items, seen);
    }

    private static FeedItem Map(DbDataReader row)
    {
        var name = row.IsDBNull(8) ? null : row.GetString(8);
        return new FeedItem(
            row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetString(2), (ResourceKind)row.GetInt32(3), row.IsDBNull(7) ? name : row.GetString(7), name,
            row.GetInt64(4), (ChangeAction)row.GetInt32(5), row.GetString(6));
    }
}
