using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Rollcall.Access.Scim;
using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Evaluation;

/// <summary>One random change: which one, with numbers that choose among what there is.</summary>
internal sealed record Change(int Kind, int A, int B, int C, int Dice);

/// <summary>
/// A server and the model side by side: each change goes to both, and what the model was at each moment is remembered. Names
/// bear the world's number, so that many worlds share a server.
/// </summary>
internal sealed class AccessWorld
{
    private const int People = 4;
    private const int LocalLists = 5;
    private const int Groups = 3;
    private static readonly string[] Things = ["reader", "writer", "team=a", "team=b", "site=x"];
    private static int _worlds;

    private readonly RollcallApp _app;
    private readonly int _number = Interlocked.Increment(ref _worlds);
    private readonly ScimClient[] _clients = new ScimClient[2];
    private readonly Dictionary<string, string> _groupIds = [];
    private readonly Dictionary<string, string> _localIds = [];
    private readonly List<(long At, AccessModel Model)> _past = [];

    private AccessWorld(RollcallApp app)
    {
        _app = app;
    }

    public AccessModel Model { get; private set; } = new();

    public RollcallApp App => _app;

    public IEnumerable<string> Persons => Enumerable.Range(0, People).Select(Person);

    /// <summary>The names of all lists that ever were.</summary>
    public IEnumerable<string> ListNames => _past.SelectMany(moment => moment.Model.Lists.Keys).Distinct(StringComparer.Ordinal);

    /// <summary>When the model changed, the latest last.</summary>
    public IReadOnlyList<long> Moments => [.. _past.Select(moment => moment.At)];

    private long Now => ScimTime.Of(_app.Clock.GetUtcNow());

    public static async Task<AccessWorld> StartAsync(RollcallApp app)
    {
        var world = new AccessWorld(app);
        world.Remember();
        for (var i = 0; i < world._clients.Length; i++)
            world._clients[i] = await app.IntegrationAsync($"w{world._number}-{i}");

        // Something to begin with: without it most changes would find nothing to change.
        for (var number = 0; number < 22; number++)
            await world.ApplyAsync(new Change(7, number, number * 3, number, 1));
        for (var number = 0; number < People * 2; number++)
            await world.ApplyAsync(new Change(0, number, number / People, 0, 1));
        await world.ApplyAsync(new Change(5, 0, 31, 0, 1));
        await world.ApplyAsync(new Change(5, 1, 31, 0, 1));
        return world;
    }

    /// <summary>The model as it was.</summary>
    public AccessModel At(long at) => _past.Last(moment => moment.At <= at).Model;

    /// <summary>Makes a change, some time after the last one.</summary>
    public async Task ApplyAsync(Change change)
    {
        _app.Clock.Advance(TimeSpan.FromMilliseconds(500 + change.Dice));
        var person = Person(change.A % People);
        var users = Model.Users.Keys.ToList();
        var user = users.Count == 0 ? null : users[change.B % users.Count];
        switch (change.Kind)
        {
            case 0 or 1:
                await AddUserAsync(_clients[change.B % 2], change.B % 2, person);
                break;
            case 2 when user is not null:
                await PatchUserAsync(user, "active", change.Dice % 3 != 0);
                Model = Model with { Users = Model.Users.SetItem(user, Model.Users[user] with { Active = change.Dice % 3 != 0 }) };
                break;
            case 3 when user is not null:
                if (await PatchUserAsync(user, "userName", person) == 200)
                    Model = Model with { Users = Model.Users.SetItem(user, Model.Users[user] with { Person = person }) };
                break;
            case 4 when user is not null && change.Dice % 2 == 0:
                (await Client(user).DeleteAsync($"/Users/{Id(user)}")).Expect(204);
                Model = Model with
                {
                    Users = Model.Users.Remove(user),
                    Lists = Model.Lists.ToImmutableSortedDictionary(list => list.Key, list => list.Value with { Members = list.Value.Members.Remove($"user:{user}") }),
                };
                break;
            case 5:
                await ToggleLocalUserAsync(person, Some(change.B));
                break;
            case 6:
                // Nobody can be blocked before being named.
                var blocked = await _app.AdminAsync(change.B % 3 == 0 ? "PUT" : "DELETE", $"/people/{person}/block");
                if (blocked.Status == 404)
                {
                    (await _app.AdminAsync("GET", $"/people/{person}/access")).Expect(404);
                    break;
                }
                blocked.Expect(204);
                Model = Model with { Blocked = change.B % 3 == 0 ? Model.Blocked.Add(person) : Model.Blocked.Remove(person) };
                break;
            case 7 or 8 or 9:
                await DefineAsync(Name(change.C), change);
                break;
            case 10:
                await DeleteListAsync(Name(change.C));
                break;
            case 11 or 12 or 13:
                await PutMemberAsync(Local(change.C), $"person:{person}", "person", change);
                break;
            case 14 or 15 or 16:
                await PutMemberAsync(Local(change.C), $"list:{Name(change.B)}", "list", change);
                break;
            case 17:
                await RemoveMemberAsync(Local(change.C), change.B);
                break;
            case 18 or 19 or 20 when user is not null:
                await PatchGroupAsync(Group(user[0] - '0', change.C), "add", $"user:{user}", Id(user));
                break;
            case 21:
                await NestGroupAsync(change);
                break;
            case 22:
                await LeaveGroupAsync(change);
                break;
            case 23 when change.Dice % 4 == 0:
                await ReleaseAsync(Group(change.A % 2, change.B));
                break;
        }
        Remember();
    }

