namespace Rollcall.Testing.Histories;

/// <summary>Rule 6 for one User: its Groups are replayed in the order of its revisions, and everybody who saw one is asked.</summary>
internal static class UserCheck
{
    public static void Run(HistoryIndex index, string user, MembershipChanges memberships)
    {
        // A User that came up during the history begins before its first revision.
        var initial = index.History.Users.GetValueOrDefault(user, new History.InitialState(0, []));
        var rows = index.FeedAfter(isUser: true, user, initial.Revision);
        var byRevision = index.On(user).Where(operation => operation.Revision is not null).ToLookup(operation => operation.Revision!.Value);
        var groups = new MemberSet(initial.Related);
        var order = new RevisionOrder(user);
        Observe(byRevision[initial.Revision], groups, order, memberships, writer: null);
        foreach (var row in rows)
        {
            var changes = memberships.Take(user, row.RequestId);
            groups.Apply(changes.Where(change => change.Joined).Select(change => change.List), changes.Where(change => !change.Joined).Select(change => change.List));
            var writer = index.Of(row.RequestId) ?? changes.Select(change => change.Writer).FirstOrDefault();
            if (writer is { Kind: OperationKind.ChangeList } && changes.Count == 0)
                throw HistoryIndex.Fault("rule 6", $"revision {row.Revision} of {Operation.Short(user)} was made by a write that changes none of its memberships", [writer]);
            if (row.IsDeletion && groups.Members.Count > 0)
                throw HistoryIndex.Fault("rule 6", $"{Operation.Short(user)} was deleted and stays in {Operation.Short(groups.Members.First())}", [writer]);
            order.Write(writer);
            Observe(byRevision[row.Revision], groups, order, memberships, writer);
        }
        CheckEnd(index, user, initial.Revision + rows.Count, rows.LastOrDefault()?.IsDeletion == true, groups, order);
    }

    private static void Observe(IEnumerable<Operation> operations, MemberSet groups, RevisionOrder order, MembershipChanges memberships, Operation? writer)
    {
        foreach (var operation in operations.Where(operation => operation != writer))
        {
            if (operation.Seen is { } seen && !groups.Is(seen))
            {
                throw HistoryIndex.Fault("rule 6", $"a read of revision {operation.Revision} of {Operation.Short(operation.Target)} shows other Groups than it was in: {Operation.Short(groups.Difference(seen) ?? "one twice")}",
                    [operation, writer, .. memberships.NotShown(operation.Target).Where(change => change.Start < operation.End).OrderByDescending(change => change.Start).Take(6)]);
            }
            order.Observe(operation);
        }
    }

    private static void CheckEnd(HistoryIndex index, string user, long last, bool isDeleted, MemberSet groups, RevisionOrder order)
    {
        var beyond = index.On(user).FirstOrDefault(operation => operation.Revision > last);
        if (beyond is not null)
            throw HistoryIndex.Fault("rule 6", $"revision {beyond.Revision} of {Operation.Short(user)} was never committed", [beyond]);
        foreach (var missing in index.On(user).Where(operation => operation.Status == 404))
        {
            if (!isDeleted)
                throw HistoryIndex.Fault("rule 6", $"{Operation.Short(user)} was not found and is there", [missing]);
            order.Observe(missing);
        }
        var deletion = index.On(user).FirstOrDefault(operation => operation is { Kind: OperationKind.DeleteUser, IsAcknowledged: true });
        if (deletion is not null && !isDeleted)
            throw HistoryIndex.Fault("rule 6", $"{Operation.Short(user)} was deleted and is there", [deletion]);

        var isThere = index.State.Users.TryGetValue(user, out var final);
        if (isThere == isDeleted)
            throw HistoryIndex.Fault("rule 6", $"the rows of {Operation.Short(user)} are {(isThere ? "there after its deletion" : "gone")}", [deletion]);
        if (isThere && (final!.Revision != last || !groups.Is(final.Related)))
            throw HistoryIndex.Fault("rule 6", $"the rows of {Operation.Short(user)} are at revision {final.Revision}, the feed at {last}, or its Groups differ", index.On(user).OrderByDescending(operation => operation.Start).Take(5));
    }
}
