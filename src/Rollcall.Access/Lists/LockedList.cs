using System.Text.Json;
using Rollcall.Data;
using Rollcall.Scim;

namespace Rollcall.Access.Lists;

/// <summary>What a write finds on a list's row once it holds the row's lock.</summary>
/// <param name="Id">The internal id.</param>
/// <param name="IntegrationId">The integration that the list belongs to; 0 for here.</param>
/// <param name="ScimId">The Group's id, or null while the integration does not see the list.</param>
/// <param name="Name">The unique name.</param>
/// <param name="Type">The type as stored.</param>
/// <param name="Title">The title, the Group's <c>displayName</c>.</param>
/// <param name="ExternalId">The integration's own id for the Group.</param>
/// <param name="IsClaimed">Whether the integration has written to it.</param>
/// <param name="MadeByScim">Whether SCIM made it.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Modified">When that revision was committed.</param>
internal sealed record LockedList(
    long Id, long IntegrationId, string? ScimId, string Name, string Type, string Title, string? ExternalId,
    bool IsClaimed, bool MadeByScim, long Revision, long Modified)
{
    private const string Columns = "select id, integration_id, scim_id, name, type, title, external_id, claimed, made_by_scim, revision, modified from lists";

    /// <summary>The version that <c>If-Match</c> is compared with.</summary>
    public ScimVersion Version => new(Revision);

    /// <summary>Refuses a write that was made for another version.</summary>
    /// <exception cref="ScimException">412.</exception>
    public void Require(ScimPrecondition? precondition)
    {
        if (precondition is not null && !precondition.Matches(Version))
            throw ScimException.PreconditionFailed(Version, precondition.Text);
    }

    /// <summary>
    /// When a change to this list is committed: the database's clock, but always after the list's last change, so that
    /// a list's times never run backwards.
    /// </summary>
    public long CommitTime(WriteSession session) => Math.Max(session.Now, Modified + 1);

    /// <summary>The same of a list that was locked with all that it is.</summary>
    public static LockedList Of(AccessList locked) => new(
        locked.Id, locked.IntegrationId, locked.ScimId, locked.Name, locked.Type, locked.Definition.Title, locked.ExternalId, locked.IsClaimed,
        locked.MadeByScim, locked.Revision, locked.Modified);

    /// <summary>Locks a Group of an integration; null if the integration sees no such Group.</summary>
    public static ValueTask<LockedList?> FindGroupAsync(WriteSession session, long integrationId, string scimId) =>
        session.FirstAsync($"{Columns} where integration_id = $1 and scim_id = $2 {session.Dialect.ForUpdate}", Map, integrationId, scimId);

    /// <summary>Locks the list of that name.</summary>
    public static ValueTask<LockedList?> FindAsync(WriteSession session, string name) =>
        session.FirstAsync($"{Columns} where name = $1 {session.Dialect.ForUpdate}", Map, name);

    /// <summary>Locks the lists of those names that there are, in the order of their ids.</summary>
    public static ValueTask<List<LockedList>> NamedAsync(WriteSession session, IEnumerable<string> names) =>
        session.ListAsync($"{Columns} where name in ({session.Dialect.TextSet("$1")}) order by id + 0 {session.Dialect.ForUpdate}", Map, JsonSerializer.Serialize(names));

    /// <summary>Locks the list of type <c>scim</c> with that title in an integration.</summary>
    public static ValueTask<LockedList?> FindTitleAsync(WriteSession session, long integrationId, string title) =>
        session.FirstAsync($"{Columns} where integration_id = $1 and title_key = $2 and type = 'scim' {session.Dialect.ForUpdate}", Map,
            integrationId, ScimText.Fold(title));

    private static LockedList Map(System.Data.Common.DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6), !row.IsDBNull(7), row.GetBoolean(8), row.GetInt64(9), row.GetInt64(10));
}
