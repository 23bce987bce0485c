using System.Data.Common;
using System.Text.Json;
using Rollcall.Data;
using Rollcall.Governance.Audit;
using Rollcall.Scim;
using Rollcall.Web.Api;

namespace Rollcall.Governance.Identities;

/// <summary>Identities in the database.</summary>
public static class IdentityStore
{
    internal const string Select =
        "select id, public_id, email, given_name, family_name, manager_public_id, active, attributes, revision, created, modified from identities";

    /// <summary>An identity by its public id or its e-mail address; null if there is none.</summary>
    public static async ValueTask<Identity?> FindAsync(Session session, string idOrEmail) =>
        await session.FirstAsync($"{Select} where public_id = $1", Map, idOrEmail)
        ?? await session.FirstAsync($"{Select} where email_key = $1", Map, ScimText.Fold(idOrEmail));

    /// <summary>An identity by its id in the database; null if there is none.</summary>
    public static ValueTask<Identity?> FindAsync(Session session, long id) => session.FirstAsync($"{Select} where id = $1", Map, id);

    /// <summary>Those of these public ids that there are.</summary>
    public static ValueTask<List<Identity>> FindAllAsync(Session session, IEnumerable<string> publicIds) =>
        session.ListAsync($"{Select} where public_id in ({session.Dialect.TextSet("$1")})", Map, JsonSerializer.Serialize(publicIds));

    /// <summary>Those of these e-mail addresses that there are.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="emailKeys">The addresses as <see cref="ScimText.Fold"/> makes them.</param>
    public static ValueTask<List<Identity>> FindByEmailAsync(Session session, IEnumerable<string> emailKeys) =>
        session.ListAsync($"{Select} where email_key in ({session.Dialect.TextSet("$1")})", Map, JsonSerializer.Serialize(emailKeys));

    /// <summary>The identities named, each by its public id or its e-mail address, locked until the transaction ends.</summary>
    /// <returns>By the name; names that nobody has are absent.</returns>
    public static async ValueTask<Dictionary<string, Identity>> LockAllAsync(WriteSession session, IReadOnlyCollection<string> names)
    {
        var found = await session.ListAsync(
            $"""
            {Select} where public_id in ({session.Dialect.TextSet("$1")}) or email_key in ({session.Dialect.TextSet("$2")})
            order by id {session.Dialect.ForUpdate}
            """, Map, JsonSerializer.Serialize(names), JsonSerializer.Serialize(names.Select(ScimText.Fold)));
        var byId = found.ToDictionary(identity => identity.PublicId, StringComparer.Ordinal);
        var byEmail = found.ToDictionary(identity => ScimText.Fold(identity.Email), StringComparer.Ordinal);
        return names.Distinct(StringComparer.Ordinal)
            .Select(name => (name, identity: byId.GetValueOrDefault(name) ?? byEmail.GetValueOrDefault(ScimText.Fold(name))))
            .Where(pair => pair.identity is not null)
            .ToDictionary(pair => pair.name, pair => pair.identity!, StringComparer.Ordinal);
    }

    /// <summary>Locks an identity until the transaction ends.</summary>
    /// <returns>Null if there is none of this public id.</returns>
    public static ValueTask<Identity?> LockAsync(WriteSession session, string publicId) =>
        session.FirstAsync($"{Select} where public_id = $1 {session.Dialect.ForUpdate}", Map, publicId);

    /// <summary>Identities by public id.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">The last public id of the page before; null for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<Identity>> PageAsync(Session session, IdentityFilter filter, string? after, int count)
    {
        var conditions = new Conditions();
        conditions.Add($"public_id > {conditions.Value(after ?? "")}");
        conditions.AddEqual("active", filter.Active).AddEqual("manager_public_id", filter.Manager);
        if (filter.Text is { } text)
            conditions.Add(session.Dialect.Contains("search_key", conditions.Value(ScimText.Fold(text))));
        return session.ListAsync($"{Select} {conditions.Where} order by public_id limit {conditions.Value(count)}", Map, conditions.Arguments);
    }

    /// <summary>Makes an identity.</summary>
    /// <exception cref="UniqueViolationException">The id or the e-mail address is taken.</exception>
    public static async ValueTask<Identity> CreateAsync(WriteSession session, Change change, string publicId, IdentityDefinition definition)
    {
        var id = await session.FirstAsync(
            """
            insert into identities (public_id, email, email_key, given_name, family_name, manager_public_id, active, attributes, search_key, revision, created, modified)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $10) returning id
            """,
            row => row.GetInt64(0), publicId, definition.Email, ScimText.Fold(definition.Email), definition.GivenName, definition.FamilyName, definition.Manager,
            definition.Active, ToJson(definition.Attributes), SearchKey(publicId, definition), session.Now);
        await AuditLog.WriteAsync(session, change, "identity.create", new AuditedResource("identity", publicId));
        return Make(id, publicId, definition, 1, session.Now, session.Now);
    }

