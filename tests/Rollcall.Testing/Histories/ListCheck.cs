namespace Rollcall.Testing.Histories;

/// <summary>Rules 1 to 5 for one Group: its writes are replayed in the order of their revisions, and everybody who saw one is asked.</summary>
internal sealed class ListCheck
{
    private readonly HistoryIndex _index;
    private readonly string _list;
    private readonly MembershipChanges _memberships;
    private readonly History.InitialState _initial;
    private readonly MemberSet _members;
    private readonly List<FeedRow> _rows;
    private readonly ILookup<long, Operation> _byRevision;
    private readonly List<Operation> _unknown;
    private readonly Dictionary<string, Queue<Operation>> _lastWriters = new(StringComparer.Ordinal);

    private ListCheck(HistoryIndex index, string list, MembershipChanges memberships)
    {
        _index = index;
        _list = list;
        _memberships = memberships;
        _initial = index.History.Lists[list];
        _members = new MemberSet(_initial.Related);
        _rows = index.FeedAfter(isUser: false, list, _initial.Revision);
        _byRevision = index.On(list).Where(operation => operation.Revision is not null).ToLookup(operation => operation.Revision!.Value);
        _unknown = [.. index.History.Operations
            .Where(operation => operation.IsUnknown && (operation.Kind == OperationKind.DeleteUser || (operation.Kind == OperationKind.ChangeList && operation.Target == list)))
            .OrderBy(operation => operation.Start)];
    }

    public static void Run(HistoryIndex index, string list, MembershipChanges memberships) => new ListCheck(index, list, memberships).Run();

    private long Last => _initial.Revision + _rows.Count;

    private void Run()
    {
        CheckAcknowledgements();
        var order = new RevisionOrder(_list);
        Observe(order, _initial.Revision, writer: null);
        foreach (var row in _rows)
        {
            var writer = Replay(row);
            order.Write(writer);
            Observe(order, row.Revision, writer);
        }
        CheckFinalRow();
    }

