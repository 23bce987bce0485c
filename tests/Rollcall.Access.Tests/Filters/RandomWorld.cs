using System.Text.Json.Nodes;
using CsCheck;
using Rollcall.Access.Tests.Support;
using Rollcall.Scim;
using Rollcall.Scim.Schemas;

namespace Rollcall.Access.Tests.Filters;

/// <summary>What a random integration holds, before it is written.</summary>
internal sealed record WorldPlan(IReadOnlyList<JsonObject> Users, IReadOnlyList<GroupPlan> Groups)
{
    public static Gen<WorldPlan> Any { get; } = Gen.Select(Generators.Users.List[12, 20], GroupPlan.Any.List[6, 10], (users, groups) => new WorldPlan(users, groups));
}

/// <summary>A list with its members; numbers count modulo what there is. Groups have earlier ones as members only.</summary>
internal sealed record GroupPlan(string Title, string? ExternalId, string? Description, IReadOnlyList<string> Roles, IReadOnlyList<int> Users, IReadOnlyList<int> Groups)
{
    private static readonly Gen<string> Texts = Gen.OneOf("anna", "Anna", "\u00C4nne", "A\u0308nne", "\uFF21nna", "stra\u00DFe", "STRASSE", "\u0130stanbul", "\U0001F600", "\uE000", "a_b", "a%b", "a\\b", "O\"Neil");

    public static Gen<GroupPlan> Any { get; } = Gen.Select(
        Texts, Texts, Gen.Int[0, 3], Texts.List[0, 2], Gen.Int[0, 100].List[0, 6], Gen.Int[0, 100].List[0, 2],
        (title, text, dice, roles, users, groups) => new GroupPlan(title, dice < 2 ? text : null, dice is 1 or 3 ? text : null, roles, users, groups));
}

/// <summary>An integration with random Users and Groups, and what the server says of them.</summary>
internal sealed class RandomWorld
{
    private static int _integrations;

    private readonly List<string> _userIds = [];
    private readonly List<string> _groupIds = [];

    private RandomWorld(ScimClient client)
    {
        Client = client;
    }

    public ScimClient Client { get; }

    /// <summary>Each User and Group by its id, whole, in the order of the lists.</summary>
    public Dictionary<ResourceType, List<(string Id, JsonObject Document)>> Documents { get; } = [];

    public static async Task<RandomWorld> MakeAsync(RollcallApp app, WorldPlan plan)
    {
        var world = new RandomWorld(await app.IntegrationAsync($"w{Interlocked.Increment(ref _integrations)}"));
        foreach (var user in plan.Users)
        {
            app.Clock.Advance(TimeSpan.FromMilliseconds(0.3));
            world._userIds.Add(await world.PostAsync(user));
        }
        foreach (var group in plan.Groups)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(0.5));
            world._groupIds.Add(await world.PostAsync(app, group));
        }
        foreach (var type in new[] { ResourceTypes.User, ResourceTypes.Group })
            world.Documents[type] = await world.ReadAsync(type);
        return world;
    }

    /// <summary>Puts ids, versions and times of the world into a filter: <c>{user:3}</c>, <c>{group:5}</c>, <c>{userTime:2}</c>, <c>{groupTime:2}</c>.</summary>
    public string Fill(string template)
    {
        var text = template;
        while (text.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start)
        {
            var end = text.IndexOf('}', start);
            var parts = text[(start + 1)..end].Split(':');
            var number = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            var value = parts[0] switch
            {
                "user" => _userIds[number % _userIds.Count],
                "group" => _groupIds[number % _groupIds.Count],
                "userRef" => $"{Client.BaseUrl}/Users/{_userIds[number % _userIds.Count]}",
                "groupRef" => $"{Client.BaseUrl}/Groups/{_groupIds[number % _groupIds.Count]}",
                "userTime" => Time(ResourceTypes.User, number),
                _ => Time(ResourceTypes.Group, number),
            };
            text = $"{text[..start]}{value}{text[(end + 1)..]}";
        }
        return text;
    }

    private string Time(ResourceType type, int number)
    {
        var documents = Documents[type];
        return (string)documents[number % documents.Count].Document["meta"]![number % 2 == 0 ? "created" : "lastModified"]!;
    }

    private async Task<string> PostAsync(JsonObject random)
    {
        var user = (JsonObject)random.DeepClone();
        // What would be refused, and what is not the client's.
        foreach (var name in new[] { "id", "meta", "groups", "x509Certificates", "timezone", "preferredLanguage" })
            user.Remove(name);
        foreach (var array in user.Select(member => member.Value).OfType<JsonArray>())
        {
            foreach (var element in array.OfType<JsonObject>().Skip(1))
                element.Remove("primary");
            foreach (var element in array.OfType<JsonObject>())
                element.Remove("country");
        }
        user["userName"] = $"{((string?)user["userName"])?.Trim().Replace('\n', ' ')}#{_userIds.Count}";
        return (await Client.SendAsync("POST", "/Users", user)).Expect(201).Id!;
    }

    private async Task<string> PostAsync(RollcallApp app, GroupPlan plan)
    {
        var number = _groupIds.Count;
        var list = await app.AdminAsync("POST", "/lists", new JsonObject
        {
            ["name"] = $"{Client.Name}-{number}-{plan.Title}",
            ["title"] = $"{plan.Title}{number}",
            ["type"] = "scim",
            ["integration"] = Client.Name,
            ["description"] = plan.Description,
            ["owners"] = new JsonArray(new JsonObject { ["kind"] = "person", ["name"] = plan.Title }, new JsonObject { ["kind"] = "person", ["name"] = "owner" }),
            ["grants"] = new JsonObject { ["roles"] = new JsonArray([.. plan.Roles.Select(role => (JsonNode)role)]), ["traits"] = new JsonObject { ["a"] = new JsonArray(plan.Title) } },
        });
        var id = (string)list.Expect(201).Body["scimId"]!;
        IEnumerable<string> members = [.. plan.Users.Select(user => _userIds[user % _userIds.Count]), .. plan.Groups.Where(_ => number is > 0 and < 8).Select(group => _groupIds[group % number])];
        var body = ScimClient.Group($"{plan.Title}{number}", [.. members]);
        if (plan.ExternalId is not null)
            body["externalId"] = plan.ExternalId;
        (await Client.PutAsync($"/Groups/{id}", body)).Expect(200);
        return id;
    }

    private async Task<List<(string Id, JsonObject Document)>> ReadAsync(ResourceType type)
    {
        var resources = (await Client.GetAsync(type.Endpoint)).Expect(200).Resources;
        var labels = (await Client.GetAsync($"{type.Endpoint}?attributes=members.value,members.$ref,members.type,members.display")).Expect(200).Resources;
        var documents = new List<(string, JsonObject)>();
        for (var i = 0; i < resources.Count; i++)
        {
            var whole = resources[i]!.AsObject();
            // What is returned on request only is part of the resource all the same.
            if (labels[i]!["members"] is { } members)
                whole["members"] = members.DeepClone();
            documents.Add(((string)whole["id"]!, ComparisonDocument.Build(type, whole)));
        }
        return documents;
    }
}
