using Rollcall.Access.Tests.Concurrency.Support;
using static Rollcall.Access.Tests.Concurrency.Support.ScimCalls;

namespace Rollcall.Access.Tests.Concurrency;

/// <summary>Races whose outcome is known to the last one.</summary>
public sealed class ExactStormTests
{
    private const int Clients = 32;

    [Fact]
    public async Task Adds_OfManyClientsToOneList_AreAllThere()
    {
        const int Each = 100;
        await using var access = await LiveAccess.StartAsync();
        using var client = access.Connect();
        var (list, _) = await access.AddListAsync();
        var users = (await AllAsync(client, async (http, number) =>
        {
            var made = new List<string>();
            for (var i = 0; i < Each; i++)
                made.Add((await http.CreateUserAsync($"user-{number}-{i}")).Id);
            return made;
        })).SelectMany(made => made).ToList();
        var before = (await client.GetGroupAsync(list)).Revision;

        var answers = (await AllAsync(client, async (http, number) =>
        {
            var added = new List<Answer>();
            foreach (var user in users.Skip(number * Each).Take(Each))
                added.Add(await http.PatchGroupAsync(list, Add(user)));
            return added;
        })).SelectMany(added => added).ToList();

        Assert.All(answers, answer => Assert.Equal(204, answer.Code));
        Assert.Equal(Enumerable.Range(1, Clients * Each).Select(step => before + step), answers.Select(answer => answer.Revision).Order());
        var group = await client.GetGroupAsync(list);
        Assert.Equal(before + (Clients * Each), group.Revision);
        Assert.Equal(users.Order(StringComparer.Ordinal), group.Members.Order(StringComparer.Ordinal));
        await access.CheckStoreAsync();
    }

    [Fact]
    public async Task Puts_WithOneVersion_OneSucceeds_AndTheRestSeeThePreconditionFail()
    {
        await using var access = await LiveAccess.StartAsync();
        using var client = access.Connect();
        var (list, title) = await access.AddListAsync();
        var users = await AllAsync(client, async (http, number) => (await http.CreateUserAsync($"user-{number}")).Id);
        for (var round = 0; round < 5; round++)
        {
            var version = (await client.GetGroupAsync(list)).Revision;
            var answers = await AllAsync(client, (http, number) => http.PutGroupAsync(list, title, [users[number], users[(number + round + 1) % Clients]], $"W/\"{version}\""));

            var winner = Assert.Single(answers, answer => answer.Code == 200);
            Assert.Equal(version + 1, winner.Revision);
            Assert.Equal(Clients - 1, answers.Count(answer => answer.Code == 412));
            Assert.All(answers.Where(answer => answer != winner), answer => Assert.Equal(version + 1, answer.Revision));
            Assert.Equal(winner.Members.Order(StringComparer.Ordinal), (await client.GetGroupAsync(list)).Members.Order(StringComparer.Ordinal));
        }
        await access.CheckStoreAsync();
    }

    [Fact]
    public async Task Users_OfOneName_OneIsMade()
    {
        await using var access = await LiveAccess.StartAsync();
        using var client = access.Connect();
        for (var round = 0; round < 20; round++)
        {
            var answers = await AllAsync(client, (http, number) => http.CreateUserAsync($"{(number % 2 == 0 ? "ANN" : "ann")}-{round}"), clients: 2);
            Assert.Equal([201, 409], answers.Select(answer => answer.Code).Order());
            Assert.Equal("uniqueness", answers.Single(answer => answer.Code == 409).Body.GetProperty("scimType").GetString());
        }
        await access.CheckStoreAsync();
    }

    [Theory]
    [InlineData("adopt")]
    [InlineData("create")]
    public async Task Claims_OfOneList_OneWins(string groupCreation)
    {
        await using var access = await LiveAccess.StartAsync(new { groupCreation });
        using var client = access.Connect();
        var user = (await client.CreateUserAsync("ann")).Id;
        for (var round = 0; round < 20; round++)
        {
            var title = groupCreation == "adopt" ? (await access.AddListAsync()).Title : $"new {round}";
            var answers = await AllAsync(client, (http, number) => http.CreateGroupAsync(number % 2 == 0 ? title : title.ToUpperInvariant(), user), clients: 2);
            Assert.Equal([201, 409], answers.Select(answer => answer.Code).Order());
            Assert.Equal("uniqueness", answers.Single(answer => answer.Code == 409).Body.GetProperty("scimType").GetString());
        }
        await access.CheckStoreAsync();
    }

