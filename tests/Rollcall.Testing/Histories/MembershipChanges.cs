namespace Rollcall.Testing.Histories;

/// <summary>Who came to and left which Group by which request: what the Users' own revisions must show.</summary>
internal sealed class MembershipChanges
{
    private readonly Dictionary<(string User, string RequestId), List<Change>> _changes = [];

    /// <summary>A User came to, or left, a Group.</summary>
    public readonly record struct Change(string List, bool Joined, Operation Writer);

    public void Note(string list, string requestId, Operation writer, IEnumerable<string> added, IEnumerable<string> removed)
    {
        foreach (var user in added)
            Add(user, requestId, new Change(list, true, writer));
        foreach (var user in removed)
            Add(user, requestId, new Change(list, false, writer));
    }

    /// <summary>What a request changed of a User's memberships; asked once, by the User's revision that shows it.</summary>
    public IReadOnlyList<Change> Take(string user, string requestId) => _changes.Remove((user, requestId), out var found) ? found : [];

    /// <summary>Who changed a User's memberships without its own revisions having shown it so far.</summary>
    public IEnumerable<Operation> NotShown(string user) => _changes.Where(change => change.Key.User == user).SelectMany(change => change.Value.Select(entry => entry.Writer));

    /// <summary>Rule 6: each change is shown by a revision of its User.</summary>
    public void RequireAllShown(HistoryIndex index)
    {
        foreach (var ((user, _), changes) in _changes)
        {
            throw HistoryIndex.Fault("rule 6", $"{Operation.Short(user)} {(changes[0].Joined ? "joined" : "left")} {Operation.Short(changes[0].List)} without a new revision of its own",
                [changes[0].Writer, .. index.On(user).Where(read => read.Start > changes[0].Writer.End).OrderBy(read => read.Start).Take(2)]);
        }
    }

    private void Add(string user, string requestId, Change change)
    {
        if (!_changes.TryGetValue((user, requestId), out var found))
            _changes[(user, requestId)] = found = [];
        found.Add(change);
    }
}
