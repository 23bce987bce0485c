using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Rollcall.Access.Audit;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Access.Lists;

/// <summary>How a list was defined for some time.</summary>
/// <param name="ListId">The internal id.</param>
/// <param name="IntegrationId">The integration that it belongs to; 0 for here.</param>
/// <param name="Type">Who manages the members, a value of <see cref="ListTypes"/>.</param>
/// <param name="ScimId">The Group's id, or null while no integration saw it.</param>
/// <param name="DefinitionJson">What it was, as stored.</param>
/// <param name="FirstRevision">The revision that made it so.</param>
/// <param name="LastRevision">The last revision at which it was so; the present one where it still is.</param>
/// <param name="From">Since when, in microseconds since 1970 in UTC.</param>
/// <param name="To">Until when; <see cref="long.MaxValue"/> where it still is so.</param>
/// <param name="IsDeleted">Whether it ended by the list's deletion.</param>
internal sealed record ListRevision(
    long ListId, long IntegrationId, string Type, string? ScimId, string DefinitionJson, long FirstRevision, long LastRevision, long From, long To, bool IsDeleted)
{
    /// <summary>The key by which the history of a name is ordered.</summary>
    public ListRevisions.Key Key => new(To, ListId);

    /// <summary>What it was.</summary>
    public ListDefinition Definition => JsonSerializer.Deserialize<ListDefinition>(DefinitionJson, ApiJson.Options)!;

    /// <summary>Which members of the definition, and which ids, differ from what the list was before; in order.</summary>
    public IReadOnlyList<string> ChangedSince(ListRevision before)
    {
        var names = ChangedNames.Between(Encoding.UTF8.GetBytes(before.DefinitionJson), Encoding.UTF8.GetBytes(DefinitionJson));
        if (ScimId != before.ScimId)
            return [.. names.Append("scimId").Order(StringComparer.Ordinal)];
        // The one thing that begins a new definition and is not kept of past ones.
        return names.Count > 0 ? names : ["externalId"];
    }
}

/// <summary>Who made a change, as its row of the audit log says.</summary>
/// <param name="Code">What was done.</param>
/// <param name="Actor">Who, as JSON.</param>
/// <param name="RequestId">In which request.</param>
internal sealed record RevisionAuthor(string Code, string Actor, string RequestId);

/// <summary>
/// The history of a list: how it was defined and when, deleted lists of the same name included. Changes of members are no part
/// of it; those have histories of their own.
/// </summary>
internal static class ListRevisions
{
    /// <summary>Where a page ends.</summary>
    /// <param name="To">Until when the last one was true.</param>
    /// <param name="ListId">The list's internal id.</param>
    public readonly record struct Key(long To, long ListId)
    {
        /// <summary>Reads what <see cref="ToString"/> wrote; null stands for before the first.</summary>
        /// <exception cref="ApiException">400: it was not made here.</exception>
        public static Key? Parse(string? text)
        {
            if (text is null)
                return null;
            return text.Split('.') is [var to, var list]
                && long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var time) && long.TryParse(list, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    ? new Key(time, id)
                    : throw ApiException.Invalid("cursor", "The cursor was not made here. Start again without one.");
        }

        /// <summary>The key as text.</summary>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{To}.{ListId}");
    }

    // What it is now; the end of time stands for "until now".
    private static readonly string Present =
        $"select id, integration_id, type, scim_id, definition, defined_revision, revision, defined, {long.MaxValue}, false from lists where name = $1";

    /// <summary>What it was. The history of one name stands in the order of time.</summary>
    internal const string Past =
        """
        select h.list_id, h.integration_id, h.type, h.scim_id, h.definition, h.from_revision, h.to_revision - 1, h.from_at, h.to_at,
          not exists (select 1 from lists l where l.id = h.list_id) and not exists (
            select 1 from list_history n where n.integration_id = h.integration_id and n.list_id = h.list_id and n.to_revision > h.to_revision)
        from list_history h where h.name = $1 and h.to_at <= $2 and (h.to_at < $2 or h.list_id < $3)
        order by h.to_at desc, h.list_id desc limit $4
        """;

    /// <summary>A page of the history of a name, the newest first.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="name">The list's name.</param>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static async ValueTask<List<ListRevision>> PageAsync(Session session, string name, Key? after, int count)
    {
        var revisions = after is null ? await session.ListAsync(Present, Map, name) : [];
        var (to, list) = after ?? new Key(long.MaxValue, long.MaxValue);
        revisions.AddRange(await session.ListAsync(Past, Map, name, to, list, count - revisions.Count));
        return revisions;
    }

    /// <summary>Who made some revisions of a list, by time and number, where the audit log still knows.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="name">The list's name.</param>
    /// <param name="revisions">Those that are asked for, each with the one before it.</param>
    public static async ValueTask<Dictionary<(long At, long Revision), RevisionAuthor>> AuthorsAsync(Session session, string name, IReadOnlyList<ListRevision> revisions)
    {
        // The log has a list under the id that it had before the change: SCIM's, or its name where SCIM did not see it.
        var ids = revisions.Select(revision => revision.ScimId).OfType<string>().Append(name).Distinct(StringComparer.Ordinal);
        var authors = new Dictionary<(long, long), RevisionAuthor>();
        await session.EachAsync(Authors(session.Dialect),
            row => authors[(row.GetInt64(0), row.GetInt64(1))] = new RevisionAuthor(row.GetString(2), row.GetString(3), row.GetString(4)),
            JsonSerializer.Serialize(ids), JsonSerializer.Serialize(revisions.Select(revision => revision.From)), name);
        return authors;
    }

    /// <summary>The statement of <see cref="AuthorsAsync"/>: each change is looked up by what was changed and when.</summary>
    internal static string Authors(Dialect dialect) =>
        $"""
         select at, revision_after, code, actor, request_id from audit
         where resource_id in ({dialect.TextSet("$1")}) and at in ({dialect.NumberSet("$2")})
           and outcome <> 'read' and outcome = 'done' and resource_kind = 'list' and resource_name = $3 and revision_after > coalesce(revision_before, 0)
         """;

    private static ListRevision Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4), row.GetInt64(5), row.GetInt64(6),
        row.GetInt64(7), row.GetInt64(8), row.GetBoolean(9));
}
