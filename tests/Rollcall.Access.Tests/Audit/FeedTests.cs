using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Audit;

/// <summary>The change feed: a reader that goes on from <c>next</c> sees each revision of each resource once.</summary>
public sealed class FeedTests
{
    [Fact]
    public async Task A_reader_that_goes_on_sees_each_revision_once_while_others_write()
    {
        await using var app = await RollcallApp.StartAsync();
        await Gen.Int[0, 10_000].Array[40].SampleAsync(numbers => ReadAlongAsync(app, numbers), iter: 5, threads: 1);
    }

    [Fact]
    public async Task Items_name_resources_as_the_outside_knew_them()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var list = await client.ListAsync("payroll");
        var bob = await client.UserAsync("bob");
        (await client.AddAsync(list, null, bob)).Expect(204);
        var gone = (await client.DeleteAsync($"/Groups/{list}")).Expect(204);
        (await client.SendAsync("POST", "/Groups", ScimClient.Group("payroll"))).Expect(201);
        (await client.DeleteAsync($"/Users/{bob}")).Expect(204);
        await app.AdminAsync("POST", "/lists", new JsonObject { ["name"] = "local", ["title"] = "Local", ["owners"] = new JsonArray(new JsonObject { ["kind"] = "person", ["name"] = "ann" }) });

