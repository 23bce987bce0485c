using Rollcall.Data;

namespace Rollcall.Access.Audit;

/// <summary>What kind of resource a row of the audit log or the change feed is about. The numbers are stored.</summary>
public enum ResourceKind
{
    /// <summary>A User.</summary>
    User = 0,
    /// <summary>An access list, also as a Group.</summary>
    List = 1,
    /// <summary>An integration.</summary>
    Integration = 2,
}

/// <summary>What happened to a resource at a revision. The numbers are stored.</summary>
public enum ChangeAction
{
    /// <summary>It was made.</summary>
    Created = 0,
    /// <summary>Its own attributes changed.</summary>
    Updated = 1,
    /// <summary>It was deleted.</summary>
    Deleted = 2,
    /// <summary>Its members, or the lists that it is a member of, changed.</summary>
    Membership = 3,
}

/// <summary>One row of the audit log.</summary>
/// <param name="Code">What was done, such as <c>group.patch</c>.</param>
/// <param name="IntegrationId">The integration that the resource belongs to; 0 for here.</param>
/// <param name="Kind">What it was done to.</param>
/// <param name="ResourceId">The id that the actor knows it by.</param>
/// <param name="ResourceName">Its name, for people.</param>
/// <param name="RevisionBefore">The revision found, or null where it was made.</param>
/// <param name="RevisionAfter">The revision left, or null where it was deleted.</param>
/// <param name="Operations">What changed, as JSON, or null.</param>
public sealed record AuditEntry(
    string Code, long IntegrationId, ResourceKind Kind, string ResourceId, string? ResourceName,
    long? RevisionBefore, long? RevisionAfter, string? Operations);

/// <summary>
/// Writes the audit log and the change feed, in the transaction of the change itself: what is not there did not happen,
/// and what happened is there.
/// </summary>
internal static class AuditLog
{
    private const string InsertAudit =
        """
        insert into audit (request_id, change_number, at, code, outcome, integration_id, actor, client, user_name, resource_kind, resource_id,
          resource_name, revision_before, revision_after, operations, request)
        values ($1, $2, $3, $4, 'done', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """;

    // A minute that is summed up is written again when it is over.
    private const string InsertRecorded =
        """
        insert into audit (request_id, change_number, at, code, outcome, integration_id, actor, client, user_name, resource_kind, resource_id,
          resource_name, operations, request)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        on conflict (request_id, change_number) do update set operations = excluded.operations
        """;

    private const string InsertChange =
        """
        insert into changes (at, request_id, integration_id, resource_kind, resource_id, revision, action)
        values ($1, $2, $3, $4, $5, $6, $7)
        """;

    /// <summary>Writes the audit row of a change.</summary>
    public static async ValueTask AuditAsync(WriteSession session, ChangeContext context, long at, AuditEntry entry) =>
        await session.ExecuteAsync(InsertAudit,
            context.RequestId, context.Number, at, entry.Code, entry.IntegrationId, context.ActorJson, context.Actor.Client, context.Actor.User, Word(entry.Kind),
            entry.ResourceId, entry.ResourceName, entry.RevisionBefore, entry.RevisionAfter, entry.Operations,
            AuditJson.Of(context.Facts(entry.RevisionBefore)));

    /// <summary>Writes rows of requests that are over. A row that is there already is kept, with the number that it counts brought up to date.</summary>
    public static async ValueTask RecordAsync(WriteSession session, IReadOnlyList<ReadyRow> rows)
    {
        foreach (var (row, actor, request, operations) in rows)
        {
            var (id, name) = await ResourceOf(session, row);
            await session.ExecuteAsync(InsertRecorded,
                row.RequestId, row.Number, row.At, row.Route.Code, row.Outcome, row.IntegrationId, actor, row.Actor.Client, row.Actor.User,
                row.Route.Kind is { } kind ? Word(kind) : "", id, name, operations, request);
        }
    }

    /// <summary>Writes the feed row of one resource's new revision.</summary>
    public static async ValueTask FeedAsync(
        WriteSession session, ChangeContext context, long at, long integrationId, ResourceKind kind, long resourceId, long revision, ChangeAction action) =>
        await session.ExecuteAsync(InsertChange, at, context.RequestId, integrationId, (int)kind, resourceId, revision, (int)action);

    /// <summary>Whether a change is in the database: asked when the outcome of its commit is unknown.</summary>
    public static async ValueTask<bool> ContainsAsync(Session session, WriteKey key) =>
        await session.FirstAsync("select 1 from audit where request_id = $1 and change_number = $2", _ => true, key.RequestId, key.Number);

    /// <summary>
    /// The id and the name of what a refusal was about, as the rows of changes have them, so that a search finds both. What
    /// is not there keeps the id that the caller wrote.
    /// </summary>
    private static async ValueTask<(string Id, string? Name)> ResourceOf(Session session, RecordedRow row)
    {
        var id = row.ResourceId;
        if (id.Length == 0 || row.Outcome == Outcomes.Read)
            return (id, null);
        var found = row.Route switch
        {
            { Kind: ResourceKind.List, IsAdmin: true } =>
                await session.FirstAsync("select coalesce(scim_id, name), name from lists where name = $1", Names, id),
            { Kind: ResourceKind.List } =>
                await session.FirstAsync("select scim_id, name from lists where integration_id = $1 and scim_id = $2", Names, row.IntegrationId, id),
            { Kind: ResourceKind.User, IsAdmin: true } =>
                await session.FirstAsync("select scim_id, user_name from users where scim_id = $1", Names, id),
            { Kind: ResourceKind.User } =>
                await session.FirstAsync("select scim_id, user_name from users where integration_id = $1 and scim_id = $2", Names, row.IntegrationId, id),
            _ => (id, id),
        };
        return found.Item1 is null ? (id, null) : found;
    }

    private static (string, string) Names(System.Data.Common.DbDataReader row) => (row.GetString(0), row.GetString(1));

    private static string Word(ResourceKind kind) => kind switch
    {
        ResourceKind.User => "user",
        ResourceKind.List => "list",
        _ => "integration",
    };
}
