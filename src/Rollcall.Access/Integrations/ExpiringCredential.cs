using System.Globalization;
using Rollcall.Access.Scim;
using Rollcall.Data;

namespace Rollcall.Access.Integrations;

/// <summary>A static token or key that ends soon, of which people are told.</summary>
/// <param name="Integration">The integration's name.</param>
/// <param name="IsToken">Whether it is a static token; else it is a key.</param>
/// <param name="Id">The credential's id.</param>
/// <param name="Expires">When it ends, in microseconds since 1970 in UTC.</param>
internal sealed record ExpiringCredential(string Integration, bool IsToken, string Id, long Expires)
{
    /// <summary>How long before the end people are told.</summary>
    public static readonly TimeSpan WarnAhead = TimeSpan.FromDays(30);

    /// <summary>What people are told.</summary>
    public string Warning => string.Create(CultureInfo.InvariantCulture,
        $"The {(IsToken ? "static token" : "key")} {Id} ends on {ScimTime.ToTime(Expires):yyyy-MM-dd}. {(IsToken ? "Make another" : "Add another")} with \"rollcall integrations {(IsToken ? $"rotate-token {Integration}" : $"add-key {Integration} @FILE")}\" and give it to the platform.");

    /// <summary>Those of all enabled integrations that end soon.</summary>
    public static ValueTask<List<ExpiringCredential>> ListAsync(Session session, long now) => session.ListAsync(
        """
        select i.name, 1, t.id, t.expires from static_tokens t join integrations i on i.id = t.integration_id
        where t.expires > $1 and t.expires <= $2 and i.enabled
        union all
        select i.name, 0, k.id, k.expires from client_keys k join clients c on c.client_id = k.client_id join integrations i on i.id = c.integration_id
        where k.expires > $1 and k.expires <= $2 and i.enabled
        order by 1, 4, 3
        """,
        row => new ExpiringCredential(row.GetString(0), row.GetInt32(1) == 1, row.GetString(2), row.GetInt64(3)), now, now + (long)WarnAhead.TotalMicroseconds);

    /// <summary>The warnings of one integration.</summary>
    public static IReadOnlyList<string> WarningsOf(Integration integration, IEnumerable<Credential> tokens, IEnumerable<ClientKey> keys, long now) =>
    [
        .. tokens.Select(token => new ExpiringCredential(integration.Name, IsToken: true, token.Id, token.Expires ?? long.MaxValue))
            .Concat(keys.Select(key => new ExpiringCredential(integration.Name, IsToken: false, key.Id, key.Expires ?? long.MaxValue)))
            .Where(credential => credential.Expires <= now + (long)WarnAhead.TotalMicroseconds)
            .OrderBy(credential => credential.Expires)
            .Select(credential => credential.Warning),
    ];
}