    private string Person(int number) => $"p{number}-{_number}@example.com";

    private string Local(int number) => $"l{number % LocalLists}-{_number}";

    private string Group(int integration, int number) => $"s{integration}{number % Groups}-{_number}";

    // Half of the time a list managed here, else one of an integration.
    private string Name(int number) => number % 2 == 0 ? Local(number / 2) : Group(number / 2 % 2, number / 4);

    private static bool IsGroup(string name) => name[0] == 's';

    // A User's key in the model is its integration's number and its id.
    private ScimClient Client(string user) => _clients[user[0] - '0'];

    private static string Id(string user) => user[2..];

    private static ImmutableSortedSet<string> Some(int bits) => [.. Things.Where((_, place) => (bits >> place & 1) == 1)];

    private void Remember() => _past.Add((Now, Model));

    private void Change(string list, Func<ModelList, ModelList> change) => Model = Model with { Lists = Model.Lists.SetItem(list, change(Model.Lists[list])) };

    private static JsonObject Rights(ImmutableSortedSet<string> things) => new()
    {
        ["roles"] = new JsonArray([.. things.Where(thing => !thing.Contains('=', StringComparison.Ordinal)).Select(role => (JsonNode)role)]),
        ["traits"] = new JsonObject(things.Where(thing => thing.Contains('=', StringComparison.Ordinal)).GroupBy(thing => thing.Split('=')[0])
            .Select(trait => KeyValuePair.Create(trait.Key, (JsonNode?)new JsonArray([.. trait.Select(thing => (JsonNode)thing.Split('=')[1])])))),
    };

    private async Task AddUserAsync(ScimClient client, int integration, string person)
    {
        var made = await client.PostUserAsync(person);
        var taken = Model.Users.Any(user => user.Key[0] - '0' == integration && user.Value.Person == person);
        made.Expect(taken ? 409 : 201);
        if (!taken)
            Model = Model with { Users = Model.Users.Add($"{integration}/{made.Id}", (person, true)) };
    }

    private async Task<int> PatchUserAsync(string user, string attribute, JsonNode value)
    {
        var operation = new JsonObject { ["op"] = "replace", ["path"] = attribute, ["value"] = value };
        return (await Client(user).PatchAsync($"/Users/{Id(user)}", new JsonArray(operation).ToJsonString())).Status;
    }

    private async Task ToggleLocalUserAsync(string person, ImmutableSortedSet<string> own)
    {
        if (_localIds.Remove(person, out var id))
        {
            (await _app.AdminAsync("DELETE", $"/users/{id}")).Expect(204);
            Model = Model with { Own = Model.Own.Remove(person) };
            return;
        }
        var body = Rights(own);
        body["userName"] = person;
        _localIds[person] = (string)(await _app.AdminAsync("POST", "/users", body)).Expect(201).Body["id"]!;
        Model = Model with { Own = Model.Own.Add(person, own) };
    }

    private async Task DefineAsync(string name, Change change)
    {
        var isNew = !Model.Lists.ContainsKey(name);
        var owners = ImmutableSortedSet.Create($"person:{Person(change.A % People)}");
        var ownerList = Name(change.B);
        if (change.Dice % 3 == 0 && Model.Lists.ContainsKey(ownerList))
            owners = owners.Add($"list:{ownerList}");
        var list = (isNew ? ModelList.Empty : Model.Lists[name]) with { Owners = owners, Grants = Some(change.A), OwnerGrants = Some(change.B) };
        // Requirements are rare, else nothing would have effect.
        if (change.Dice % 5 == 0)
            list = list with { Requires = Some(change.B & 5), OwnerRequires = Some(change.A & 9) };
        var body = new JsonObject
        {
            ["title"] = name,
            ["owners"] = new JsonArray([.. owners.Select(owner => new JsonObject { ["kind"] = owner.Split(':')[0], ["name"] = owner.Split(':', 2)[1] })]),
            ["grants"] = Rights(list.Grants),
            ["ownerGrants"] = Rights(list.OwnerGrants),
            ["membershipRequires"] = Rights(list.Requires),
            ["ownershipRequires"] = Rights(list.OwnerRequires),
        };
        if (isNew)
        {
            body["name"] = name;
            if (IsGroup(name))
                (body["type"], body["integration"]) = ("scim", _clients[name[1] - '0'].Name);
        }
        var mayOwn = !owners.Contains($"list:{ownerList}") || (!isNew && Model.Lists[name].Owners.Contains($"list:{ownerList}")) || (!isNew && Model.MayHold(name, ownerList, asOwner: true)) || (isNew && name != ownerList);
        var answer = (await _app.AdminAsync(isNew ? "POST" : "PATCH", isNew ? "/lists" : $"/lists/{name}", body)).Expect(!mayOwn ? 400 : isNew ? 201 : 200);
        if (!mayOwn)
            return;
        Model = Model with { Lists = Model.Lists.SetItem(name, list) };
        if (IsGroup(name) && isNew)
            _groupIds[name] = (string)answer.Body["scimId"]!;
    }

