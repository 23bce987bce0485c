using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Lists;

/// <summary>Lists in lists: never in a circle, at most ten deep, and never taken away from under a list that holds them.</summary>
public sealed class HierarchyTests
{
    // Together 1,000 circles of each kind: so many pairs of lists at a time, so often.
    private const int Pairs = 20;
    private const int Rounds = 50;

    [Fact]
    [Trait("req", "S-199")]
    public async Task Of_two_halves_of_a_circle_added_at_once_over_scim_one_is_refused()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var pairs = await PairsAsync(async number => (await client.ListAsync($"A{number}"), await client.ListAsync($"B{number}")));
        await CloseAsync(pairs,
            (outer, inner) => StatusAsync(client.AddAsync(outer, null, inner)),
            (outer, inner) => StatusAsync(client.RemoveAsync(outer, null, inner)), 204);
    }

    [Fact]
    public async Task Of_two_halves_of_a_circle_added_at_once_by_administrators_one_is_refused()
    {
        await using var app = await RollcallApp.StartAsync();
        var pairs = await PairsAsync(async number => (await LocalAsync(app, $"a{number}"), await LocalAsync(app, $"b{number}")));
        await CloseAsync(pairs,
            (outer, inner) => StatusAsync(NestAsync(app, outer, inner)),
            (outer, inner) => StatusAsync(app.AdminAsync("DELETE", $"/lists/{outer}/members/{inner}?kind=list")), 201);
    }

    [Fact]
    public async Task Of_a_member_and_an_owner_that_close_a_circle_together_one_is_refused()
    {
        await using var app = await RollcallApp.StartAsync();
        var pairs = await PairsAsync(async number => (await LocalAsync(app, $"a{number}"), await LocalAsync(app, $"b{number}")));
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(pairs.Select(async pair =>
            {
                var halves = await Task.WhenAll(StatusAsync(NestAsync(app, pair.One, pair.Other)), StatusAsync(OwnAsync(app, pair.Other, pair.One)));
                Assert.Contains(halves, status => status is 200 or 201);
                Assert.Contains(halves, status => status == 400);
                await (halves[0] == 201 ? app.AdminAsync("DELETE", $"/lists/{pair.One}/members/{pair.Other}?kind=list") : OwnAsync(app, pair.Other));
            }));
        }
    }

    [Fact]
    public async Task A_way_of_owners_is_followed_to_its_end_however_long()
    {
        await using var app = await RollcallApp.StartAsync();
        var names = await Task.WhenAll(Enumerable.Range(0, 14).Select(number => LocalAsync(app, $"o{number}")));
        for (var i = 1; i < names.Length; i++)
            (await OwnAsync(app, names[i], names[i - 1])).Expect(200);

        (await OwnAsync(app, names[0], names[^1])).Expect(400);
        Assert.Contains("is itself within", (string)(await NestAsync(app, names[0], names[^1])).Expect(400).Body["detail"]!, StringComparison.Ordinal);
    }

    /// <summary>The limit is exact from both sides: above the parent, below the child, and the membership itself make ten.</summary>
    [Theory]
    [InlineData(0, 9, true)]
    [InlineData(0, 10, false)]
    [InlineData(9, 0, true)]
    [InlineData(10, 0, false)]
    [InlineData(4, 5, true)]
    [InlineData(5, 5, false)]
    public async Task Memberships_are_at_most_ten_deep(int above, int below, bool isAllowed)
    {
        await using var app = await RollcallApp.StartAsync();
        var parent = await ChainAsync(app, "p", above);
        var child = await ChainAsync(app, "c", below);
        (await NestAsync(app, parent[^1], child[0])).Expect(isAllowed ? 201 : 400);

        var client = await app.IntegrationAsync();
        var groups = await GroupsAsync(client, "p", above);
        var others = await GroupsAsync(client, "c", below);
        (await client.AddAsync(groups[^1], null, others[0])).Expect(isAllowed ? 204 : 400);
    }

    /// <summary>Ownership is not handed on: of an owner what is below it counts, not what is above the list that it owns.</summary>
    [Theory]
    [InlineData(10, 9, true)]
    [InlineData(0, 10, false)]
    public async Task Owners_are_at_most_ten_deep_whatever_is_above(int above, int below, bool isAllowed)
    {
        await using var app = await RollcallApp.StartAsync();
        var owned = await ChainAsync(app, "o", above);
        var owner = await ChainAsync(app, "c", below);
        (await OwnAsync(app, owned[^1], owner[0])).Expect(isAllowed ? 200 : 400);
    }

    [Fact]
    public async Task Owners_make_no_membership_deeper()
    {
        await using var app = await RollcallApp.StartAsync();
        var owned = await ChainAsync(app, "o", 9);
        (await OwnAsync(app, owned[^1], (await ChainAsync(app, "c", 9))[0])).Expect(200);
        (await NestAsync(app, await LocalAsync(app, "top"), owned[0])).Expect(201);
        (await NestAsync(app, await LocalAsync(app, "over"), "top")).Expect(400);
    }

    [Fact]
    public async Task A_list_that_others_hold_is_not_deleted_and_the_refusal_names_them()
    {
        await using var app = await RollcallApp.StartAsync();
        await LocalAsync(app, "inner");
        foreach (var name in (string[])["one", "two"])
            (await NestAsync(app, await LocalAsync(app, name), "inner")).Expect(201);
        (await OwnAsync(app, await LocalAsync(app, "three"), "inner")).Expect(200);

        var refusal = (string)(await app.AdminAsync("DELETE", "/lists/inner")).Expect(409).Body["detail"]!;
        Assert.Contains("'one', 'three', 'two'", refusal, StringComparison.Ordinal);
        (await app.AdminAsync("DELETE", "/lists/one/members/inner?kind=list")).Expect(204);
        (await app.AdminAsync("DELETE", "/lists/two")).Expect(204);
        (await app.AdminAsync("DELETE", "/lists/inner")).Expect(409);
        (await OwnAsync(app, "three")).Expect(200);
        (await app.AdminAsync("DELETE", "/lists/inner")).Expect(204);
    }

    [Fact]
    public async Task Lists_that_hold_each_other_go_with_their_integration()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var groups = await GroupsAsync(client, "g", 3);
        (await app.AdminAsync("PATCH", "/lists/acme-g3", new JsonObject { ["owners"] = Owners("acme-g0") })).Expect(400);
        await client.ListAsync("Apart");
        (await app.AdminAsync("PATCH", "/lists/acme-Apart", new JsonObject { ["owners"] = Owners("acme-g0") })).Expect(200);

        (await app.AdminAsync("DELETE", "/integrations/acme?cascade=true")).Expect(204);
        Assert.Equal(4, groups.Count);
        Assert.Empty((await app.AdminAsync("GET", "/lists")).Expect(200).Items);
    }

    private static async Task CloseAsync(
        IReadOnlyList<(string One, string Other)> pairs, Func<string, string, Task<int>> add, Func<string, string, Task<int>> remove, int added)
    {
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(pairs.Select(async pair =>
            {
                var halves = await Task.WhenAll(add(pair.One, pair.Other), add(pair.Other, pair.One));
                Assert.Equal([added, 400], halves.Order());
                Assert.Equal(204, await (halves[0] == added ? remove(pair.One, pair.Other) : remove(pair.Other, pair.One)));
            }));
        }
    }

    private static async Task<IReadOnlyList<(string One, string Other)>> PairsAsync(Func<int, Task<(string, string)>> make)
    {
        var pairs = new List<(string, string)>();
        for (var number = 0; number < Pairs; number++)
            pairs.Add(await make(number));
        return pairs;
    }

    private static async Task<List<string>> ChainAsync(RollcallApp app, string prefix, int depth)
    {
        var names = new List<string> { await LocalAsync(app, $"{prefix}0") };
        for (var i = 1; i <= depth; i++)
        {
            names.Add(await LocalAsync(app, $"{prefix}{i}"));
            (await NestAsync(app, names[i - 1], names[i])).Expect(201);
        }
        return names;
    }

    private static async Task<List<string>> GroupsAsync(ScimClient client, string prefix, int depth)
    {
        var ids = new List<string> { await client.ListAsync($"{prefix}0") };
        for (var i = 1; i <= depth; i++)
        {
            ids.Add(await client.ListAsync($"{prefix}{i}"));
            (await client.AddAsync(ids[i - 1], null, ids[i])).Expect(204);
        }
        return ids;
    }

    private static async Task<string> LocalAsync(RollcallApp app, string name)
    {
        (await app.AdminAsync("POST", "/lists", new JsonObject { ["name"] = name, ["title"] = name, ["owners"] = Owners() })).Expect(201);
        return name;
    }

    private static Task<ApiAnswer> NestAsync(RollcallApp app, string outer, string inner) =>
        app.AdminAsync("PUT", $"/lists/{outer}/members/{inner}", new JsonObject { ["kind"] = "list" });

    private static Task<ApiAnswer> OwnAsync(RollcallApp app, string list, params string[] owners) =>
        app.AdminAsync("PATCH", $"/lists/{list}", new JsonObject { ["owners"] = Owners(owners) });

    private static JsonArray Owners(params string[] lists) =>
        [new JsonObject { ["kind"] = "person", ["name"] = "owner" }, .. lists.Select(list => new JsonObject { ["kind"] = "list", ["name"] = list })];

    private static async Task<int> StatusAsync(Task<ApiAnswer> answer) => (await answer).Status;

    private static async Task<int> StatusAsync(Task<ScimAnswer> answer) => (await answer).Status;
}
