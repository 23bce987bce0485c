using System.Data.Common;
using Rollcall.Data;
using Rollcall.Governance.Aggregation;
using Rollcall.Governance.Audit;
using Rollcall.Scim;

namespace Rollcall.Governance.Catalog;

/// <summary>Which entries of the catalog are asked for; what is null does not count.</summary>
public sealed record EntitlementFilter
{
    /// <summary>The application.</summary>
    public long? ApplicationId { get; init; }

    /// <summary>A text that is part of the title, the name, the description or of what it grants, in comparison form.</summary>
    public string? SearchKey { get; init; }

    /// <summary>The title, in comparison form.</summary>
    public string? TitleKey { get; init; }

    /// <summary>The id that the application's server gave it.</summary>
    public string? ScimId { get; init; }

    /// <summary>The identity that owns it.</summary>
    public long? OwnerId { get; init; }

    /// <summary>Whether it can be asked for.</summary>
    public bool? Requestable { get; init; }

    /// <summary>Whether those that are no longer on the server, instead of those that are.</summary>
    public bool IsGone { get; init; }
}

/// <summary>The catalog in the database.</summary>
public static class EntitlementStore
{
    private const string Select =
        """
        select e.id, e.application_id, p.name, e.scim_id, e.title, e.display_name, e.description, e.owner_id, i.public_id, e.requestable, e.member_count, e.attributes,
               e.revision, e.gone, e.refreshed,
               (select t.finished from tasks t where t.application_id = e.application_id and t.kind = 'AggregateGroups' and t.state = 'Completed' order by t.id desc limit 1)
          from entitlements e join applications p on p.id = e.application_id left join identities i on i.id = e.owner_id
        """;

    /// <summary>An entry; null if there is none.</summary>
    public static ValueTask<Entitlement?> FindAsync(Session session, long id) => session.FirstAsync($"{Select} where e.id = $1", Map, id);

    /// <summary>Entries in the order of their ids.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">The last id of the page before; 0 for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<Entitlement>> PageAsync(Session session, EntitlementFilter filter, long after, int count)
    {
        var conditions = new Conditions()
            .AddEqual("e.application_id", filter.ApplicationId).AddEqual("e.scim_id", filter.ScimId).AddEqual("e.title_key", filter.TitleKey).AddEqual("e.owner_id", filter.OwnerId).AddEqual("e.requestable", filter.Requestable)
            .Add(filter.IsGone ? "e.gone is not null" : "e.gone is null");
        if (filter.SearchKey is { } key)
        {
            var value = conditions.Value(key);
            conditions.Add($"({session.Dialect.Contains("e.search_key", value)} or {session.Dialect.Contains("e.set_key", value)})");
        }
        conditions.Add($"e.id > {conditions.Value(after)}");
        return session.ListAsync($"{Select} {conditions.Where} order by e.id limit {conditions.Value(count)}", Map, conditions.Arguments);
    }

    /// <summary>How many accounts hold an entitlement.</summary>
    public static ValueTask<long> CountHoldersAsync(Session session, Entitlement entitlement) => session.FirstAsync(
        "select count(*) from account_entitlements h join accounts a on a.id = h.account_id where h.application_id = $1 and h.entitlement_id = $2 and a.gone is null",
        row => row.GetInt64(0), entitlement.ApplicationId, entitlement.Id);

    /// <summary>To how many identities an entitlement was given here.</summary>
    public static ValueTask<long> CountAssignedAsync(Session session, Entitlement entitlement) =>
        session.FirstAsync("select count(*) from assignments where entitlement_id = $1", row => row.GetInt64(0), entitlement.Id);

    /// <summary>Sets an entry.</summary>
    /// <returns>The entry as it is then: the same if nothing has changed.</returns>
    public static async ValueTask<Entitlement> SetAsync(WriteSession session, Change change, Entitlement current, EntitlementSetting setting)
    {
        if (new EntitlementSetting(current.DisplayName, current.Description, current.OwnerId, current.Requestable) == setting)
            return current;
        await session.ExecuteAsync(
            "update entitlements set display_name = $2, description = $3, owner_id = $4, requestable = $5, set_key = $6, revision = revision + 1 where id = $1",
            current.Id, setting.DisplayName, setting.Description, setting.OwnerId, setting.Requestable, ScimText.Fold($"{setting.DisplayName}\n{setting.Description}"));
        var saved = (await FindAsync(session, current.Id))!;
        await AuditLog.WriteAsync(session, change, "entitlement.update", new AuditedResource("entitlement", $"{saved.Id}", saved.Title),
            new { displayName = saved.DisplayName, description = saved.Description, owner = saved.OwnerPublicId, requestable = saved.Requestable });
        return saved;
    }

    /// <summary>Writes Groups as a server shows them: new ones, and those that have changed. What was set here stays.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="applicationId">The application.</param>
    /// <param name="rows">The resources, each with what <see cref="EntitlementResource.Write"/> writes of it.</param>
    /// <returns>Their ids.</returns>
    internal static async ValueTask<IReadOnlyList<long>> SaveAsync(WriteSession session, long applicationId, ResourceRows rows)
    {
        string Value(string name) => session.Dialect.JsonValue("j.value", [name]);
        return await session.ListAsync(
            $"""
             insert into entitlements (application_id, scim_id, title, title_key, version, digest, search_key, requestable, member_count, revision, refreshed, attributes)
             select $1, {Value("scimId")}, {Value("title")}, {Value("titleKey")}, {Value("version")}, {Value("digest")}, {Value("searchKey")}, true, {Value("memberCount")}, 1, $3, {session.Dialect.TextPart("$4", Value("start"), Value("length"))}
               from {session.Dialect.JsonElements("$2", ["rows"])} j where true
             on conflict (application_id, scim_id) do update set
                title = excluded.title, title_key = excluded.title_key, version = excluded.version, digest = excluded.digest, search_key = excluded.search_key,
                member_count = excluded.member_count, revision = entitlements.revision + 1, gone = null, refreshed = excluded.refreshed, attributes = excluded.attributes
             returning id
             """,
            row => row.GetInt64(0), applicationId, rows.Rows, session.Now, rows.Contents);
    }

    /// <summary>Whether any group of an application may have members: its count says so, or is not known.</summary>
    internal static ValueTask<bool> HasMembersAsync(Session session, long applicationId) =>
        session.FirstAsync("select 1 from entitlements where application_id = $1 and gone is null and (member_count is null or member_count > 0) limit 1", _ => true, applicationId);

    private static Entitlement Map(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        ApplicationId = row.GetInt64(1),
        ApplicationName = row.GetString(2),
        ScimId = row.GetString(3),
        Title = row.GetString(4),
        DisplayName = row.Text(5),
        Description = row.Text(6),
        OwnerId = row.Number(7),
        OwnerPublicId = row.Text(8),
        Requestable = row.GetBoolean(9),
        MemberCount = row.Number(10),
        Attributes = row.GetString(11),
        Revision = row.GetInt64(12),
        Gone = row.Number(13),
        Refreshed = row.GetInt64(14),
        Aggregated = row.Number(15),
    };
}
