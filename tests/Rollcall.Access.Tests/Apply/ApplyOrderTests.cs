using Rollcall.Access.Apply;
using Rollcall.Access.Audit;
using Rollcall.Access.Lists;
using Rollcall.Access.Tests.Support;
using Rollcall.Data.Sqlite;
using Rollcall.Web.Api;
using static Rollcall.Access.Tests.Apply.ApplyCalls;

namespace Rollcall.Access.Tests.Apply;

/// <summary>The outcome counts, not the steps: documents in any order, changes that are in each other's way, others who write meanwhile.</summary>
public sealed class ApplyOrderTests
{
    [Fact]
    public async Task Lists_that_name_each_other_may_stand_in_any_order()
    {
        string[] documents =
        [
            List("a", "static", owner: "{name: b, membership_kind: 2}"), List("b", "static", owner: "{name: c, membership_kind: 2}"), List("c"),
            Nested("a", "d"), List("d"),
        ];
        foreach (var order in Orders(documents))
        {
            await using var app = await RollcallApp.StartAsync();
            Assert.Equal(4, (int)(await app.ApplyAsync(string.Concat(order))).Expect(200).Body["summary"]!["created"]!);
            Assert.Equal(["d"], await app.MembersAsync("a"));
            Assert.False((bool)(await app.ApplyAsync(string.Concat(Enumerable.Reverse(order)))).Expect(200).Body["changed"]!);
        }
    }

    [Fact]
    public async Task A_nesting_may_be_turned_round()
    {
        await using var app = await RollcallApp.StartAsync();
        (await app.ApplyAsync(List("a", "static") + List("b", "static", owner: "{name: c, membership_kind: 2}") + List("c", "static") + Nested("a", "b"))).Expect(200);

        (await app.ApplyAsync(List("c", "static", owner: "{name: b, membership_kind: 2}") + Nested("b", "a") + List("b", "static") + List("a", "static") + Member("a", "ann"))).Expect(200);

        Assert.Equal(["a"], await app.MembersAsync("b"));
        Assert.Equal(["ann"], await app.MembersAsync("a"));
        (await app.ApplyAsync(Nested("a", "c"))).Expect(400);
    }

    [Fact]
    public async Task Titles_may_change_hands()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        static string Titled(string name, string title) => List(name, "scim").Replace($"title: {name}", $"title: {title}", StringComparison.Ordinal);
        (await app.ApplyAsync(Titled("a", "X") + Titled("b", "Y") + Titled("c", "Z"))).Expect(200);
        var x = (await client.GroupAsync("X")).Id;

        // Two swap, a new one takes what a pruned one had.
        (await app.ApplyAsync(Titled("a", "Y") + Titled("b", "X") + Titled("d", "z"), "?prune=true")).Expect(200);

        Assert.Equal(x, (await client.GroupAsync("Y")).Id);
        Assert.Equal(["Y", "X", "z"], [.. (await app.AdminAsync("GET", "/lists")).Items.Select(list => (string)list!["title"]!)]);
    }

    [Fact]
    public async Task A_plan_that_no_longer_fits_is_made_anew()
    {
        using var folder = new TempFolder();
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var database = await SqliteDatabase.OpenAsync(
            new SqliteOptions { Path = folder["access.db"], Clock = clock, IsCommitted = AuditLog.ContainsAsync }, AccessStore.Migrations);
        var number = 0;
        ChangeContext Change() => new($"request-{++number}", 1, new Actor(null, null, "administrator", null), "POST", "/api/v1/apply");
        async Task ApplyAsync(string yaml) => await new Applier(database, clock).ApplyAsync([new ApplyFile("test.yaml", yaml)], new ApplyOptions(), dryRun: false, Change());
        await ApplyAsync(List("a", "static") + Member("a", "bob") + List("child"));

        // Planned, then overtaken: by a member, by a list of that name, by an edge that would close a circle.
        var planner = new ApplyPlanner(Read(List("a", "static") + Member("a", "carol") + List("b")), new ApplyOptions(), clock.GetUtcNow());
        var plan = await database.ReadAsync(planner.PlanAsync);
        await ApplyAsync(Member("a", "dave") + List("b", more: "  description: first"));
        var done = await database.WriteAsync(session => ApplyExecution.RunAsync(session, Change(), planner, plan));

        Assert.Equal([PlannedAction.Update, PlannedAction.Update], done.Lists.Select(list => list.Action));
        Assert.Equal(["carol", "bob", "dave"], done.Lists[0].Members.Select(member => member.Name));
        var members = await database.ReadAsync(async session => await MemberStore.PageAsync(session, 0, (await ListStore.FindAsync(session, "a"))!.Id, default, 10));
        Assert.Equal("carol", Assert.Single(members).Name);

        var nesting = new ApplyPlanner(Read(Nested("child", "b")), new ApplyOptions(), clock.GetUtcNow());
        plan = await database.ReadAsync(nesting.PlanAsync);
        await ApplyAsync(Nested("b", "child"));
        var fault = await Assert.ThrowsAsync<ApiException>(() => database.WriteAsync(session => ApplyExecution.RunAsync(session, Change(), nesting, plan)));
        Assert.Equal(400, fault.Fault.Status);
        Assert.Equal(3, (await database.ReadAsync(session => ListStore.FindAsync(session, "b")))!.Revision);
    }

    private static Documents Read(string yaml) => Documents.Read([new ApplyFile("test.yaml", yaml)], new DocumentMemory());

    private static IEnumerable<IReadOnlyList<string>> Orders(IReadOnlyList<string> items) => items.Count <= 1
        ? [items]
        : items.SelectMany((first, index) => Orders([.. items.Where((_, other) => other != index)]).Select(rest => (IReadOnlyList<string>)[first, .. rest])).Where((_, index) => index % 7 == 0 || items.Count < 5);
}
