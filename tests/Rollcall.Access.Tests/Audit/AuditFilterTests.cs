using Rollcall.Access.Tests.Support;

namespace Rollcall.Access.Tests.Audit;

/// <summary>A world whose audit log is searched: an integration that works, one that was deleted and made again.</summary>
public sealed class AuditWorld : IAsyncLifetime
{
    internal RollcallApp App { get; private set; } = null!;

    internal Dictionary<string, string> Values { get; } = [];

    public async ValueTask InitializeAsync()
    {
        App = await RollcallApp.StartAsync();
        var acme = await App.IntegrationAsync();
        Values["client"] = (string)(await App.AdminAsync("GET", "/integrations/acme")).Body["tokens"]![0]!["id"]!;
        Next();
        Values["list"] = await App.ListAsync(acme, "payroll", "payroll-list");
        Values["bob"] = await acme.UserAsync("bob");
        Next();
        (await acme.AddAsync(Values["list"], null, Values["bob"])).Expect(204);
        Next();
        Values["stale"] = (await acme.AddAsync(Values["list"], "W/\"1\"", Values["bob"])).Expect(412).Headers["X-Request-Id"];
        Next();
        for (var i = 0; i < 2; i++)
            (await acme.GetAsync($"/Users/{Values["bob"]}")).Expect(200);
        Next();
        await (await App.IntegrationAsync("globex")).UserAsync("eve");
        Next();
        (await App.AdminAsync("DELETE", "/integrations/globex?cascade=true")).Expect(204);
        Next();
        await App.IntegrationAsync("globex");
        Next();
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    private void Next() => App.Clock.Advance(TimeSpan.FromMinutes(1));
}

public sealed class AuditFilterTests(AuditWorld world) : IClassFixture<AuditWorld>
{
    public static IEnumerable<ITheoryDataRow> Rows => Testing.Rows.Of<FilterRow>("audit-filters.json");

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_filter_finds(FilterRow row)
    {
        var answer = (await world.App.AdminAsync("GET", $"/audit?{world.Values.Aggregate(row.Query, (query, value) => query.Replace($"{{{value.Key}}}", value.Value, StringComparison.Ordinal))}")).Expect(row.Status);
        if (row.Status == 200)
            Assert.Equal(row.Finds, answer.Items.Where(item => !((string)item!["code"]!).EndsWith(".query", StringComparison.Ordinal) && (string?)item["code"] != "integration.read").Select(item => $"{item!["code"]} {item["outcome"]}"));
        else
            Assert.Equal(row.Field, (string?)answer.Body["field"]);
    }

    [Theory]
    [InlineData("newest")]
    [InlineData("oldest")]
    public async Task Pages_join_to_the_whole(string order)
    {
        // All of one moment, so that only ids tell them apart; and nothing that the reading itself adds to.
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        for (var i = 0; i < 7; i++)
            await client.UserAsync($"user{i}");
        var whole = (await app.AuditAsync($"order={order}&outcome=done")).Select(row => (long)row["id"]!).ToList();
        var paged = new List<long>();
        string? cursor = null;
        do
        {
            var page = (await app.AdminAsync("GET", $"/audit?outcome=done&order={order}&count=2{(cursor is null ? "" : $"&cursor={cursor}")}")).Expect(200);
            paged.AddRange(page.Items.Select(item => (long)item!["id"]!));
            cursor = (string?)page.Body["nextCursor"];
        }
        while (cursor is not null);

        Assert.Equal(9, whole.Count);
        Assert.Equal(whole, paged);
        Assert.Equal(order == "oldest" ? whole.Order() : whole.OrderDescending(), whole);
    }
}

/// <summary>A search and what it finds, each row as its code and outcome.</summary>
public sealed record FilterRow : Row
{
    public string Query { get; set; } = "";

    public IReadOnlyList<string> Finds { get; set; } = [];

    public int Status { get; set; } = 200;

    public string? Field { get; set; }
}