    /// <summary>Changes an identity that is locked.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="change">Who changes it.</param>
    /// <param name="current">What it is.</param>
    /// <param name="definition">What it is to be.</param>
    /// <exception cref="UniqueViolationException">The e-mail address is taken.</exception>
    public static async ValueTask<Identity> UpdateAsync(WriteSession session, Change change, Identity current, IdentityDefinition definition)
    {
        await session.ExecuteAsync(
            """
            update identities set email = $2, email_key = $3, given_name = $4, family_name = $5, manager_public_id = $6, active = $7, attributes = $8,
            search_key = $9, revision = revision + 1, modified = $10 where id = $1
            """,
            current.Id, definition.Email, ScimText.Fold(definition.Email), definition.GivenName, definition.FamilyName, definition.Manager, definition.Active,
            ToJson(definition.Attributes), SearchKey(current.PublicId, definition), session.Now);
        await AuditLog.WriteAsync(session, change, "identity.update", new AuditedResource("identity", current.PublicId),
            new { changed = definition.ChangedFrom(IdentityDefinition.Of(current)), active = definition.Active });
        return Make(current.Id, current.PublicId, definition, current.Revision + 1, current.Created, session.Now);
    }

    /// <summary>Deletes an identity that nothing refers to.</summary>
    public static async ValueTask DeleteAsync(WriteSession session, Change change, Identity identity)
    {
        await session.ExecuteAsync("delete from identities where id = $1", identity.Id);
        await AuditLog.WriteAsync(session, change, "identity.delete", new AuditedResource("identity", identity.PublicId));
    }

    /// <summary>What refers to an identity, in words for people; null if nothing does.</summary>
    public static async ValueTask<string?> ReferenceAsync(Session session, Identity identity)
    {
        (string What, string Sql, object Key)[] references =
        [
            ("it has accounts", "select 1 from accounts where identity_id = $1 limit 1", identity.Id),
            ("entitlements are assigned to it", "select 1 from assignments where identity_id = $1 limit 1", identity.Id),
            ("access was requested for it", "select 1 from request_items where identity_id = $1 limit 1", identity.Id),
            ("it requested access", "select 1 from requests where requester_id = $1 limit 1", identity.Id),
            ("it is an approver", "select 1 from approvals where approver_id = $1 limit 1", identity.Id),
            ("provisioning was done for it", "select 1 from transactions where identity_id = $1 limit 1", identity.Id),
            ("it owns entitlements", "select 1 from entitlements where owner_id = $1 limit 1", identity.Id),
            ("it is a manager", "select 1 from identities where manager_public_id = $1 limit 1", identity.PublicId),
        ];
        foreach (var (what, sql, key) in references)
        {
            if (await session.FirstAsync(sql, _ => true, key))
                return what;
        }
        // Applications are few, and name their owner by id or by address.
        var owners = await session.ListAsync(
            $"select {session.Dialect.JsonValue("definition", ["owner"])} from applications", row => row.Text(0));
        return owners.Exists(owner => owner == identity.PublicId || (owner is not null && ScimText.Fold(owner) == ScimText.Fold(identity.Email))) ? "it owns applications" : null;
    }

    internal static Identity Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.Text(3), row.Text(4), row.Text(5), row.GetBoolean(6),
        JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(7), ApiJson.Options)!, row.GetInt64(8), row.GetInt64(9), row.GetInt64(10));

    internal static Identity Make(long id, string publicId, IdentityDefinition definition, long revision, long created, long modified) => new(
        id, publicId, definition.Email, definition.GivenName, definition.FamilyName, definition.Manager, definition.Active, definition.Attributes, revision, created, modified);

    private static string ToJson(IReadOnlyDictionary<string, string> attributes) => JsonSerializer.Serialize(attributes, ApiJson.Options);

    private static string SearchKey(string publicId, IdentityDefinition definition) =>
        ScimText.Fold($"{publicId} {definition.Email} {definition.GivenName} {definition.FamilyName}");
}

/// <summary>Which identities are asked for; what is null does not count.</summary>
/// <param name="Text">A part of the id, the e-mail address or the name, without case.</param>
/// <param name="Active">Whether in service.</param>
/// <param name="Manager">The manager's public id.</param>
public sealed record IdentityFilter(string? Text = null, bool? Active = null, string? Manager = null);
