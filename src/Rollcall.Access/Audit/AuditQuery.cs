using System.Data.Common;
using System.Globalization;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Web.Api;

namespace Rollcall.Access.Audit;

/// <summary>A row of the audit log as it is read.</summary>
internal sealed record StoredRow(
    long Id, long At, string Code, string Outcome, string Actor, string RequestId, string ResourceKind, string ResourceId, string? ResourceName,
    long? RevisionBefore, long? RevisionAfter, string? Operations, string? Request);

/// <summary>Which rows of the audit log are asked for; what is null does not count.</summary>
internal sealed record AuditFilter
{
    /// <summary>Not before this time, in microseconds since 1970 in UTC.</summary>
    public long? Since { get; init; }

    /// <summary>Before this time.</summary>
    public long? Until { get; init; }

    /// <summary>What the code is or begins with.</summary>
    public string? Code { get; init; }

    /// <summary>One of <see cref="Outcomes"/>.</summary>
    public string? Outcome { get; init; }

    /// <summary>An integration's name: what it did, and what was done to it and to what belongs to it. It may have been deleted.</summary>
    public string? Integration { get; init; }

    /// <summary>The id of an OAuth client or of a static token.</summary>
    public string? Client { get; init; }

    /// <summary>An administrator.</summary>
    public string? User { get; init; }

    /// <summary>Whoever acted: an integration, a client or an administrator.</summary>
    public string? Actor { get; init; }

    /// <summary>The id or the name of a resource.</summary>
    public string? Resource { get; init; }

    /// <summary>The kind of resource: <c>user</c>, <c>list</c> or <c>integration</c>.</summary>
    public string? ResourceKind { get; init; }

    /// <summary>The id of a resource.</summary>
    public string? ResourceId { get; init; }

    /// <summary>The name of a resource.</summary>
    public string? ResourceName { get; init; }

    /// <summary>A request's id.</summary>
    public string? RequestId { get; init; }
}

/// <summary>
/// Reads the audit log by pages in the order of time. A resource or a request is looked up by its index; for all else the
/// index in the order of time is walked, which holds what is filtered by.
/// </summary>
internal static class AuditQuery
{
    private const string Columns =
        "id, at, code, outcome, actor, request_id, resource_kind, resource_id, resource_name, revision_before, revision_after, operations, request";

    /// <summary>Where a page ends.</summary>
    /// <param name="At">The last row's time.</param>
    /// <param name="Id">The last row's id.</param>
    public readonly record struct Key(long At, long Id)
    {
        /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
        /// <exception cref="ApiException">400: it was not made here.</exception>
        public static Key Parse(string text) =>
            text.Split('.') is [var at, var id]
            && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var time) && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new Key(time, number)
                : throw ApiException.Invalid("cursor", "The cursor was not made here. Start again without one.");

