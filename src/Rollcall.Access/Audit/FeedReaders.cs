namespace Rollcall.Access.Audit;

/// <summary>
/// How far those who follow the change feed have come. Nobody says who they are: a reader is recognised by the place that it was
/// given and comes back with. Whoever never came back only had a look. Of readers that stay away for a day nothing is known any
/// more, nor after a restart.
/// </summary>
/// <param name="clock">Tells how long a reader has stayed away.</param>
internal sealed class FeedReaders(TimeProvider clock)
{
    /// <summary>How long a reader is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    // Whoever never keeps a place makes a new one with each request.
    private const int Most = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<Place, Reader> _readers = [];

    private readonly record struct Place(long? IntegrationId, ResourceKind? Kind, long Seq);

    private readonly record struct Reader(long SeenAt, bool CameBack);

    /// <summary>Tells of an answer.</summary>
    /// <param name="integrationId">What the reader asked for: only that of an integration; null for all.</param>
    /// <param name="kind">Only resources of a kind; null for all.</param>
    /// <param name="after">The place that it gave; null where it had none.</param>
    /// <param name="next">The place that it was given.</param>
    public void Moved(long? integrationId, ResourceKind? kind, long? after, long next)
    {
        lock (_lock)
        {
            var cameBack = after is { } place && _readers.Remove(new Place(integrationId, kind, place));
            // It may be there already: two who have come equally far, or one who asks again since an answer was lost.
            var there = _readers.GetValueOrDefault(new Place(integrationId, kind, next));
            _readers[new Place(integrationId, kind, next)] = new Reader(clock.GetTimestamp(), cameBack || there.CameBack);
            if (_readers.Count > Most)
                _readers.Remove(_readers.MinBy(reader => (reader.Value.CameBack, reader.Value.SeenAt)).Key);
        }
    }

    /// <summary>The place of the reader that is furthest behind; null where there is none.</summary>
    public long? Furthest()
    {
        lock (_lock)
        {
            foreach (var (place, reader) in _readers)
            {
                if (clock.GetElapsedTime(reader.SeenAt) > Patience)
                    _readers.Remove(place);
            }
            return _readers.Where(reader => reader.Value.CameBack).Min(reader => (long?)reader.Key.Seq);
        }
    }
}
