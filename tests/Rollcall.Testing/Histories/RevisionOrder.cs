namespace Rollcall.Testing.Histories;

/// <summary>
/// Rule 4: operations in the order that their revisions give must also be possible in time. Each revision's write comes
/// before those who saw that revision, among whom any order is fine.
/// </summary>
internal sealed class RevisionOrder(string resource)
{
    // Of all placed so far, and of those that share the place that is being filled.
    private Operation? _latest;
    private Operation? _latestHere;

    /// <summary>The write that made the next revision; null where nobody knows who it was.</summary>
    public void Write(Operation? writer)
    {
        EndPlace();
        if (writer is not null)
            Place(writer);
        EndPlace();
    }

    /// <summary>Somebody who saw the revision of the last write.</summary>
    public void Observe(Operation observer) => Place(observer);

    private void Place(Operation operation)
    {
        if (_latest is not null && _latest.Start > operation.End)
        {
            throw HistoryIndex.Fault("rule 4",
                $"on {Operation.Short(resource)}, what ended first knows a later revision than what began after it", [operation, _latest]);
        }
        if (_latestHere is null || operation.Start > _latestHere.Start)
            _latestHere = operation;
    }

    private void EndPlace()
    {
        if (_latestHere is not null && (_latest is null || _latestHere.Start > _latest.Start))
            _latest = _latestHere;
        _latestHere = null;
    }
}
