using System.Text.Json;
using Rollcall.Data;
using Rollcall.Governance.Identities;

namespace Rollcall.Governance.Requests;

/// <summary>How the pairs of a request stand before it is carried out.</summary>
internal sealed class Standing
{
    private readonly HashSet<(long, long)> _held;
    private readonly Dictionary<(long, long), Assignment> _assigned;
    private readonly string _identities;
    private readonly string _entitlements;

    private Standing(HashSet<(long, long)> held, Dictionary<(long, long), Assignment> assigned, string identities, string entitlements)
    {
        _held = held;
        _assigned = assigned;
        _identities = identities;
        _entitlements = entitlements;
    }

    /// <summary>Reads it for all pairs at once.</summary>
    public static async ValueTask<Standing> ReadAsync(Session session, long applicationId, IReadOnlyList<Identity> identities, IReadOnlyList<RequestedEntitlement> entitlements)
    {
        var (who, what) = (JsonSerializer.Serialize(identities.Select(identity => identity.Id)), JsonSerializer.Serialize(entitlements.Select(entitlement => entitlement.Id)));
        var held = await session.ListAsync(
            $"""
            select a.identity_id, h.entitlement_id from accounts a
            join account_entitlements h on h.application_id = a.application_id and h.account_id = a.id
            where a.application_id = $1 and a.identity_id in ({session.Dialect.NumberSet("$2")}) and a.gone is null and h.entitlement_id in ({session.Dialect.NumberSet("$3")})
            """, row => (row.GetInt64(0), row.GetInt64(1)), applicationId, who, what);
        var assigned = await session.ListAsync(
            $"""
            select identity_id, entitlement_id, item_id, since, ends from assignments
            where identity_id in ({session.Dialect.NumberSet("$1")}) and entitlement_id in ({session.Dialect.NumberSet("$2")})
            """, row => (Key: (row.GetInt64(0), row.GetInt64(1)), Assignment: new Assignment(row.GetInt64(3), row.Number(2), row.Number(4))), who, what);
        return new Standing([.. held], assigned.ToDictionary(pair => pair.Key, pair => pair.Assignment), who, what);
    }

    /// <summary>Whether what a request asks for a pair is so already, in the application as well as here.</summary>
    public bool IsSo(AccessRequest request, long identityId, long entitlementId)
    {
        var (key, assignment) = ((identityId, entitlementId), _assigned.GetValueOrDefault((identityId, entitlementId)));
        return request.Operation == RequestOperation.Add
            ? _held.Contains(key) && assignment is not null && assignment.Ends == request.Ends
            : !_held.Contains(key) && assignment is null;
    }

    /// <summary>An open request for the same operation on one of the pairs; null if there is none.</summary>
    public ValueTask<long?> OpenRequestAsync(Session session, RequestOperation operation) => session.FirstAsync(
        $"""
        select r.id from request_items i join requests r on r.id = i.request_id
        where i.identity_id in ({session.Dialect.NumberSet("$1")}) and i.entitlement_id in ({session.Dialect.NumberSet("$2")})
        and i.state in ('pending', 'provisioning') and r.operation = $3 limit 1
        """, row => (long?)row.GetInt64(0), _identities, _entitlements, RequestStore.Word(operation));
}
