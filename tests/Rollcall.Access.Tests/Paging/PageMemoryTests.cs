using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Access.Scim.Paging;
using Rollcall.Scim.Messages;

namespace Rollcall.Access.Tests.Paging;

public sealed class PageMemoryTests
{
    private readonly FakeTimeProvider _clock = new();

    private static FollowingPage Page(long startIndex, string client = "client", long integration = 1, int count = 10) =>
        new(client, PageScope.Of(integration, "/Users", new ListQuery()), count, startIndex);

    [Fact]
    public void A_page_is_remembered_for_its_client_query_count_and_index_alone()
    {
        var memory = new PageMemory(_clock);
        memory.Remember(Page(11), new PagePlace(0, 5), new KnownTotal(1, 2), false);

        Assert.Equal((new PagePlace(0, 5), new KnownTotal(1, 2)), memory.Find(Page(11)));
        Assert.Null(memory.Find(Page(12)));
        Assert.Null(memory.Find(Page(11, client: "other")));
        Assert.Null(memory.Find(Page(11, integration: 2)));
        Assert.Null(memory.Find(Page(11, count: 11)));
        Assert.Null(memory.Find(Page(11) with { Scope = PageScope.Of(1, "/Users", new ListQuery { Filter = "id pr" }) }));
    }

    [Fact]
    public void As_many_are_kept_as_fit_the_newest_of_each_integration()
    {
        var memory = new PageMemory(_clock);
        memory.Remember(Page(1, integration: 2), new PagePlace(0, 1), null, false);
        for (var i = 0; i <= PageMemory.PagesOfIntegration; i++)
            memory.Remember(Page(i), new PagePlace(0, i), null, false);

        Assert.Null(memory.Find(Page(0)));
        Assert.NotNull(memory.Find(Page(1)));
        Assert.NotNull(memory.Find(Page(PageMemory.PagesOfIntegration)));
        Assert.NotNull(memory.Find(Page(1, integration: 2)));
    }

    [Fact]
    public void Long_keys_are_not_kept()
    {
        var memory = new PageMemory(_clock);
        memory.Remember(Page(1), new PagePlace(0, 1, "id", new string('x', PagePlace.LongestKey + 1)), null, false);

        Assert.Null(memory.Find(Page(1)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_several_walks_at_a_page_nobody_is_sent_past_its_own_place(bool descending) =>
        Gen.Select(Gen.Int[0, 12], Gen.Int[0, 400]).List[1, 40].Sample(stores =>
        {
            var clock = new FakeTimeProvider();
            var memory = new PageMemory(clock);
            List<(PagePlace Place, DateTimeOffset Until)> alive = [];
            foreach (var (key, seconds) in stores)
            {
                var place = new PagePlace(0, key, "id", (long)key);
                memory.Remember(Page(11), place, null, descending);
                alive.Add((place, clock.GetUtcNow() + PageMemory.Lifetime));
                clock.Advance(TimeSpan.FromSeconds(seconds));
                alive.RemoveAll(entry => entry.Until <= clock.GetUtcNow());
                var found = memory.Find(Page(11))?.After;
                if (alive.Count == 0)
                    Assert.Null(found);
                else
                    Assert.All(alive, entry => Assert.True(found!.CompareTo(entry.Place, descending) <= 0));
            }
        });
}
