using CsCheck;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Paging;

/// <summary>
/// Walks over lists while resources are made and deleted: whoever is there from beginning to end is seen, in order, and
/// each page tells the true total.
/// </summary>
public sealed class WalkTests(WalkTests.Server server) : IClassFixture<WalkTests.Server>
{
    public sealed class Server : IAsyncLifetime
    {
        internal RollcallApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync() => App = await RollcallApp.StartAsync();

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }

    private static readonly Gen<(string Endpoint, string? SortBy)> Lists = Gen.OneOf<(string, string?)>(
        ("/Users", null), ("/Users", null), ("/Users", "title"), ("/Users", "userName"), ("/Users", "displayName"), ("/Users", "externalId"), ("/Users", "active"), ("/Users", "meta.created"), ("/Users", "id"),
        ("/Groups", null), ("/Groups", "displayName"), ("/", null), ("/", "displayName"), ("/", "meta.created"), ("/", "meta.resourceType"), ("/", "userName"), ("/", (string?)"colour"));

    private static Gen<WalkPlan> Plans(bool? byCursor) => Gen.Select(Lists, Gen.Bool, Gen.OneOf<string?>(null, "id pr", "displayName pr", "not (displayName eq \"A\")"), Gen.Int[1, 5], Gen.Bool,
        (list, descending, filter, count, dice) => new WalkPlan(list.Endpoint, list.SortBy, descending, filter, count, byCursor ?? dice));

