using System.Collections.Concurrent;

namespace Rollcall.Testing.Histories;

/// <summary>What clients did and saw, as they record it side by side.</summary>
public sealed class History
{
    private readonly ConcurrentQueue<Operation> _operations = [];
    private readonly ConcurrentDictionary<string, InitialState> _lists = [];
    private readonly ConcurrentDictionary<string, InitialState> _users = [];

    /// <summary>A resource as it was before the first operation on it.</summary>
    /// <param name="Revision">Its revision.</param>
    /// <param name="Related">The members of a Group, the Groups of a User.</param>
    public sealed record InitialState(long Revision, IReadOnlyList<string> Related);

    /// <summary>Every operation, in the order in which they ended.</summary>
    public IReadOnlyCollection<Operation> Operations => _operations;

    /// <summary>The Groups, by id, as they were at first.</summary>
    public IReadOnlyDictionary<string, InitialState> Lists => _lists;

    /// <summary>The Users that were there at first, by id.</summary>
    public IReadOnlyDictionary<string, InitialState> Users => _users;

    /// <summary>Adds an operation that has ended.</summary>
    public void Add(Operation operation) => _operations.Enqueue(operation);

    /// <summary>Says how a Group is before anybody works on it.</summary>
    public void BeginList(string id, long revision, IReadOnlyList<string> members) => _lists[id] = new InitialState(revision, members);

    /// <summary>Says how a User is before anybody works on it.</summary>
    public void BeginUser(string id, long revision, IReadOnlyList<string> groups) => _users[id] = new InitialState(revision, groups);
}
