using Rollcall.Data;
using Rollcall.Governance.Aggregation;

namespace Rollcall.Governance.Catalog;

/// <summary>The catalog in the database.</summary>
public static class EntitlementStore
{
    /// <summary>Writes Groups as a server shows them: new ones, and those that have changed. What was set here stays.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="applicationId">The application.</param>
    /// <param name="rows">What <see cref="EntitlementResource.Write"/> makes of each, as <see cref="ResourceJson.Rows"/>.</param>
    /// <returns>Their ids.</returns>
    internal static async ValueTask<IReadOnlyList<long>> SaveAsync(WriteSession session, long applicationId, string rows)
    {
        string Value(string name) => session.Dialect.JsonValue("j.value", [name]);
        return await session.ListAsync(
            $"""
             insert into entitlements (application_id, scim_id, title, title_key, version, requestable, member_count, revision, refreshed, attributes)
             select $1, {Value("scimId")}, {Value("title")}, {Value("titleKey")}, {Value("version")}, true, {Value("memberCount")}, 1, $3, {Value("attributes")}
               from {session.Dialect.JsonElements("$2", ["rows"])} j where true
             on conflict (application_id, scim_id) do update set
                title = excluded.title, title_key = excluded.title_key, version = excluded.version, member_count = excluded.member_count,
                revision = entitlements.revision + 1, gone = null, refreshed = excluded.refreshed, attributes = excluded.attributes
             returning id
             """,
            row => row.GetInt64(0), applicationId, rows, session.Now);
    }

    /// <summary>Whether any group of an application may have members: its count says so, or is not known.</summary>
    internal static ValueTask<bool> HasMembersAsync(Session session, long applicationId) =>
        session.FirstAsync("select 1 from entitlements where application_id = $1 and gone is null and (member_count is null or member_count > 0) limit 1", _ => true, applicationId);
}