    private static readonly Gen<List<int>> Changes = Gen.Int[0, 1000].List[0, 4];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("req", "C-037"), Trait("req", "C-014"), Trait("req", "C-012"), Trait("req", "S-216"), Trait("req", "S-222"), Trait("req", "S-172")]
    public Task Whoever_is_there_throughout_is_seen_exactly_once_in_order(bool byCursor) =>
        Gen.Select(Plans(byCursor), Changes.List[12], Gen.Int[0, 14], Gen.Int[0, 6]).SampleAsync(async (plan, changes, users, groups) =>
        {
            var world = await WalkWorld.MakeAsync(server.App, users, groups);
            var there = world.Expected(plan);
            var walk = new Walk(world.Client, plan);
            for (var pages = 0; !walk.IsOver; pages++)
            {
                var page = await walk.NextAsync();
                var total = world.Expected(plan).Count;
                // An index walk that has passed deleted ones is told of one more than there are, so that it goes on.
                Assert.True(page.TotalResults == total || (!plan.ByCursor && page.TotalResults == walk.Seen.Count + 1 && total < page.TotalResults), $"{page.TotalResults} instead of {total}");
                foreach (var dice in pages < changes.Count ? changes[pages] : [])
                    await world.ChangeAsync(dice);
            }
            Assert.Equal(walk.Seen.Count, walk.Seen.Distinct().Count());
            Assert.Empty(there.Intersect(world.Expected(plan)).Except(walk.Seen));
            Assert.Equal(world.Expected(plan, withDeleted: true).Intersect(walk.Seen), walk.Seen);
        }, iter: 50, threads: 1);

    [Fact]
    public Task Two_walks_of_one_client_over_one_list_hide_nobody_from_each_other() =>
        Gen.Select(Plans(byCursor: null), Changes.List[20], Gen.Bool.List[40], Gen.Int[4, 14]).SampleAsync(async (plan, changes, turns, users) =>
        {
            var world = await WalkWorld.MakeAsync(server.App, users, users / 2);
            var there = world.Expected(plan);
            Walk[] walks = [new(world.Client, plan), new(world.Client, plan)];
            for (var i = 0; !walks.All(walk => walk.IsOver); i++)
            {
                var walk = walks[turns[i % turns.Count] ? 0 : 1];
                await (walk.IsOver ? walks.First(other => !other.IsOver) : walk).NextAsync();
                foreach (var dice in i < changes.Count ? changes[i] : [])
                    await world.ChangeAsync(dice);
            }
            foreach (var walk in walks)
                Assert.Empty(there.Intersect(world.Expected(plan)).Except(walk.Seen));
        }, iter: 40, threads: 1);

    [Fact]
    public Task A_jump_is_where_counting_leads() =>
        Gen.Select(Plans(byCursor: false), Gen.Int[0, 14], Gen.Int[0, 6], Gen.Int[1, 25]).SampleAsync(async (plan, users, groups, startIndex) =>
        {
            var world = await WalkWorld.MakeAsync(server.App, users, groups);
            var expected = world.Expected(plan);

            var page = (await world.Client.GetAsync($"{plan.Endpoint}?startIndex={startIndex}{Walk.Query(plan)}")).Expect(200);

            Assert.Equal(expected.Skip(startIndex - 1).Take(plan.Count), page.Ids());
            Assert.Equal(expected.Count, page.TotalResults);
        }, iter: 40, threads: 1);

    [Theory]
    [InlineData(null)]
    [InlineData("userName")]
    public async Task Who_deletes_each_page_before_asking_for_the_next_still_reaches_the_end(string? sortBy)
    {
        var world = await WalkWorld.MakeAsync(server.App, 12, 0);
        var plan = new WalkPlan("/Users", sortBy, true, null, 3, ByCursor: false);
        var there = world.Expected(plan);
        var walk = new Walk(world.Client, plan);
        while (!walk.IsOver)
        {
            var page = await walk.NextAsync();
            foreach (var id in page.Ids())
                await world.DeleteAsync(id);
        }

        Assert.Equal(there, walk.Seen);
        Assert.Equal(0, (await world.Client.GetAsync("/Users")).TotalResults);
    }

    [Fact]
    public async Task A_page_asked_for_again_is_the_same_page()
    {
        var world = await WalkWorld.MakeAsync(server.App, 6, 0);
        var ids = world.Expected(new WalkPlan("/Users", null, false, null, 2, false));
        (await world.Client.GetAsync("/Users?count=2&startIndex=1")).Expect(200);
        await world.DeleteAsync(ids[0]);

        Assert.Equal(ids.Skip(2).Take(2), (await world.Client.GetAsync("/Users?count=2&startIndex=3")).Ids());
        Assert.Equal(ids.Skip(2).Take(2), (await world.Client.GetAsync("/Users?count=2&startIndex=3")).Ids());
        // Another count, another query: not that walk.
        Assert.Equal(ids.Skip(3).Take(1), (await world.Client.GetAsync("/Users?count=1&startIndex=3")).Ids());
        Assert.Equal(ids.Skip(3).Take(2), (await world.Client.GetAsync("/Users?count=2&startIndex=3&filter=id pr")).Ids());
    }

    [Fact]
    public async Task What_was_served_long_ago_is_counted_anew()
    {
        var world = await WalkWorld.MakeAsync(server.App, 6, 0);
        var ids = world.Expected(new WalkPlan("/Users", null, false, null, 2, false));
        (await world.Client.GetAsync("/Users?count=2&startIndex=1")).Expect(200);
        await world.DeleteAsync(ids[0]);
        server.App.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(ids.Skip(3).Take(2), (await world.Client.GetAsync("/Users?count=2&startIndex=3")).Ids());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_of_Groups_get_shorter_rather_than_their_members_fewer(bool byCursor)
    {
        var world = await WalkWorld.MakeAsync(server.App, 0, 5);
        var plan = new WalkPlan("/Groups", null, false, null, 5, byCursor);
        var ids = world.Expected(plan);
        using var database = server.App.OpenDatabase();
        // As if they had so many members.
        RollcallApp.Execute(database, $"update lists set member_count = 90000 where scim_id in ({string.Join(',', ids.Select(id => $"'{id}'"))})");
        try
        {
            var (seen, next) = (new List<string>(), byCursor ? "cursor" : "startIndex=1");
            List<int> sizes = [];
            while (seen.Count < ids.Count)
            {
                var page = (await world.Client.GetAsync($"/Groups?count=5&{next}")).Expect(200);
                Assert.Equal(ids.Count, page.TotalResults);
                Assert.Equal(byCursor && seen.Count + page.Resources.Count < ids.Count, page.NextCursor is not null);
                seen.AddRange(page.Ids());
                sizes.Add(page.Resources.Count);
                next = byCursor ? $"cursor={page.NextCursor}" : $"startIndex={seen.Count + 1}";
            }

            Assert.Equal(ids, seen);
            Assert.Equal([2, 2, 1], sizes);
            Assert.Equal(5, (await world.Client.GetAsync("/Groups?count=5&excludedAttributes=members")).Resources.Count);
        }
        finally
        {
            RollcallApp.Execute(database, "update lists set member_count = (select count(*) from members m where m.list_id = lists.id)");
        }
    }
}
