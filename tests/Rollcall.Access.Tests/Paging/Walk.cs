using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Support;
using Rollcall.Scim;
using Rollcall.Scim.Filters;
using Rollcall.Scim.Schemas;
using Rollcall.Scim.Sorting;

namespace Rollcall.Access.Tests.Paging;

/// <summary>A list to walk over.</summary>
/// <param name="Endpoint">Its endpoint.</param>
/// <param name="SortBy">What it is sorted by, or null.</param>
/// <param name="Descending">In which direction.</param>
/// <param name="Filter">Which resources, or null for all.</param>
/// <param name="Count">The most resources on a page.</param>
/// <param name="ByCursor">Whether by cursor, else by index.</param>
public sealed record WalkPlan(string Endpoint, string? SortBy, bool Descending, string? Filter, int Count, bool ByCursor);

/// <summary>
/// A client that walks over a list as clients do: until there is no cursor, or until the next index is past the total.
/// </summary>
internal sealed class Walk(ScimClient client, WalkPlan plan)
{
    private string _next = plan.ByCursor ? "cursor" : "startIndex=1";
    private int _startIndex = 1;

    public bool IsOver { get; private set; }

    /// <summary>The resources that it was shown, in that order.</summary>
    public List<string> Seen { get; } = [];

    /// <summary>Asks for the next page.</summary>
    public async Task<ScimAnswer> NextAsync()
    {
        var page = (await client.GetAsync($"{plan.Endpoint}?{_next}{Query(plan)}")).Expect(200);
        Assert.True(page.Resources.Count <= plan.Count);
        Seen.AddRange(page.Ids());
        _startIndex += page.Resources.Count;
        IsOver = plan.ByCursor ? page.NextCursor is null : _startIndex > page.TotalResults || page.Resources.Count == 0;
        _next = plan.ByCursor ? $"cursor={page.NextCursor}" : $"startIndex={_startIndex}";
        return page;
    }

    public static string Query(WalkPlan plan) =>
        $"&count={plan.Count}&attributes=id{(plan.Filter is null ? "" : $"&filter={Uri.EscapeDataString(plan.Filter)}")}{(plan.SortBy is null ? "" : $"&sortBy={plan.SortBy}&sortOrder={(plan.Descending ? "descending" : "ascending")}")}";
}

/// <summary>What an integration holds while somebody walks over it: resources come and go, those that stay never change.</summary>
internal sealed class WalkWorld(ScimClient client)
{
    private static int _integrations;

    private readonly List<Resource> _all = [];
    private int _made;

    private sealed record Resource(string Id, ResourceType Type, int Number, JsonObject Document)
    {
        public bool IsDeleted { get; set; }
    }

    public ScimClient Client => client;

    public static async Task<WalkWorld> MakeAsync(RollcallApp app, int users, int groups)
    {
        var world = new WalkWorld(await app.IntegrationAsync($"walk{Interlocked.Increment(ref _integrations)}"));
        for (var i = 0; i < users; i++)
            await world.MakeUserAsync(i);
        for (var i = 0; i < groups; i++)
            await world.MakeGroupAsync(i);
        return world;
    }

    /// <summary>Makes or deletes something, or neither.</summary>
    public Task ChangeAsync(int dice) => (dice % 5) switch
    {
        0 => MakeUserAsync(dice),
        1 => MakeGroupAsync(dice),
        2 or 3 => DeleteAsync(dice),
        _ => Task.CompletedTask,
    };

    /// <summary>The resources that the list has, as it is now or as it would be if nothing had ever been deleted.</summary>
    public IReadOnlyList<string> Expected(WalkPlan plan, bool withDeleted = false)
    {
        var types = plan.Endpoint switch { "/Users" => [ResourceTypes.User], "/Groups" => [ResourceTypes.Group], _ => new[] { ResourceTypes.User, ResourceTypes.Group } };
        var options = new FilterOptions { UnknownAttribute = types.Length == 1 ? UnknownAttribute.Refuse : UnknownAttribute.NoValue };
        var found = _all.Where(resource => types.Contains(resource.Type) && (withDeleted || !resource.IsDeleted)
            && (plan.Filter is null || FilterEvaluator.Matches(FilterParser.Parse(plan.Filter, resource.Type, options), resource.Document))).ToList();
        if (plan.SortBy is null)
            return [.. found.OrderBy(resource => resource.Type == ResourceTypes.Group).ThenBy(resource => resource.Number).Select(resource => resource.Id)];
        var sorts = types.ToDictionary(type => type, type => ResourceSort.Parse(plan.SortBy, plan.Descending ? "descending" : null, type, options.UnknownAttribute));
        found.Sort((left, right) => sorts[left.Type].Compare(sorts[left.Type].KeyOf(left.Document), left.Id, sorts[right.Type].KeyOf(right.Document), right.Id));
        return [.. found.Select(resource => resource.Id)];
    }

    public async Task DeleteAsync(string id)
    {
        var resource = _all.Single(candidate => candidate.Id == id);
        (await client.DeleteAsync($"{resource.Type.Endpoint}/{id}")).Expect(204);
        resource.IsDeleted = true;
    }

    public async Task<string> MakeUserAsync(int dice)
    {
        string?[] texts = [null, "a", "A", "b", "\u00C4", "\U0001F600", "\uE000", "ab"];
        var user = new JsonObject { ["userName"] = $"{texts[dice % 7] ?? "n"}{++_made}" };
        if (texts[dice / 7 % 8] is { } title)
            user["title"] = title;
        if (texts[dice / 3 % 8] is { } name)
            user["displayName"] = name;
        if (texts[dice / 5 % 8] is { } externalId)
            user["externalId"] = externalId;
        user["active"] = dice % 2 == 0;
        client.App.Clock.Advance(TimeSpan.FromMilliseconds(dice % 3));
        var made = (await client.SendAsync("POST", "/Users", ScimClient.With(SchemaUris.User, user, null))).Expect(201);
        Add(made.Body, ResourceTypes.User);
        return made.Id!;
    }

    private async Task MakeGroupAsync(int dice)
    {
        var id = await client.ListAsync($"{(char)('a' + (dice % 5))}{++_made}");
        Add((await client.GetAsync($"/Groups/{id}")).Expect(200).Body, ResourceTypes.Group);
    }

    private async Task DeleteAsync(int dice)
    {
        var alive = _all.Where(resource => !resource.IsDeleted).ToList();
        if (alive.Count > 0)
            await DeleteAsync(alive[dice / 5 % alive.Count].Id);
    }

    private void Add(JsonObject resource, ResourceType type) => _all.Add(new Resource((string)resource["id"]!, type, _all.Count, ComparisonDocument.Build(type, resource)));
}
