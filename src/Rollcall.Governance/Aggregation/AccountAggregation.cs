using Rollcall.Data;
using Rollcall.Governance.Accounts;
using Rollcall.Governance.Catalog;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Aggregation;

/// <summary>Aggregates the Users of an application, with the Groups that they are in, and finds whose accounts they are.</summary>
internal sealed class AccountAggregation(AggregationContext context) : AggregationRun(context)
{
    // Accounts without an identity that are looked up together: only the texts that they are found by are held.
    private const int LookedUpTogether = 5_000;

    private readonly Correlator? _correlator = context.Application.Definition.Correlation is { } rule ? new Correlator(rule) : null;

    /// <inheritdoc/>
    protected override string Endpoint => "/Users";

    /// <inheritdoc/>
    protected override ResourceTable Table => ResourceTable.Accounts;

    /// <inheritdoc/>
    protected override ScimListRequest Request => new()
    {
        Filter = Context.Application.Definition.AccountFilter,
        Attributes = Context.Application.Definition.AccountAttributes is { Count: > 0 } asked
            ? [.. asked.Union(["userName", "externalId", "displayName", "active", "groups", "meta"], StringComparer.OrdinalIgnoreCase)]
            : null,
    };

    /// <inheritdoc/>
    protected override TaskPosition Note(TaskPosition position, ScimResource resource) =>
        position.HasGroups || resource.Find(AccountResource.GroupsAttribute) is null ? position : position with { HasGroups = true };

    /// <inheritdoc/>
    protected override async ValueTask<Func<WriteSession, ValueTask<IReadOnlyList<long>>>> PrepareAsync(Session session, IReadOnlyList<ReadResource> resources)
    {
        var applicationId = Context.Application.Id;
        var accounts = resources.Select(read => new AccountResource(read.Resource)).ToList();
        var identities = _correlator is { IsIndexed: true } correlator
            ? await correlator.FindAsync(session, accounts.Select(account => (account.Resource.Id, correlator.Keys(account.Resource.Json))))
            : new CorrelationOutcome<string>(new Dictionary<string, long>(), []);
        NoteAmbiguous(identities.Ambiguous);
        var memberships = await AccountMemberships.PrepareAsync(session, applicationId, resources, accounts);
        var rows = ResourceRows.Of(accounts, account => account.Resource, "groups"u8, (writer, account) => account.Write(writer, identities.Found.TryGetValue(account.Resource.Id, out var identity) ? identity : null));
        return async write =>
        {
            var ids = await AccountStore.SaveAsync(write, applicationId, rows);
            await memberships.WriteAsync(write, ids);
            return [.. ids.Values];
        };
    }

    /// <inheritdoc/>
    protected override async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await AccountMemberships.ListAsync(Context, () => AdvanceAsync(default, Position), cancellationToken);
        await CheckGroupsAsync();
        if (_correlator is { } correlator)
            await CorrelateAsync(correlator, cancellationToken);
    }

    private async Task CheckGroupsAsync()
    {
        var (hasMembers, hasUnlisted) = await Context.Database.ReadAsync(async session =>
            (await EntitlementStore.HasMembersAsync(session, Context.Application.Id), await AccountMemberships.HasUnlistedAsync(session, Context.Application.Id)));
        // RFC 7643 §4.1.2: a User's groups are optional to serve, and only there memberships are told.
        if (!Position.HasGroups && Position.Seen > 0 && hasMembers)
        {
            Context.Problems.Add(
                "No account tells its groups, so nobody is known to have an entitlement.",
                "Memberships are read from the attribute \"groups\" of Users (RFC 7643 §4.1.2). Have the server return it; where it keeps memberships only with its Groups, they can't be known from it.");
        }
        if (hasUnlisted)
            Context.Problems.Add("Accounts are in groups that the catalog does not have.", "Aggregate the groups of the application. If it has a filter for groups, that leaves them out.");
    }

    /// <summary>Finds the identities of accounts that have none, also where the identity came later than the account.</summary>
    private async Task CorrelateAsync(Correlator correlator, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (outcome, last) = await Context.Database.ReadAsync(async session =>
            {
                var accounts = await AccountStore.UncorrelatedAsync(session, Context.Application.Id, correlator, Position.After, LookedUpTogether);
                return (await correlator.FindAsync(session, accounts), accounts is [.., var end] ? end.Account : (long?)null);
            });
            if (last is null)
                return;
            NoteAmbiguous([.. outcome.Ambiguous.Select(id => $"{id}")]);
            foreach (var chunk in outcome.Found.OrderBy(found => found.Key).Chunk(ChunkSize))
                await AdvanceAsync(default, Position with { After = chunk[^1].Key }, session => AccountStore.CorrelateAsync(session, chunk));
            await AdvanceAsync(default, Position with { After = last.Value });
        }
    }

    private void NoteAmbiguous(IReadOnlyList<string> accounts)
    {
        if (accounts.Count > 0)
            Context.Problems.Add("Accounts match more than one identity by the correlation rule.", "They were left without one. Correlate them by hand, or choose an attribute that is unique.", accounts);
    }
}
