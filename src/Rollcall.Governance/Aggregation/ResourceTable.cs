using System.Text.Json;
using Rollcall.Data;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Aggregation;

/// <summary>What is known of a resource.</summary>
/// <param name="Id">Its id in the database.</param>
/// <param name="Version">Its version when it was last read, or null.</param>
/// <param name="IsGone">Whether it was found missing.</param>
/// <param name="Refreshed">When it was last written.</param>
/// <param name="TaskId">The run that saw it last, or null.</param>
/// <param name="Page">On which of its pages.</param>
/// <param name="Digest">The digest of its content, where its server has no versions.</param>
internal sealed record KnownResource(long Id, string? Version, bool IsGone, long Refreshed, long? TaskId, long? Page, string? Digest);

/// <summary>The table of accounts, or of entitlements, as a run sees it: which there are, and which were seen.</summary>
/// <param name="Name">The table's name.</param>
/// <param name="Sightings">The table of its sightings.</param>
/// <param name="OnMarking">What else is set when a row is marked as gone, such as <c>, revision = revision + 1</c>.</param>
internal sealed record ResourceTable(string Name, string Sightings, string OnMarking)
{
    /// <summary>The Users of applications.</summary>
    public static ResourceTable Accounts { get; } = new("accounts", "account_sightings", "");

    /// <summary>The Groups of applications.</summary>
    public static ResourceTable Entitlements { get; } = new("entitlements", "entitlement_sightings", ", revision = revision + 1");

    /// <summary>What is known of resources, by their SCIM ids.</summary>
    public async ValueTask<Dictionary<string, KnownResource>> FindAsync(Session session, long applicationId, IEnumerable<ScimResource> resources)
    {
        string[] ids = [.. resources.Select(resource => resource.Id)];
        var known = new Dictionary<string, KnownResource>(StringComparer.Ordinal);
        if (ids.Length == 0)
            return known;
        await session.EachAsync(
            $"""
             select r.scim_id, r.id, r.version, r.gone, r.refreshed, s.task_id, s.page, r.digest
               from {Name} r left join {Sightings} s on s.application_id = r.application_id and s.resource_id = r.id
              where r.application_id = $1 and r.scim_id in ({session.Dialect.TextSet("$2")})
             """,
            row => known.Add(row.GetString(0), new KnownResource(row.GetInt64(1), row.Text(2), !row.IsDBNull(3), row.GetInt64(4), row.Number(5), row.Number(6), row.Text(7))),
            applicationId, JsonSerializer.Serialize(ids));
        return known;
    }

    /// <summary>Whether a resource is as it is known: by its version; by its content where its server has no versions.</summary>
    public static bool IsSame(KnownResource known, ScimResource resource) => resource.Version is { } version
        ? version == known.Version
        : known.Version is null && known.Digest == ResourceJson.Digest(resource.Json);

    /// <summary>Notes that a run saw resources.</summary>
    public async ValueTask SeeAsync(WriteSession session, long applicationId, long taskId, long page, IReadOnlyList<long> ids)
    {
        if (ids.Count > 0)
        {
            await session.ExecuteAsync(
                $"""
                 insert into {Sightings} (application_id, resource_id, task_id, page) select $1, s.value, $2, $3 from ({session.Dialect.NumberSet("$4")}) s where true
                 on conflict (application_id, resource_id) do update set task_id = excluded.task_id, page = excluded.page
                 """,
                applicationId, taskId, page, JsonSerializer.Serialize(ids));
        }
    }

    /// <summary>How many there are that are not gone.</summary>
    public ValueTask<long> CountAsync(Session session, long applicationId) =>
        session.FirstAsync($"select count(*) from {Name} where application_id = $1 and gone is null", row => row.GetInt64(0), applicationId);

    /// <summary>How many there are that the walk did not see.</summary>
    public ValueTask<long> CountMissingAsync(Session session, long applicationId, long taskId, TaskPosition position) =>
        session.FirstAsync($"select count(*) from ({Missing}) m", row => row.GetInt64(0), applicationId, taskId, position.FirstPage, position.Began, position.After);

    /// <summary>Some of those that the walk did not see, by id.</summary>
    public ValueTask<List<long>> MissingAsync(Session session, long applicationId, long taskId, TaskPosition position, int count) =>
        session.ListAsync($"{Missing} order by r.id limit $6", row => row.GetInt64(0), applicationId, taskId, position.FirstPage, position.Began, position.After, count);

    /// <summary>Marks some as gone.</summary>
    public async ValueTask MarkAsync(WriteSession session, long applicationId, IReadOnlyList<long> ids)
    {
        var set = JsonSerializer.Serialize(ids);
        await session.ExecuteAsync($"update {Name} set gone = $2, refreshed = $2{OnMarking} where id in ({session.Dialect.NumberSet("$1")})", set, session.Now);
        // An account that is not there has nothing; one that comes back is read anew.
        if (this == Accounts)
            await session.ExecuteAsync($"delete from account_entitlements where application_id = $1 and account_id in ({session.Dialect.NumberSet("$2")})", applicationId, set);
    }

    // The inner query is answered by indexes alone. What was written after the walk began, others have put there.
    private string Missing =>
        $"""
         select r.id from {Name} r
          where r.id in (select m.id from {Name} m
                          where m.application_id = $1 and m.gone is null and m.id > $5
                            and not exists (select 1 from {Sightings} s where s.application_id = m.application_id and s.resource_id = m.id and s.task_id = $2 and s.page >= $3))
            and r.refreshed <= $4
         """;
}