    // Rules 1 and 2, from the side of what clients were told.
    private void CheckAcknowledgements()
    {
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var row in _rows)
        {
            if (!rows.TryAdd(row.RequestId, row.Revision))
                throw HistoryIndex.Fault("rule 1", $"one request made revisions {rows[row.RequestId]} and {row.Revision} of {Operation.Short(_list)}", [_index.Of(row.RequestId)]);
        }
        foreach (var operation in _index.On(_list).Where(operation => operation.Kind == OperationKind.ChangeList && operation.IsAcknowledged))
        {
            if (operation.IsChange)
            {
                if (!rows.TryGetValue(operation.RequestId!, out var revision))
                    throw HistoryIndex.Fault("rule 1", $"an acknowledged change of {Operation.Short(_list)} is not in the feed", [operation, .. _byRevision[operation.Revision!.Value].Where(other => other.IsChange)]);
                if (revision != operation.Revision)
                    throw HistoryIndex.Fault("rule 1", $"a change was acknowledged as revision {operation.Revision} and is revision {revision} in the feed", [operation]);
            }
            else if (rows.ContainsKey(operation.RequestId!))
            {
                throw HistoryIndex.Fault("rule 1", "a write that was told to change nothing made a revision", [operation]);
            }
            if (operation.IfMatch is { } given && operation.Revision != (operation.IsChange ? given + 1 : given))
                throw HistoryIndex.Fault("rule 2", $"a write for revision {given} was applied to another", [operation, .. _byRevision[given + 1].Where(other => other.IsChange)]);
            if (operation.Revision < _initial.Revision || operation.Revision > Last)
                throw HistoryIndex.Fault("rule 1", $"revision {operation.Revision} of {Operation.Short(_list)} was never committed", [operation]);
        }
    }

    // Rules 1 and 3: the next revision, made by the operation that the feed names.
    private Operation? Replay(FeedRow row)
    {
        var writer = _index.Of(row.RequestId) ?? Claim(row);
        if (writer is null)
            throw HistoryIndex.Fault("rule 1", $"nobody sent the request that made revision {row.Revision} of {Operation.Short(_list)}", _byRevision[row.Revision]);
        var edit = EditOf(writer) ?? throw HistoryIndex.Fault("rule 1", $"revision {row.Revision} of {Operation.Short(_list)} was made by something else", [writer]);
        var (added, removed) = edit.On(_members.Members);
        if (added.Count + removed.Count == 0)
            throw HistoryIndex.Fault("rule 3", $"what made revision {row.Revision} of {Operation.Short(_list)} changes nothing", [writer]);
        _members.Apply(added, removed);
        _memberships.Note(_list, row.RequestId, writer, added, removed);
        foreach (var member in added.Concat(removed))
            Remember(member, writer);
        return writer;
    }

    private MemberEdit? EditOf(Operation writer) => writer.Kind switch
    {
        OperationKind.ChangeList when writer.Target == _list => writer.Edit,
        OperationKind.DeleteUser => MemberEdit.Patch([], [writer.Target]),
        _ => null,
    };

    // A write whose answer was lost has no request id here: the first that would have had this effect is taken. A
    // deletion may be taken once for each list.
    private Operation? Claim(FeedRow row)
    {
        var fitting = _unknown.FindIndex(operation => EditOf(operation)!.On(_members.Members) is var (added, removed)
            && added.Count + removed.Count > 0
            && (row.Effect is null || (added.ToHashSet().SetEquals(row.Effect.Added) && removed.ToHashSet().SetEquals(row.Effect.Removed))));
        if (fitting < 0)
            return null;
        var found = _unknown[fitting];
        _unknown.RemoveAt(fitting);
        return found;
    }

    // Rules 3, 4 and 5: everybody who saw this revision.
    private void Observe(RevisionOrder order, long revision, Operation? writer)
    {
        if (writer?.Seen is { } written && writer.Target == _list && !_members.Is(written))
            throw Mismatch(writer, written, "a write's own answer");
        foreach (var operation in _byRevision[revision].Where(operation => operation != writer))
        {
            if (operation is { Kind: OperationKind.ChangeList, IsAcknowledged: true } && operation.Edit!.On(_members.Members) is var (added, removed) && added.Count + removed.Count > 0)
            {
                var member = added.Concat(removed).First();
                throw HistoryIndex.Fault("rule 3", $"a write was told to change nothing, but {Operation.Short(member)} differs at revision {revision}", [operation, writer, .. WritersOf(member)]);
            }
            if (operation.Seen is { } seen && !_members.Is(seen))
                throw Mismatch(operation, seen, "a read");
            if (operation.Status == 412)
                CheckRefusal(operation, writer);
            order.Observe(operation);
        }
    }

    private static void CheckRefusal(Operation operation, Operation? writer)
    {
        if (operation.IfMatch is { } given)
        {
            if (given == operation.Revision)
                throw HistoryIndex.Fault("rule 2", "a write was refused for the very revision that it was made for", [operation]);
        }
        else if (operation.RefusedFor is not { } seen || seen >= operation.Revision || writer is null || writer.End < operation.Start)
        {
            throw HistoryIndex.Fault("rule 5", "an unconditional write was refused although nothing was committed while it was handled", [operation, writer]);
        }
    }

    private ViolationException Mismatch(Operation reader, IReadOnlyList<string> seen, string who)
    {
        var member = _members.Difference(seen);
        var what = member is null ? "names somebody twice"
            : _members.Members.Contains(member) ? $"lacks {Operation.Short(member)}" : $"still has, or already has, {Operation.Short(member)}";
        return HistoryIndex.Fault("rule 3", $"{who} of revision {reader.Revision} of {Operation.Short(_list)} {what}",
            [reader, .. WritersOf(member ?? ""), .. _byRevision[reader.Revision!.Value].Where(operation => operation.IsChange)]);
    }

    private void CheckFinalRow()
    {
        if (!_index.State.Lists.TryGetValue(_list, out var final))
            throw HistoryIndex.Fault("rule 3", $"{Operation.Short(_list)} is gone", []);
        if (final.Revision != Last)
            throw HistoryIndex.Fault("rule 3", $"the row of {Operation.Short(_list)} is at revision {final.Revision}, the feed at {Last}", _byRevision[Last]);
        if (!_members.Is(final.Related))
        {
            var member = _members.Difference(final.Related);
            throw HistoryIndex.Fault("rule 3", $"the final rows of {Operation.Short(_list)} differ in {Operation.Short(member ?? "")}", WritersOf(member ?? ""));
        }
        var beyond = _index.On(_list).FirstOrDefault(operation => operation.Revision > Last || operation.Revision < _initial.Revision);
        if (beyond is not null)
            throw HistoryIndex.Fault("rule 3", $"revision {beyond.Revision} of {Operation.Short(_list)} was never committed", [beyond]);
    }

    // The last few who changed a member: what a person needs to see why it is there or not.
    private void Remember(string member, Operation writer)
    {
        const int Kept = 6;
        if (!_lastWriters.TryGetValue(member, out var writers))
            _lastWriters[member] = writers = new Queue<Operation>(Kept + 1);
        writers.Enqueue(writer);
        if (writers.Count > Kept)
            writers.Dequeue();
    }

    private IEnumerable<Operation> WritersOf(string member) => _lastWriters.TryGetValue(member, out var writers) ? writers : [];
}
