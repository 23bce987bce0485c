using System.Collections.Concurrent;

namespace Rollcall.Access.Scim.Paging;

/// <summary>An index page that was not asked for yet: the one that follows a page just served.</summary>
/// <param name="Client">Whose walk it is.</param>
/// <param name="Scope">What is walked over.</param>
/// <param name="Count">The most resources on a page.</param>
/// <param name="StartIndex">The place of its first resource, from 1.</param>
internal sealed record FollowingPage(string Client, PageScope Scope, int Count, long StartIndex);

/// <summary>
/// Where index pages continue: the page that follows one just served begins after that one's last resource, whatever was
/// deleted or made meanwhile, and costs what the first cost. Kept in memory, for a while, as many as a walk or a hundred
/// need; who asks for a page that is not remembered gets it by counting.
/// </summary>
/// <param name="clock">The clock that places are forgotten by.</param>
internal sealed class PageMemory(TimeProvider clock)
{
    /// <summary>How long a page may be asked for after the one before it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>How many pages of one integration are remembered; past them the oldest go.</summary>
    public const int PagesOfIntegration = 1000;

    // Of several walks that are at the same page; the last ones share a place past that.
    private const int PlacesOfPage = 8;

    private readonly ConcurrentDictionary<long, Pages> _integrations = [];

    /// <summary>Remembers where a page begins.</summary>
    /// <param name="page">The page.</param>
    /// <param name="after">The last resource of the page before it.</param>
    /// <param name="total">How many match in all, or null.</param>
    /// <param name="descending">The direction of the order.</param>
    public void Remember(FollowingPage page, PagePlace after, KnownTotal? total, bool descending)
    {
        if (!after.HasLongKey)
            _integrations.GetOrAdd(page.Scope.IntegrationId, _ => new Pages()).Remember(page, new Entry(after, total, clock.GetUtcNow() + Lifetime), descending, clock.GetUtcNow());
    }

    /// <summary>Where a page begins, or null where that is not remembered.</summary>
    public (PagePlace After, KnownTotal? Total)? Find(FollowingPage page) =>
        _integrations.TryGetValue(page.Scope.IntegrationId, out var pages) && pages.Find(page, clock.GetUtcNow()) is { } entry ? (entry.After, entry.Total) : null;

    private sealed record Entry(PagePlace After, KnownTotal? Total, DateTimeOffset Expires);

    private sealed record Slot(FollowingPage Page, List<Entry> Entries);

    private sealed class Pages
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<FollowingPage, LinkedListNode<Slot>> _slots = [];
        private readonly LinkedList<Slot> _newestFirst = [];

        public void Remember(FollowingPage page, Entry entry, bool descending, DateTimeOffset now)
        {
            lock (_lock)
            {
                if (_slots.TryGetValue(page, out var slot))
                    _newestFirst.Remove(slot);
                else
                    _slots.Add(page, slot = new LinkedListNode<Slot>(new Slot(page, [])));
                _newestFirst.AddFirst(slot);
                Add(slot.Value.Entries, entry, descending, now);
                if (_slots.Count <= PagesOfIntegration)
                    return;
                _slots.Remove(_newestFirst.Last!.Value.Page);
                _newestFirst.RemoveLast();
            }
        }

        public Entry? Find(FollowingPage page, DateTimeOffset now)
        {
            lock (_lock)
            {
                // The earliest place of those that are alive: see below.
                return _slots.TryGetValue(page, out var slot) ? slot.Value.Entries.Find(entry => entry.Expires > now) : null;
            }
        }

        /// <summary>
        /// Two walks of one client may be at the same page and have ended the one before it at different places, because
        /// somebody was deleted between them. Nothing tells them apart, so both go on from the earlier place: the one may
        /// see somebody twice, but neither misses anybody. Entries are kept in the order of their places, which is then
        /// the order in which they expire: one that comes later in both is of no use beside the newer.
        /// </summary>
        private static void Add(List<Entry> entries, Entry entry, bool descending, DateTimeOffset now)
        {
            entries.RemoveAll(old => old.Expires <= now);
            while (entries.Count > 0 && entries[^1].After.CompareTo(entry.After, descending) >= 0)
                entries.RemoveAt(entries.Count - 1);
            if (entries.Count == PlacesOfPage)
                entries[^1] = entries[^1] with { Expires = entry.Expires };
            else
                entries.Add(entry);
        }
    }
}
