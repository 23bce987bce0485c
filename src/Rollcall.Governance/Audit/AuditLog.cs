using System.Data.Common;
using System.Text.Json;
using Rollcall.Data;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Audit;

/// <summary>What a row of the audit log is about.</summary>
/// <param name="Kind">What kind of thing: <c>application</c>, <c>identity</c>, <c>account</c>, <c>entitlement</c>, <c>task</c>, <c>schedule</c>, <c>request</c>, <c>approval</c>, <c>transaction</c>.</param>
/// <param name="Id">The id that the API knows it by.</param>
/// <param name="Name">Its name, for people; or null.</param>
public readonly record struct AuditedResource(string Kind, string Id, string? Name = null);

/// <summary>A row of the audit log as it is read.</summary>
public sealed record AuditRow(
    long Id, long At, string RequestId, string Code, string Outcome, Actor Actor, AuditedResource Resource, string? Operations);

/// <summary>
/// Writes and reads the audit log. A row is written in the transaction of the change itself: what is not there did not
/// happen, and what happened is there.
/// </summary>
public static class AuditLog
{
    /// <summary>The outcome of a change that was made.</summary>
    public const string Done = "done";

    /// <summary>The outcome of what was tried and did not come about, such as provisioning that failed.</summary>
    public const string Failed = "failed";

    /// <summary>Writes a row.</summary>
    /// <param name="session">The transaction of the change.</param>
    /// <param name="change">Who makes it.</param>
    /// <param name="code">What was done, such as <c>application.update</c>.</param>
    /// <param name="resource">What it was done to.</param>
    /// <param name="operations">What changed: an object that is kept as JSON, without secrets; or null.</param>
    /// <param name="outcome"><see cref="Done"/> or <see cref="Failed"/>.</param>
    public static async ValueTask WriteAsync(
        WriteSession session, Change change, string code, AuditedResource resource, object? operations = null, string outcome = Done) =>
        await session.ExecuteAsync(
            """
            insert into audit (request_id, change_number, at, code, outcome, actor, user_name, resource_kind, resource_id, resource_name, operations)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            change.RequestId, change.Number, session.Now, code, outcome, change.Actor.ToJson(), change.Actor.Identity ?? change.Actor.User,
            resource.Kind, resource.Id, resource.Name, operations is null ? null : JsonSerializer.Serialize(operations, ApiJson.Options));

    /// <summary>Whether a change is in the database: asked when the outcome of its commit is unknown.</summary>
    public static async ValueTask<bool> ContainsAsync(Session session, WriteKey key) =>
        await session.FirstAsync("select 1 from audit where request_id = $1 and change_number = $2", _ => true, key.RequestId, key.Number);

    /// <summary>A page of rows, newest first.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="before">The last row of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static async ValueTask<List<AuditRow>> PageAsync(Session session, AuditFilter filter, (long At, long Id)? before, int count)
    {
        var conditions = new Conditions()
            .AddEqual("code", filter.Code).AddEqual("outcome", filter.Outcome).AddEqual("user_name", filter.Actor)
            .AddEqual("resource_kind", filter.ResourceKind).AddEqual("resource_id", filter.ResourceId).AddEqual("request_id", filter.RequestId);
        if (filter.Since is { } since)
            conditions.Add($"at >= {conditions.Value(since)}");
        if (filter.Until is { } until)
            conditions.Add($"at < {conditions.Value(until)}");
        if (before is var (at, id))
            conditions.Add($"(at, id) < ({conditions.Value(at)}, {conditions.Value(id)})");
        return await session.ListAsync(
            $"""
            select id, at, request_id, code, outcome, actor, resource_kind, resource_id, resource_name, operations from audit {conditions.Where}
            order by at desc, id desc limit {conditions.Value(count)}
            """, Map, conditions.Arguments);
    }

    private static AuditRow Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), Actor.Parse(row.GetString(5)),
        new AuditedResource(row.GetString(6), row.GetString(7), row.Text(8)), row.Text(9));
}

/// <summary>Which rows of the audit log are asked for; what is null does not count.</summary>
public sealed record AuditFilter
{
    /// <summary>Not before this time, in microseconds since 1970 in UTC.</summary>
    public long? Since { get; init; }

    /// <summary>Before this time.</summary>
    public long? Until { get; init; }

    /// <summary>What was done.</summary>
    public string? Code { get; init; }

    /// <summary>What came of it.</summary>
    public string? Outcome { get; init; }

    /// <summary>Who acted: an identity by its id, or an administrator.</summary>
    public string? Actor { get; init; }

    /// <summary>The kind of what it was done to.</summary>
    public string? ResourceKind { get; init; }

    /// <summary>Its id.</summary>
    public string? ResourceId { get; init; }

    /// <summary>A request's id.</summary>
    public string? RequestId { get; init; }
}
