namespace Rollcall.Testing.Histories;

/// <summary>
/// Tells whether what clients saw can come from a store that does one thing after the other and loses nothing. Per
/// resource, in n log n:
/// <list type="number">
/// <item>each revision belongs to exactly one acknowledged or unknown write, by its request in the change feed;</item>
/// <item>an acknowledged write with <c>If-Match</c> g has revision g + 1, or g if it changed nothing;</item>
/// <item>replay in the order of revisions gives what each read saw, that no-ops change nothing, and the final rows;</item>
/// <item>no operation ended before one began that comes earlier in the order of revisions;</item>
/// <item>an unconditional PUT is refused only for a revision that was committed while it was handled;</item>
/// <item>a User's revision grows with each change of its memberships, and what it shows follows.</item>
/// </list>
/// 3 and 4 together are linearizability. Refused operations (other than 412) have no place in the order: of them, only
/// that they left nothing.
/// </summary>
public static class HistoryChecker
{
    /// <summary>The first violation found, or null for a history that is right.</summary>
    public static Violation? Check(History history, StoreState state)
    {
        try
        {
            var index = new HistoryIndex(history, state);
            var memberships = new MembershipChanges();
            foreach (var list in history.Lists.Keys)
                ListCheck.Run(index, list, memberships);
            foreach (var user in index.Users)
                UserCheck.Run(index, user, memberships);
            memberships.RequireAllShown(index);
            return null;
        }
        catch (ViolationException violation)
        {
            return violation.Violation;
        }
    }
}

/// <summary>A history and the store's rows, found by what the rules ask for.</summary>
internal sealed class HistoryIndex
{
    private readonly Dictionary<string, Operation> _byRequest = new(StringComparer.Ordinal);
    private readonly ILookup<string, Operation> _byTarget;
    private readonly ILookup<(bool IsUser, string Id), FeedRow> _feed;

    public HistoryIndex(History history, StoreState state)
    {
        History = history;
        State = state;
        foreach (var operation in history.Operations)
        {
            if (operation.RequestId is { } id && !_byRequest.TryAdd(id, operation))
                throw Fault("request ids", $"two requests have the id {id}", [operation, _byRequest[id]]);
        }
        _byTarget = history.Operations.ToLookup(operation => operation.Target, StringComparer.Ordinal);
        _feed = state.Feed.ToLookup(row => (row.IsUser, row.Id));
    }

    public History History { get; }

    public StoreState State { get; }

    /// <summary>Every User that anybody has heard of.</summary>
    public IEnumerable<string> Users =>
        _byTarget.Where(operations => operations.Any(operation => operation.Kind is OperationKind.CreateUser or OperationKind.ReadUser or OperationKind.DeleteUser))
            .Select(operations => operations.Key)
            .Where(id => id.Length > 0)
            .Union(History.Users.Keys, StringComparer.Ordinal);

    public Operation? Of(string requestId) => _byRequest.GetValueOrDefault(requestId);

    public IEnumerable<Operation> On(string target) => _byTarget[target];

    /// <summary>The feed rows of a resource after a revision, in the order of the feed. Each revision is there once, none is left out.</summary>
    public List<FeedRow> FeedAfter(bool isUser, string id, long revision)
    {
        var rows = _feed[(isUser, id)].Where(row => row.Revision > revision).ToList();
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Revision != revision + 1 + i)
            {
                throw Fault("rule 1", $"the feed of {Operation.Short(id)} has revision {rows[i].Revision} where {revision + 1 + i} was due",
                    [.. rows.Skip(i).Take(3).Select(row => Of(row.RequestId)), .. On(id).Where(operation => operation.Revision == revision + 1 + i && operation.IsChange)]);
            }
        }
        foreach (var row in rows)
        {
            if (Of(row.RequestId) is { IsAcknowledged: false, IsUnknown: false } refused)
                throw Fault("rule 1", $"a request that was refused made revision {row.Revision} of {Operation.Short(id)}", [refused]);
        }
        return rows;
    }

    public static ViolationException Fault(string rule, string what, IEnumerable<Operation?> witnesses) => new(new Violation(rule, what, witnesses));
}