        var feed = (await app.AdminAsync("GET", "/changes")).Expect(200);
        var again = (string)(await client.GroupAsync("payroll")).Expect(200).Body["id"]!;
        Assert.Equal(
        [
            $"list {list} acme-payroll 1 created",
            $"user {bob} bob@example.com 1 created",
            $"user {bob} bob@example.com 2 membership",
            $"list {list} acme-payroll 2 membership",
            $"user {bob} bob@example.com 3 membership",
            $"list {list} acme-payroll 3 updated",
            $"list {again} acme-payroll 4 updated",
            $"user {bob} bob@example.com 4 deleted",
            "list local local 1 created",
        ], feed.Items.Select(item => $"{item!["kind"]} {item["id"]} {item["name"]} {item["revision"]} {item["action"]}"));
        Assert.Equal(["seq", "at", "integration", "kind", "id", "name", "revision", "action", "requestId"], feed.Items[0]!.AsObject().Select(member => member.Key));
        Assert.Equal(gone.Headers["X-Request-Id"], (string?)feed.Items[5]!["requestId"]);
        Assert.Null(feed.Items[^1]!["integration"]);
    }

    [Fact]
    public async Task Filters_leave_out_what_is_not_asked_for_and_still_get_on()
    {
        await using var app = await RollcallApp.StartAsync();
        var (acme, globex) = (await app.IntegrationAsync(), await app.IntegrationAsync("globex"));
        var list = await acme.ListAsync("payroll");
        for (var i = 0; i < 5; i++)
            await globex.UserAsync($"user{i}");
        var ann = await acme.UserAsync("ann");

        var lists = (await app.AdminAsync("GET", "/changes?kind=list")).Expect(200);
        Assert.Equal(list, (string?)Assert.Single(lists.Items)!["id"]);
        // Everything before is behind that reader, although nothing of it was shown.
        Assert.Equal((string?)(await app.AdminAsync("GET", "/changes?after=now")).Body["next"], (string?)lists.Body["next"]);
        var users = (await app.AdminAsync("GET", "/changes?integration=acme&kind=user")).Expect(200);
        Assert.Equal(ann, (string?)Assert.Single(users.Items)!["id"]);
        Assert.Equal("integration", (string?)(await app.AdminAsync("GET", "/changes?integration=initech")).Expect(400).Body["field"]);
        Assert.Equal("kind", (string?)(await app.AdminAsync("GET", "/changes?kind=printer")).Expect(400).Body["field"]);
        Assert.Equal("after", (string?)(await app.AdminAsync("GET", "/changes?after=eHl6")).Expect(400).Body["field"]);
        Assert.Equal("since", (string?)(await app.AdminAsync("GET", "/changes?since=1h")).Expect(400).Body["field"]);
    }

    [Fact]
    public async Task A_reader_whose_place_is_gone_or_has_never_been_is_told_what_to_do()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        await client.UserAsync("ann");
        var place = (string)(await app.AdminAsync("GET", "/changes")).Body["next"]!;
        for (var i = 0; i < 3; i++)
            await client.UserAsync($"user{i}");
        app.Clock.Advance(TimeSpan.FromDays(31));
        await client.UserAsync("eve");
        await app.PruneAsync();

        var gone = (await app.AdminAsync("GET", $"/changes?after={place}")).Expect(410);
        Assert.Contains("after=now", (string)gone.Body["detail"]!, StringComparison.Ordinal);
        // Without a place it begins with what there is, and goes on from there.
        var rest = (await app.AdminAsync("GET", "/changes")).Expect(200);
        Assert.Equal("eve@example.com", (string?)Assert.Single(rest.Items)!["name"]);
        Assert.Empty((await app.AdminAsync("GET", $"/changes?after={rest.Body["next"]}")).Expect(200).Items);
        // As after a backup was put back.
        Assert.Contains("older", (string)(await app.AdminAsync("GET", "/changes?after=OTk5")).Expect(410).Body["detail"]!, StringComparison.Ordinal);
    }

    private static async Task ReadAlongAsync(RollcallApp app, int[] numbers)
    {
        var client = await app.IntegrationAsync($"f{Interlocked.Increment(ref _integrations)}");
        var lists = new[] { await client.ListAsync("one"), await client.ListAsync("two") };
        var users = new List<string> { await client.UserAsync("first") };
        var seen = new List<(string Kind, string Id, long Revision)>();
        string? after = null;
        foreach (var number in numbers)
        {
            var (list, user) = (lists[number % 2], users[number % users.Count]);
            await ((number / 2 % 6) switch
            {
                0 => AddUserAsync(client, users),
                1 => client.AddAsync(list, null, user),
                2 => client.RemoveAsync(list, null, user),
                3 => client.PatchAsync($"/Users/{user}", $$"""[{"op":"replace","path":"displayName","value":"name {{number}}"}]"""),
                4 => client.PutAsync($"/Groups/{list}", ScimClient.Group(number % 2 == 0 ? "one" : "two", [.. users.Take(2)])),
                _ => users.Count > 1 ? RemoveUserAsync(client, users, user) : Task.CompletedTask,
            });
            if (number % 3 == 0)
                after = await ReadOnAsync(app, client, after, 1 + (number % 5), seen);
        }
        // To the end, by small steps.
        string? before;
        do
        {
            before = after;
            after = await ReadOnAsync(app, client, after, 7, seen);
        }
        while (after != before);

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.All(seen.GroupBy(item => (item.Kind, item.Id)), resource =>
            Assert.Equal(Enumerable.Range(1, resource.Count()).Select(revision => (long)revision), resource.Select(item => item.Revision)));
        foreach (var user in users)
            Assert.Equal((await client.GetAsync($"/Users/{user}")).ETag, $"W/\"{seen.Last(item => item.Id == user).Revision}\"");
        foreach (var list in lists)
            Assert.Equal((await client.GetAsync($"/Groups/{list}")).ETag, $"W/\"{seen.Last(item => item.Id == list).Revision}\"");
    }

    private static int _integrations;

    private static async Task<string> ReadOnAsync(RollcallApp app, ScimClient client, string? after, int count, List<(string, string, long)> seen)
    {
        var part = (await app.AdminAsync("GET", $"/changes?integration={client.Name}&count={count}{(after is null ? "" : $"&after={after}")}")).Expect(200);
        seen.AddRange(part.Items.Select(item => ((string)item!["kind"]!, (string)item["id"]!, (long)item["revision"]!)));
        return (string)part.Body["next"]!;
    }

    private static async Task AddUserAsync(ScimClient client, List<string> users) => users.Add(await client.UserAsync($"user{users.Count}-{Guid.NewGuid():N}"));

    private static async Task RemoveUserAsync(ScimClient client, List<string> users, string user)
    {
        (await client.DeleteAsync($"/Users/{user}")).Expect(204);
        users.Remove(user);
    }
}