    [Fact]
    public async Task HalvesOfACycle_NeverBoth()
    {
        await using var access = await LiveAccess.StartAsync();
        using var client = access.Connect();
        var (a, _) = await access.AddListAsync();
        var (b, _) = await access.AddListAsync();
        for (var round = 0; round < 200; round++)
        {
            var answers = await AllAsync(client, (http, number) => number == 0 ? http.PatchGroupAsync(a, Add(b)) : http.PatchGroupAsync(b, Add(a)), clients: 2);
            Assert.Equal([204, 400], answers.Select(answer => answer.Code).Order());
            Assert.Equal(204, (await (answers[0].Code == 204 ? client.PatchGroupAsync(a, Remove(b)) : client.PatchGroupAsync(b, Remove(a)))).Code);
        }
        await access.CheckStoreAsync();
    }

    [Fact]
    public async Task GroupDeleted_WhileItIsPatched_IsGoneForEveryoneAfterwards()
    {
        await using var access = await LiveAccess.StartAsync();
        using var client = access.Connect();
        var (list, title) = await access.AddListAsync();
        var users = await AllAsync(client, async (http, number) => (await http.CreateUserAsync($"user-{number}")).Id);
        var last = 0L;
        for (var round = 0; round < 10; round++)
        {
            var answers = await AllAsync(client, (http, number) => number == Clients / 2 ? http.CallAsync(HttpMethod.Delete, $"Groups/{list}") : http.PatchGroupAsync(list, Add(users[number])));
            Assert.Equal(204, answers[Clients / 2].Code);
            Assert.All(answers, answer => Assert.True(answer.Code is 204 or 404, $"{answer.Code}"));
            Assert.Equal(404, (await client.GetGroupAsync(list)).Code);
            Assert.Equal(404, (await client.PatchGroupAsync(list, Add(users[0]))).Code);
            await access.CheckStoreAsync();

            // It comes back empty, under a new id, and its revision goes on.
            var back = await client.CreateGroupAsync(title);
            Assert.Equal(201, back.Code);
            Assert.NotEqual(list, back.Id);
            Assert.Empty(back.Members);
            Assert.True(back.Revision > Math.Max(last, answers.Max(answer => answer.Revision)));
            (list, last) = (back.Id, back.Revision);
        }
        await access.CheckStoreAsync();
    }

    [Fact]
    public async Task UserDeleted_WhileItIsAdded_IsNoMemberAfterwards()
    {
        await using var access = await LiveAccess.StartAsync();
        using var client = access.Connect();
        var lists = new List<string>();
        for (var i = 0; i < 4; i++)
            lists.Add((await access.AddListAsync()).Id);
        for (var round = 0; round < 20; round++)
        {
            var user = (await client.CreateUserAsync("ann")).Id;
            var answers = await AllAsync(client, (http, number) => number == 4 ? http.CallAsync(HttpMethod.Delete, $"Users/{user}") : http.PatchGroupAsync(lists[number % 4], Add(user)), clients: 8);
            Assert.All(answers, answer => Assert.True(answer.Code is 204 or 400, $"{answer.Code}"));
            Assert.Equal(204, answers[4].Code);
            foreach (var list in lists)
                Assert.Empty((await client.GetGroupAsync(list)).Members);
        }
        await access.CheckStoreAsync();
    }

    private static async Task<T[]> AllAsync<T>(HttpClient client, Func<HttpClient, int, Task<T>> call, int clients = Clients)
    {
        // All wait at one line, so that they start together.
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Enumerable.Range(0, clients).Select(async number =>
        {
            await start.Task;
            return await call(client, number);
        }).ToList();
        start.SetResult();
        return await Task.WhenAll(calls);
    }
}
