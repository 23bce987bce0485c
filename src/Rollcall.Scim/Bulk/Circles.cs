namespace Rollcall.Scim.Bulk;

/// <summary>
/// What needs each other, directly or through others, is one circle; whatever is in none is one by itself. Found by
/// Tarjan's algorithm (strongly connected components), with a stack of its own rather than the thread's.
/// </summary>
internal sealed class Circles
{
    private readonly IReadOnlyList<IReadOnlyList<int>> _needs;
    private readonly List<List<int>> _members = [];
    private readonly int[] _number;
    private readonly int[] _lowest;
    private readonly Stack<int> _open = [];
    private int _count;

    /// <summary>Finds the circles.</summary>
    /// <param name="needs">What each needs, by number.</param>
    public Circles(IReadOnlyList<IReadOnlyList<int>> needs)
    {
        _needs = needs;
        _number = new int[needs.Count];
        _lowest = new int[needs.Count];
        Of = new int[needs.Count];
        Array.Fill(Of, -1);
        for (var i = 0; i < needs.Count; i++)
        {
            if (_number[i] == 0)
                Search(i);
        }
    }

    /// <summary>The members of each circle, ascending.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Members => _members;

    /// <summary>The circle of each.</summary>
    public int[] Of { get; }

    private void Search(int start)
    {
        var path = new Stack<(int Node, int Next)>();
        Enter(start, path);
        while (path.TryPop(out var step))
        {
            var (node, next) = step;
            if (next > 0)
                _lowest[node] = Math.Min(_lowest[node], _lowest[_needs[node][next - 1]]);
            while (next < _needs[node].Count && _number[_needs[node][next]] != 0)
                LookBack(node, _needs[node][next++]);
            if (next < _needs[node].Count)
            {
                path.Push((node, next + 1));
                Enter(_needs[node][next], path);
            }
            else if (_lowest[node] == _number[node])
            {
                Close(node);
            }
        }
    }

    private void Enter(int node, Stack<(int Node, int Next)> path)
    {
        _number[node] = _lowest[node] = ++_count;
        _open.Push(node);
        path.Push((node, 0));
    }

    private void LookBack(int node, int seen)
    {
        if (Of[seen] < 0)
            _lowest[node] = Math.Min(_lowest[node], _number[seen]);
    }

    private void Close(int root)
    {
        var members = new List<int>();
        int node;
        do
        {
            node = _open.Pop();
            Of[node] = _members.Count;
            members.Add(node);
        }
        while (node != root);
        members.Sort();
        _members.Add(members);
    }
}
