using System.Data.Common;
using System.Text.Json;
using Rollcall.Data;
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

    internal static Identity Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.Text(3), row.Text(4), row.Text(5), row.GetBoolean(6),
        JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(7), ApiJson.Options)!, row.GetInt64(8), row.GetInt64(9), row.GetInt64(10));
}
