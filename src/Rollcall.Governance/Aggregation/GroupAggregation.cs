using Rollcall.Data;
using Rollcall.Governance.Accounts;
using Rollcall.Governance.Catalog;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Aggregation;

/// <summary>Aggregates the Groups of an application into the catalog, without their members.</summary>
internal sealed class GroupAggregation(AggregationContext context) : AggregationRun(context)
{
    private static readonly string[] Always = ["displayName", "meta"];

    /// <inheritdoc/>
    protected override string Endpoint => "/Groups";

    /// <inheritdoc/>
    protected override ResourceTable Table => ResourceTable.Entitlements;

    /// <inheritdoc/>
    protected override ScimListRequest Request
    {
        get
        {
            var definition = Context.Application.Definition;
            var request = new ScimListRequest { Filter = definition.GroupFilter };
            return definition.GroupAttributes.Count == 0
                ? request with { ExcludedAttributes = [EntitlementResource.MembersAttribute] }
                : request with { Attributes = [.. definition.GroupAttributes.Union(Always, StringComparer.OrdinalIgnoreCase).Where(name => !name.Split('.')[0].Equals(EntitlementResource.MembersAttribute, StringComparison.OrdinalIgnoreCase))] };
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<Func<WriteSession, ValueTask<IReadOnlyList<long>>>> PrepareAsync(Session session, IReadOnlyList<ReadResource> resources)
    {
        var applicationId = Context.Application.Id;
        var rows = ResourceRows.Of(resources, read => read.Resource, "members"u8, (writer, read) => new EntitlementResource(read.Resource).Write(writer));
        return ValueTask.FromResult<Func<WriteSession, ValueTask<IReadOnlyList<long>>>>(write => EntitlementStore.SaveAsync(write, applicationId, rows));
    }

    /// <inheritdoc/>
    protected override Task CompleteAsync(CancellationToken cancellationToken) =>
        AccountMemberships.ListAsync(Context, () => AdvanceAsync(default, Position), cancellationToken);
}
