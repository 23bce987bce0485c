using System.Data.Common;
using Rollcall.Data;
using Rollcall.Governance.Aggregation;

namespace Rollcall.Governance.Accounts;

/// <summary>Which accounts are asked for; what is null does not count.</summary>
public sealed record AccountFilter
{
    /// <summary>The application.</summary>
    public long? ApplicationId { get; init; }

    /// <summary>Whose they are.</summary>
    public long? IdentityId { get; init; }

    /// <summary>The user name, in comparison form.</summary>
    public string? UserNameKey { get; init; }

    /// <summary>Whether only those that belong to nobody.</summary>
    public bool IsUncorrelated { get; init; }

    /// <summary>Whether in service or not.</summary>
    public bool? Active { get; init; }

    /// <summary>Whether those that are no longer on the server, instead of those that are.</summary>
    public bool IsGone { get; init; }
}

/// <summary>Accounts in the database.</summary>
public static class AccountStore
{
    private const string Select =
        """
        select a.id, a.application_id, p.name, a.scim_id, a.user_name, a.external_id, a.display_name, a.active, a.version, a.attributes,
               a.identity_id, i.public_id, a.correlation, a.gone, a.refreshed
          from accounts a join applications p on p.id = a.application_id left join identities i on i.id = a.identity_id
        """;

    /// <summary>An account; null if there is none.</summary>
    public static ValueTask<Account?> FindAsync(Session session, long id) => session.FirstAsync($"{Select} where a.id = $1", Map, id);

    /// <summary>Accounts in the order of their ids.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="filter">Which ones.</param>
    /// <param name="after">The last id of the page before; 0 for the first page.</param>
    /// <param name="count">The most to return.</param>
    public static ValueTask<List<Account>> PageAsync(Session session, AccountFilter filter, long after, int count)
    {
        var conditions = new Conditions()
            .AddEqual("a.application_id", filter.ApplicationId).AddEqual("a.identity_id", filter.IdentityId)
            .AddEqual("a.user_name_key", filter.UserNameKey).AddEqual("a.active", filter.Active)
            .Add(filter.IsGone ? "a.gone is not null" : "a.gone is null");
        if (filter.IsUncorrelated)
            conditions.Add("a.identity_id is null");
        conditions.Add($"a.id > {conditions.Value(after)}");
        return session.ListAsync($"{Select} {conditions.Where} order by a.id limit {conditions.Value(count)}", Map, conditions.Arguments);
    }

    /// <summary>Gives an account to an identity, or takes it from all, by a person's decision.</summary>
    public static async ValueTask AssignAsync(WriteSession session, long id, long? identityId) =>
        await session.ExecuteAsync("update accounts set identity_id = $2, correlation = $3 where id = $1", id, identityId, Correlations.Hand);

    /// <summary>Writes accounts as a server shows them: new ones, and those that have changed.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="applicationId">The application.</param>
    /// <param name="rows">The resources, each with what <see cref="AccountResource.Write"/> writes of it.</param>
    /// <returns>Their ids, by their SCIM ids.</returns>
    internal static async ValueTask<IReadOnlyDictionary<string, long>> SaveAsync(WriteSession session, long applicationId, ResourceRows rows)
    {
        string Value(string name) => session.Dialect.JsonValue("j.value", [name]);
        var ids = new Dictionary<string, long>(StringComparer.Ordinal);
        await session.EachAsync(
            $"""
             insert into accounts (application_id, scim_id, user_name, user_name_key, external_id, display_name, active, version, digest, identity_id, correlation, refreshed, attributes)
             select $1, {Value("scimId")}, {Value("userName")}, {Value("userNameKey")}, {Value("externalId")}, {Value("displayName")}, {Value("active")}, {Value("version")}, {Value("digest")},
                    {Value("identityId")}, {Value("correlation")}, $3, {session.Dialect.TextPart("$4", Value("start"), Value("length"))}
               from {session.Dialect.JsonElements("$2", ["rows"])} j where true
             on conflict (application_id, scim_id) do update set
                user_name = excluded.user_name, user_name_key = excluded.user_name_key, external_id = excluded.external_id, display_name = excluded.display_name,
                active = excluded.active, version = excluded.version, digest = excluded.digest, gone = null, refreshed = excluded.refreshed, attributes = excluded.attributes,
                identity_id = case when accounts.correlation is null then excluded.identity_id else accounts.identity_id end,
                correlation = coalesce(accounts.correlation, excluded.correlation)
             returning scim_id, id
             """,
            row => ids.Add(row.GetString(0), row.GetInt64(1)), applicationId, rows.Rows, session.Now, rows.Contents);
        return ids;
    }

    /// <summary>Accounts that belong to nobody and that no person has decided about, with what the rule compares.</summary>
    internal static async ValueTask<List<(long Account, IReadOnlyList<string> Keys)>> UncorrelatedAsync(Session session, long applicationId, Correlator correlator, long after, int count) =>
        await session.ListAsync(
            $"""
             select id, {correlator.Column} from accounts
              where application_id = $1 and identity_id is null and gone is null and correlation is null and id > $2 order by id limit $3
             """,
            row => (row.GetInt64(0), correlator.KeysOf(row.Text(1))), applicationId, after, count);

    /// <summary>Gives accounts the identities that the rule has found.</summary>
    internal static async ValueTask CorrelateAsync(WriteSession session, IReadOnlyCollection<KeyValuePair<long, long>> found)
    {
        var rows = ResourceJson.Pairs([.. found.Select(pair => (pair.Key, pair.Value))]);
        await session.ExecuteAsync(
            $"""
             update accounts set identity_id = f.identity_id, correlation = $2
               from (select {session.Dialect.JsonValue("p.value", ["a"])} as account_id, {session.Dialect.JsonValue("p.value", ["b"])} as identity_id
                       from {session.Dialect.JsonElements("$1", ["rows"])} p) f
              where accounts.id = f.account_id and accounts.correlation is null
             """,
            rows, Correlations.Rule);
    }

    private static Account Map(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        ApplicationId = row.GetInt64(1),
        ApplicationName = row.GetString(2),
        ScimId = row.GetString(3),
        UserName = row.GetString(4),
        ExternalId = row.Text(5),
        DisplayName = row.Text(6),
        Active = row.GetBoolean(7),
        Version = row.Text(8),
        Attributes = row.GetString(9),
        IdentityId = row.Number(10),
        IdentityPublicId = row.Text(11),
        Correlation = row.Text(12),
        Gone = row.Number(13),
        Refreshed = row.GetInt64(14),
    };
}
