using System.Text.Json;
using Rollcall.Data;
using Rollcall.Governance.Applications;
using Rollcall.Governance.Identities;

namespace Rollcall.Governance.Requests;

/// <summary>Who there is to approve the items of a request, read for all of them at once.</summary>
internal sealed class Approvers
{
    private readonly ApprovalScheme _scheme;
    private readonly Candidate? _applicationOwner;
    private readonly Dictionary<long, Candidate> _owners;
    private readonly Dictionary<string, Candidate> _managers;

    private Approvers(ApprovalScheme scheme, Candidate? applicationOwner, Dictionary<long, Candidate> owners, Dictionary<string, Candidate> managers)
    {
        _scheme = scheme;
        _applicationOwner = applicationOwner;
        _owners = owners;
        _managers = managers;
    }

    /// <summary>Reads them.</summary>
    public static async ValueTask<Approvers> ReadAsync(Session session, Application application, IReadOnlyList<Identity> identities, IReadOnlyList<RequestedEntitlement> entitlements)
    {
        if (application.Definition.Approval == ApprovalScheme.None)
            return new Approvers(ApprovalScheme.None, null, [], []);
        var applicationOwner = application.Definition.Owner is { } name ? await IdentityStore.FindAsync(session, name) : null;
        var owners = await session.ListAsync(
            $"{IdentityStore.Select} where id in ({session.Dialect.NumberSet("$1")})", IdentityStore.Map,
            JsonSerializer.Serialize(entitlements.Select(entitlement => entitlement.OwnerId).OfType<long>().Distinct()));
        var managers = await IdentityStore.FindAllAsync(session, identities.Select(identity => identity.ManagerPublicId).OfType<string>().Distinct(StringComparer.Ordinal));
        return new Approvers(
            application.Definition.Approval, applicationOwner is null ? null : Candidate.Of(applicationOwner),
            owners.ToDictionary(owner => owner.Id, Candidate.Of), managers.ToDictionary(manager => manager.PublicId, Candidate.Of, StringComparer.Ordinal));
    }

    /// <summary>Those around one item.</summary>
    /// <param name="requesterId">Who asks; null for the administrator.</param>
    /// <param name="identity">Whom it is for.</param>
    /// <param name="entitlement">What it is about.</param>
    public ApprovalFacts FactsOf(long? requesterId, Identity identity, RequestedEntitlement entitlement) => new(
        _scheme, requesterId, identity.Id,
        entitlement.OwnerId is { } owner ? _owners.GetValueOrDefault(owner) : null, _applicationOwner,
        identity.ManagerPublicId is { } manager ? _managers.GetValueOrDefault(manager) : null);
}
