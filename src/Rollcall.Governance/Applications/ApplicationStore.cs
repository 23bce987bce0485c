using System.Data.Common;
using System.Text.Json;
using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Applications;

/// <summary>Applications and their versions in the database.</summary>
public static class ApplicationStore
{
    private const string Select = "select id, name, definition, version, created, modified from applications";

    /// <summary>An application by its name; null if there is none.</summary>
    public static ValueTask<Application?> FindAsync(Session session, string name) => session.FirstAsync($"{Select} where name = $1", Map, name);

    /// <summary>An application by its id; null if there is none.</summary>
    public static ValueTask<Application?> FindAsync(Session session, long id) => session.FirstAsync($"{Select} where id = $1", Map, id);

    /// <summary>Applications by name.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="after">The last name of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<Application>> PageAsync(Session session, string? after, int count) =>
        session.ListAsync($"{Select} where name > $1 order by name limit $2", Map, after ?? "", count);

    /// <summary>Locks an application until the transaction ends.</summary>
    /// <returns>Null if there is none.</returns>
    public static ValueTask<Application?> LockAsync(WriteSession session, string name) =>
        session.FirstAsync($"{Select} where name = $1 {session.Dialect.ForUpdate}", Map, name);

    /// <summary>Makes an application, at version 1.</summary>
    /// <exception cref="UniqueViolationException">The name is taken.</exception>
    public static async ValueTask<Application> CreateAsync(WriteSession session, Change change, string name, ApplicationDefinition definition)
    {
        var id = await session.FirstAsync(
            "insert into applications (name, definition, version, created, modified) values ($1, $2, 1, $3, $3) returning id",
            row => row.GetInt64(0), name, ToJson(definition), session.Now);
        var application = new Application(id, name, definition, 1, session.Now, session.Now);
        await KeepVersionAsync(session, change, application);
        await AuditLog.WriteAsync(session, change, "application.create", Resource(application));
        return application;
    }

    /// <summary>Saves a definition as the next version, also where only a secret has changed.</summary>
    public static async ValueTask<Application> SaveAsync(WriteSession session, Change change, Application current, ApplicationDefinition definition, object? operations)
    {
        var saved = current with { Definition = definition, Version = current.Version + 1, Modified = session.Now };
        await session.ExecuteAsync("update applications set definition = $2, version = $3, modified = $4 where id = $1",
            saved.Id, ToJson(definition), saved.Version, saved.Modified);
        await KeepVersionAsync(session, change, saved);
        await AuditLog.WriteAsync(session, change, "application.update", Resource(saved), operations);
        return saved;
    }

    /// <summary>Deletes an application with all that was aggregated from it. Nothing is changed on its server.</summary>
    public static async ValueTask DeleteAsync(WriteSession session, Change change, Application application)
    {
        string[] statements =
        [
            "delete from assignments where entitlement_id in (select id from entitlements where application_id = $1)",
            "delete from account_entitlements where application_id = $1",
            "delete from unlisted_memberships where application_id = $1",
            "delete from account_sightings where application_id = $1",
            "delete from entitlement_sightings where application_id = $1",
            "delete from tasks where application_id = $1",
            "delete from accounts where application_id = $1",
            "delete from entitlements where application_id = $1",
            "delete from schedules where application_id = $1",
            "delete from application_schemas where application_id = $1",
            "delete from application_secrets where application_id = $1",
            "delete from application_versions where application_id = $1",
            "delete from applications where id = $1",
        ];
        foreach (var statement in statements)
            await session.ExecuteAsync(statement, application.Id);
        await AuditLog.WriteAsync(session, change, "application.delete", Resource(application));
    }

    /// <summary>Versions of an application, newest first.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="applicationId">Whose.</param>
    /// <param name="before">Only older ones than this; null for the newest.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<ApplicationVersion>> VersionsAsync(Session session, long applicationId, long? before, int count) =>
        session.ListAsync(
            "select version, at, actor, definition from application_versions where application_id = $1 and version < $2 order by version desc limit $3",
            row => new ApplicationVersion(row.GetInt64(0), row.GetInt64(1), Actor.Parse(row.GetString(2)), Parse(row.GetString(3))), applicationId, before ?? long.MaxValue, count);

    /// <summary>One version; null if there is none of that number.</summary>
    public static async ValueTask<ApplicationVersion?> VersionAsync(Session session, long applicationId, long version) =>
        await VersionsAsync(session, applicationId, version + 1, 1) is [var found] && found.Version == version ? found : null;

    /// <summary>How the audit log names an application.</summary>
    public static AuditedResource Resource(Application application) => new("application", application.Name, application.Name);

    private static async ValueTask KeepVersionAsync(WriteSession session, Change change, Application application) =>
        await session.ExecuteAsync("insert into application_versions (application_id, version, at, actor, definition) values ($1, $2, $3, $4, $5)",
            application.Id, application.Version, session.Now, change.Actor.ToJson(), ToJson(application.Definition));

    private static string ToJson(ApplicationDefinition definition) => JsonSerializer.Serialize(definition, ApiJson.Options);

    private static ApplicationDefinition Parse(string json) => JsonSerializer.Deserialize<ApplicationDefinition>(json, ApiJson.Options)!;

    private static Application Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), Parse(row.GetString(2)), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));
}

/// <summary>A definition as it was saved.</summary>
/// <param name="Version">Its number, from 1.</param>
/// <param name="At">When, in microseconds since 1970 in UTC.</param>
/// <param name="Actor">By whom.</param>
/// <param name="Definition">The definition.</param>
public sealed record ApplicationVersion(long Version, long At, Actor Actor, ApplicationDefinition Definition);