        /// <summary>The key as text.</summary>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At}.{Id}");
    }

    // A name that more resources have, or had, than this is no way to look for one.
    private const int MaxResources = 50;

    /// <summary>A page of rows.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="integrationId">The id of the integration that is now of the name that is asked for; null if there is none.</param>
    /// <param name="oldestFirst">Whether the oldest come first, instead of the newest.</param>
    /// <param name="after">The last row of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static async ValueTask<List<StoredRow>> PageAsync(Session session, AuditFilter filter, long? integrationId, bool oldestFirst, Key? after, int count)
    {
        var resources = filter.Resource is { } resource ? await IdsOfAsync(session, resource)
            : filter.ResourceName is { } name ? await IdsOfAsync(session, name)
            : filter.ResourceId is { } id ? [id]
            : null;
        var (sql, arguments) = Statement(filter, resources, integrationId, oldestFirst, after, count);
        return await session.ListAsync(sql, Map, arguments);
    }

    /// <summary>The statement of a page and its arguments.</summary>
    /// <param name="filter">Which rows.</param>
    /// <param name="resources">The ids of the resources that are meant; null for all.</param>
    /// <param name="integrationId">As for <see cref="PageAsync"/>.</param>
    /// <param name="oldestFirst">As for <see cref="PageAsync"/>.</param>
    /// <param name="after">As for <see cref="PageAsync"/>.</param>
    /// <param name="count">As for <see cref="PageAsync"/>.</param>
    internal static (string Sql, object?[] Arguments) Statement(
        AuditFilter filter, IReadOnlyList<string>? resources, long? integrationId, bool oldestFirst, Key? after, int count)
    {
        var arguments = new List<object?>();
        var conditions = new List<string>();
        if (filter.Since is { } since)
            conditions.Add($"at >= {Value(since)}");
        if (filter.Until is { } until)
            conditions.Add($"at < {Value(until)}");
        if (filter.Code is { } code)
            conditions.Add($"substr(code, 1, {Value(code.Length)}) = {Value(code)}");
        foreach (var (column, given) in (IEnumerable<(string, string?)>)
            [("outcome", filter.Outcome), ("client", filter.Client), ("user_name", filter.User), ("resource_kind", filter.ResourceKind),
                ("resource_id", filter.ResourceId), ("resource_name", filter.ResourceName), ("request_id", filter.RequestId)])
        {
            if (given is not null)
                conditions.Add($"{column} = {Value(given)}");
        }
        if (filter.Integration is { } integration)
            conditions.Add(OfIntegration(integration));
        if (filter.Actor is { } actor)
            conditions.Add($"(client = {Value(actor)} or user_name = {Value(actor)} or (client is not null and {OfIntegration(actor)}))");
        var (direction, sign) = oldestFirst ? ("", ">") : (" desc", "<");
        if (after is { } key)
            conditions.Add($"(at, id) {sign} ({Value(key.At)}, {Value(key.Id)})");
        var ending = $"order by at{direction}, id{direction} limit {Value(count)}";
        if (resources is null || filter.RequestId is not null)
            return ($"select {Columns} from audit {Where(conditions)} {ending}", [.. arguments]);

        // Each part has the order of time by its index, and so gives no more than a page; reads stand in an index of their own.
        var parts = resources.Select(id => Part($"resource_id = {Value(id)} and outcome <> 'read'"))
            .Append(Part($"outcome = 'read' and resource_id <> '' and resource_id in ({string.Join(", ", resources.Select(id => Value(id)))})"));
        return ($"select {Columns} from audit where id in ({string.Join(" union all ", parts)}) {ending}", [.. arguments]);

        string Part(string condition) => $"select id from (select id from audit {Where([.. conditions, condition])} {ending}) part";

        string Value(object value)
        {
            arguments.Add(value);
            return $"${arguments.Count}";
        }

        // Names are used over again; what belonged to one before is found by what the log says of integrations of that name.
        string OfIntegration(string name) =>
            $"integration_id in (select {Value(integrationId ?? -1)} union all select i.integration_id from audit i where i.resource_id = {Value(name)} and i.outcome <> 'read' and i.resource_kind = 'integration' and i.integration_id <> 0)";
    }

    /// <summary>
    /// The ids of what is, or was, of a name, and the name itself, which is the id of what SCIM does not show and of what was
    /// never there.
    /// </summary>
    private static async ValueTask<IReadOnlyList<string>> IdsOfAsync(Session session, string name)
    {
        var ids = await session.ListAsync(
            """
            select scim_id from lists where name = $1
            union select scim_id from list_history where name = $1
            union select u.scim_id from people p join users u on u.person_id = p.id where p.name_key = $2
            union select h.scim_id from people p join user_history h on h.person_id = p.id where p.name_key = $2
            limit $3
            """,
            row => row.IsDBNull(0) ? name : row.GetString(0), name, ScimText.Fold(name), MaxResources);
        return [.. ids.Append(name).Distinct(StringComparer.Ordinal)];
    }

    private static string Where(IReadOnlyCollection<string> conditions) => conditions.Count == 0 ? "" : $"where {string.Join(" and ", conditions)}";

    private static StoredRow Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7), row.Text(8),
        row.Number(9), row.Number(10), row.Text(11), row.Text(12));
}