    private async Task DeleteListAsync(string name)
    {
        var isUsed = Model.Lists.Values.Any(list => list.Members.ContainsKey($"list:{name}") || list.Owners.Contains($"list:{name}"));
        (await _app.AdminAsync("DELETE", $"/lists/{name}")).Expect(!Model.Lists.ContainsKey(name) ? 404 : isUsed ? 409 : 204);
        if (!isUsed)
            Model = Model with { Lists = Model.Lists.Remove(name) };
    }

    private async Task PutMemberAsync(string list, string member, string kind, Change change)
    {
        var name = member.Split(':', 2)[1];
        if (!Model.Lists.ContainsKey(list))
            return;
        var body = new JsonObject { ["kind"] = kind };
        long? expires = change.Dice % 4 == 0 ? Now + (change.B % 20 * 1_000_000) : null;
        if (expires is { } end)
            body["expires"] = ScimTime.Format(end);
        var mayNest = kind == "person" || Model.Lists[list].Members.ContainsKey(member) || (Model.Lists.ContainsKey(name) && Model.MayHold(list, name, asOwner: false));
        var answer = await _app.AdminAsync("PUT", $"/lists/{list}/members/{name}", body);
        Assert.Equal(mayNest, answer.Status is 200 or 201);
        if (mayNest)
            Change(list, before => before with { Members = before.Members.SetItem(member, expires) });
    }

    private async Task RemoveMemberAsync(string list, int number)
    {
        if (!Model.Lists.TryGetValue(list, out var before) || before.Members.IsEmpty)
            return;
        var member = before.Members.Keys.ElementAt(number % before.Members.Count);
        (await _app.AdminAsync("DELETE", $"/lists/{list}/members/{member.Split(':', 2)[1]}?kind={member.Split(':')[0]}")).Expect(204);
        Change(list, current => current with { Members = current.Members.Remove(member) });
    }

    private async Task NestGroupAsync(Change change)
    {
        var (parent, child) = (Group(change.A % 2, change.B), Group(change.A % 2, change.C));
        if (Model.Lists.ContainsKey(parent) && Model.Lists.ContainsKey(child) && _groupIds.ContainsKey(child))
            await PatchGroupAsync(parent, "add", $"list:{child}", _groupIds[child]);
    }

    private async Task LeaveGroupAsync(Change change)
    {
        var list = Group(change.A % 2, change.B);
        if (!Model.Lists.TryGetValue(list, out var before) || before.Members.IsEmpty)
            return;
        var member = before.Members.Keys.ElementAt(change.C % before.Members.Count);
        await PatchGroupAsync(list, "remove", member, member[0] == 'u' ? Id(member[5..]) : _groupIds[member[5..]]);
    }

    private async Task PatchGroupAsync(string list, string verb, string member, string id)
    {
        if (!Model.Lists.ContainsKey(list))
            return;
        if (!_groupIds.TryGetValue(list, out var group))
        {
            // Given up before: the platform makes it its own again.
            _groupIds[list] = (await _clients[list[1] - '0'].SendAsync("POST", "/Groups", ScimClient.Group(list))).Expect(201).Id!;
            return;
        }
        var may = verb == "remove" || member[0] == 'u' || Model.Lists[list].Members.ContainsKey(member) || Model.MayHold(list, member[5..], asOwner: false);
        var client = _clients[list[1] - '0'];
        (verb == "add" ? await client.AddAsync(group, null, id) : await client.RemoveAsync(group, null, id)).Expect(may ? 204 : 400);
        if (may)
            Change(list, before => before with { Members = verb == "add" ? before.Members.ContainsKey(member) ? before.Members : before.Members.Add(member, null) : before.Members.Remove(member) });
    }

    private async Task ReleaseAsync(string name)
    {
        if (!Model.Lists.ContainsKey(name) || !_groupIds.Remove(name, out var id))
            return;
        (await _clients[name[1] - '0'].DeleteAsync($"/Groups/{id}")).Expect(204);
        Change(name, list => list with { Members = list.Members.Clear() });
        foreach (var parent in Model.Lists.Keys.Where(list => IsGroup(list)).ToList())
            Change(parent, list => list with { Members = list.Members.Remove($"list:{name}") });
    }
}
