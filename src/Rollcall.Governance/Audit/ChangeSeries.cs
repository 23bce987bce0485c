namespace Rollcall.Governance.Audit;

/// <summary>
/// The changes of one transaction that writes several audit rows: each row takes the next number. Made inside the closure,
/// which may run again.
/// </summary>
/// <param name="first">The first one, by which the write is recognised.</param>
public sealed class ChangeSeries(Change first)
{
    private Change? _last;

    /// <summary>The newest one taken; the first one while none is.</summary>
    public Change Last => _last ?? first;

    /// <summary>Takes the next one.</summary>
    public Change Next() => _last = _last?.Next() ?? first;
}
