using System.Buffers;
using System.Text;
using System.Text.Json;
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
        insert into audit (request_id, change_number, at, code, outcome, integration_id, actor, resource_kind, resource_id,
          resource_name, revision_before, revision_after, operations, request)
        values ($1, $2, $3, $4, 'done', $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """;

    private const string InsertChange =
        """
        insert into changes (at, request_id, integration_id, resource_kind, resource_id, revision, action)
        values ($1, $2, $3, $4, $5, $6, $7)
        """;

    /// <summary>Writes the audit row of a change.</summary>
    public static async ValueTask AuditAsync(WriteSession session, ChangeContext context, long at, AuditEntry entry) =>
        await session.ExecuteAsync(InsertAudit,
            context.RequestId, context.Number, at, entry.Code, entry.IntegrationId, Actor(context.Actor), Word(entry.Kind), entry.ResourceId,
            entry.ResourceName, entry.RevisionBefore, entry.RevisionAfter, entry.Operations, Request(context));

    /// <summary>Writes the feed row of one resource's new revision.</summary>
    public static async ValueTask FeedAsync(
        WriteSession session, ChangeContext context, long at, long integrationId, ResourceKind kind, long resourceId, long revision, ChangeAction action) =>
        await session.ExecuteAsync(InsertChange, at, context.RequestId, integrationId, (int)kind, resourceId, revision, (int)action);

    /// <summary>Whether a change is in the database: asked when the outcome of its commit is unknown.</summary>
    public static async ValueTask<bool> ContainsAsync(Session session, WriteKey key) =>
        await session.FirstAsync("select 1 from audit where request_id = $1 and change_number = $2", _ => true, key.RequestId, key.Number);

    /// <summary>Writes JSON for a column: the caller fills in one object.</summary>
    public static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Actor(Actor actor) => Json(writer =>
    {
        WriteIfSet(writer, "integration", actor.Integration);
        WriteIfSet(writer, "client", actor.Client);
        WriteIfSet(writer, "user", actor.User);
        WriteIfSet(writer, "address", actor.Address);
    });

    private static string Request(ChangeContext context) => Json(writer =>
    {
        writer.WriteString("method", context.Method);
        writer.WriteString("path", context.Path);
    });

    private static void WriteIfSet(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    private static string Word(ResourceKind kind) => kind switch
    {
        ResourceKind.User => "user",
        ResourceKind.List => "list",
        _ => "integration",
    };
}
