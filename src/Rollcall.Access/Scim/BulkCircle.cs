using Rollcall.Access.Audit;
using Rollcall.Access.Integrations;
using Rollcall.Access.Lists;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Bulk;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Scim;

/// <summary>
/// Creations of a bulk request that refer to each other in a circle: their ids are made first, then they are made, in one
/// transaction, all or none (RFC 7644 §3.7.1).
/// </summary>
internal sealed class BulkCircle
{
    private readonly Integration _integration;
    private readonly IReadOnlyList<BulkOperation> _operations;
    private readonly Func<BulkOperation, ChangeContext> _changeOf;
    private readonly Func<string, string> _idOfOther;
    private readonly Dictionary<string, string> _idsOfUsers = new(StringComparer.Ordinal);
    private readonly Dictionary<BulkOperation, NewGroup> _groups = new(ReferenceEqualityComparer.Instance);

    /// <summary>Reads the operations.</summary>
    /// <param name="integration">Whose they are.</param>
    /// <param name="step">The circle.</param>
    /// <param name="changeOf">Who makes the change of an operation.</param>
    /// <param name="idOfOther">The id of what a <c>bulkId</c> outside the circle stands for.</param>
    /// <exception cref="BrokenException">It can't be resolved, or one of them is faulty.</exception>
    public BulkCircle(Integration integration, BulkStep step, Func<BulkOperation, ChangeContext> changeOf, Func<string, string> idOfOther)
    {
        (_integration, _operations, _changeOf, _idOfOther) = (integration, step.Operations, changeOf, idOfOther);
        if (step.IsNestingCircle)
            throw new BrokenException(null, new ScimException(409, null, "The Groups of this circle of bulkIds would contain each other, which no Group may. None of them was made."));
        foreach (var operation in _operations)
        {
            Tell(operation, () =>
            {
                if (IsUser(operation))
                    _idsOfUsers[operation.BulkId!] = ListStore.NewScimId();
                else
                    _groups[operation] = GroupWrites.Create(integration, operation.Data!);
            });
        }
    }

    /// <summary>Makes them all.</summary>
    /// <returns>What was done, in the order of the operations.</returns>
    /// <exception cref="BrokenException">One of them is refused, so none is made.</exception>
    public async ValueTask<IReadOnlyList<WriteResult>> RunAsync(WriteSession session)
    {
        // 1. Ids. That of a Group is its list's, which is taken now and filled at the end.
        var ids = new Dictionary<string, string>(_idsOfUsers, StringComparer.Ordinal);
        var taken = new Dictionary<BulkOperation, NewGroup.Taken>(ReferenceEqualityComparer.Instance);
        foreach (var (operation, group) in _groups)
        {
            taken[operation] = await TellAsync(operation, () => group.TakeAsync(session, _changeOf(operation)));
            ids[operation.BulkId!] = taken[operation].List.ScimId!;
        }

        // 2. Users: what they refer to need not be there yet. Then Groups, whose members must.
        var results = new Dictionary<BulkOperation, WriteResult>(ReferenceEqualityComparer.Instance);
        foreach (var operation in _operations.OrderBy(operation => !IsUser(operation)))
        {
            results[operation] = await TellAsync(operation, () =>
            {
                var data = operation.ResolveData(name => ids.TryGetValue(name, out var id) ? id : _idOfOther(name))!;
                return IsUser(operation)
                    ? UserWrites.Create(_integration, data, ids[operation.BulkId!]).RunAsync(session, _changeOf(operation), shown: null)
                    : GroupWrites.Create(_integration, data).FillAsync(session, _changeOf(operation), taken[operation], shown: null);
            });
        }
        return [.. _operations.Select(operation => results[operation])];
    }

    private static bool IsUser(BulkOperation operation) => operation.Path!.Type.Name == ResourceTypes.User.Name;

    private static void Tell(BulkOperation operation, Action read)
    {
        try
        {
            read();
        }
        catch (ScimException fault)
        {
            throw new BrokenException(operation, fault);
        }
    }

    /// <summary>Says of a refusal which operation it is of. What happens to the database itself is nobody's fault.</summary>
    private static async ValueTask<T> TellAsync<T>(BulkOperation operation, Func<ValueTask<T>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception refusal) when (refusal is ScimException or UniqueViolationException)
        {
            throw new BrokenException(operation, refusal);
        }
    }

    /// <summary>The circle is not made.</summary>
    /// <param name="culprit">The operation that is refused; null for all of them.</param>
    /// <param name="refusal">Why.</param>
    internal sealed class BrokenException(BulkOperation? culprit, Exception refusal) : Exception("A circle of operations is not made.", refusal)
    {
        /// <summary>What to tell of an operation.</summary>
        public Exception FaultOf(BulkOperation operation) => culprit is null || operation == culprit
            ? InnerException!
            : new ScimException(409, null, "This stands or falls with the operations that it refers to in a circle, and one of them was refused. None of them was done.");
    }
}
