using System.Data.Common;
using System.Text.Json.Nodes;
using Rollcall.Data;
using Rollcall.Scim;

namespace Rollcall.Access.Users;

/// <summary>A User as stored: what a read shows and what a write finds.</summary>
/// <param name="Id">The internal id.</param>
/// <param name="IntegrationId">The integration that it belongs to; 0 for here.</param>
/// <param name="ScimId">The id that clients know.</param>
/// <param name="UserName">The name as written.</param>
/// <param name="Created">When it was made, in microseconds since 1970 in UTC.</param>
/// <param name="Document">The stored JSON.</param>
/// <param name="Revision">The revision of the whole representation.</param>
/// <param name="Modified">When that revision was committed.</param>
/// <param name="WritableRevision">The revision of the last change to what clients may write.</param>
internal sealed record UserRow(
    long Id, long IntegrationId, string ScimId, string UserName, long Created, byte[] Document, long Revision, long Modified, long WritableRevision)
{
    /// <summary>The columns that <see cref="Map"/> reads.</summary>
    public const string Columns = "u.id, u.integration_id, u.scim_id, u.user_name, u.created, u.document, s.revision, s.modified, u.writable_revision";

    /// <summary>The tables: <c>u</c> is users, <c>s</c> user_state.</summary>
    public const string From = "users u join user_state s on s.integration_id = u.integration_id and s.user_id = u.id";

    /// <summary>Both, to be followed by a condition.</summary>
    public const string Select = $"select {Columns} from {From}";

    /// <summary>The version that clients see.</summary>
    public ScimVersion Version => new(Revision);

    /// <summary>The stored resource, to be changed.</summary>
    public JsonObject Parse() => ScimJson.ParseObject(Document);

    /// <summary>
    /// Refuses a write made for another version. Any version since the last writable change will do: what came after
    /// it is read-only, nothing of it can be lost.
    /// </summary>
    /// <exception cref="ScimException">412.</exception>
    public void Require(ScimPrecondition? precondition)
    {
        if (precondition is not null && !precondition.MatchesSince(WritableRevision, Revision))
            throw ScimException.PreconditionFailed(Version, precondition.Text);
    }

    /// <summary>When a change is committed: the database's clock, but always after the last change.</summary>
    public long CommitTime(WriteSession session) => Math.Max(session.Now, Modified + 1);

    /// <summary>Reads a row of <see cref="Select"/>.</summary>
    public static UserRow Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetFieldValue<byte[]>(5), row.GetInt64(6),
        row.GetInt64(7), row.GetInt64(8));
}
