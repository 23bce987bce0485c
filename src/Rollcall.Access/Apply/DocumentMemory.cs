namespace Rollcall.Access.Apply;

/// <summary>
/// Remembers what documents said, by their text: whoever applies the same files every few minutes, or first with a dry run, changes
/// few of them, and to take text apart costs more than all else of an apply that changes nothing. What a text says never changes, so
/// nothing that is remembered gets old; what there is in the database is read anew each time.
/// </summary>
internal sealed class DocumentMemory
{
    /// <summary>How many characters are remembered at least, where there are as many; at most twice as many.</summary>
    public const int Enough = 8 << 20;

    // What is too large for the memory would only push out all else.
    private const int LargestText = Enough / 2;

    private readonly Lock _lock = new();
    private Dictionary<string, IReadOnlyList<ReadDocument>> _recent = [];
    private Dictionary<string, IReadOnlyList<ReadDocument>> _before = [];
    private int _size;

    /// <summary>What a text says; null if it is not remembered.</summary>
    public IReadOnlyList<ReadDocument>? Find(ReadOnlySpan<char> text)
    {
        lock (_lock)
        {
            if (_recent.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var found))
                return found;
            if (!_before.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var key, out found))
                return null;
            Add(key, found);
            return found;
        }
    }

    /// <summary>Remembers what a text says.</summary>
    public void Keep(string text, IReadOnlyList<ReadDocument> documents)
    {
        if (text.Length > LargestText)
            return;
        lock (_lock)
            Add(text, documents);
    }

    /// <summary>What was not asked for while the memory filled up is forgotten.</summary>
    private void Add(string text, IReadOnlyList<ReadDocument> documents)
    {
        if (_size + text.Length > Enough)
            (_before, _recent, _size) = (_recent, [], 0);
        if (_recent.TryAdd(text, documents))
            _size += text.Length;
    }
}

/// <summary>A document as it was read.</summary>
/// <param name="Value">A <see cref="ListDocument"/> or a <see cref="MemberDocument"/>.</param>
/// <param name="Line">Its line in the text, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
internal readonly record struct ReadDocument(object Value, int Line, int Column);
