using System.Globalization;
using System.Text.Json.Nodes;
using Rollcall.Access.Tests.Scim;

namespace Rollcall.Access.Tests.Audit;

/// <summary>Each refusal leaves one row that says what was tried, and only one.</summary>
public sealed class RefusalTests(RequestServer server) : IClassFixture<RequestServer>
{
    private static int _integrations;

    public static IEnumerable<ITheoryDataRow> Rows => Testing.Rows.Of<RefusalRow>("audit-refusals.json");

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_refusal_leaves_one_row(RefusalRow row)
    {
        var app = server.App;
        var client = await app.IntegrationAsync(string.Create(CultureInfo.InvariantCulture, $"r{Interlocked.Increment(ref _integrations)}"));
        var (list, user) = (await client.ListAsync("list"), await client.UserAsync("user"));
        if (row.Rules is not null)
            (await app.AdminAsync("PATCH", $"/integrations/{client.Name}", new JsonObject { ["rules"] = row.Rules.DeepClone() })).Expect(200);
        if (row.Status == 429)
            await client.GetAsync("/Users");
        string Fill(string text) => text.Replace("{list}", list, StringComparison.Ordinal).Replace("{user}", user, StringComparison.Ordinal);
        var space = row.Send.IndexOf(' ', StringComparison.Ordinal);
        var answer = (await client.SendAsync(row.Send[..space], Fill(row.Send[(space + 1)..]), row.Text ?? (row.Body is { } body ? Fill(body.ToJsonString()) : null), row.With)).Expect(row.Status);

        var found = Assert.Single(await app.AuditAsync($"outcome=refused&requestId={answer.Headers["X-Request-Id"]}"));
        Assert.Equal((row.Code, "refused"), ((string?)found["code"], (string?)found["outcome"]));
        Assert.Equal(row.Row ?? row.Status, (int)found["request"]!["status"]!);
        Assert.Equal((row.Given, row.Found), ((string?)found["request"]!["versionGiven"], (string?)found["request"]!["versionFound"]));
        Assert.Equal(row.Client, found["actor"]!["client"] is not null);
        if (row.Send.Contains("{list}", StringComparison.Ordinal))
            Assert.Equal((list, $"{client.Name}-list"), ((string?)found["resource"]!["id"], (string?)found["resource"]!["name"]));
        // It is among the calls too, and of the integration.
        Assert.Equal(answer.Headers["X-Request-Id"], (string?)(await app.AdminAsync("GET", $"/integrations/{client.Name}/calls?count=1")).Items[0]!["requestId"]);
        Assert.Single(await app.AuditAsync($"integration={client.Name}&outcome=refused"));
    }
}

/// <summary>A request that is refused, and what its row says.</summary>
public sealed record RefusalRow : Row
{
    /// <summary>Method and path below the SCIM base URL.</summary>
    public string Send { get; set; } = "";

    public JsonNode? Body { get; set; }

    public string? Text { get; set; }

    public Dictionary<string, string> With { get; set; } = [];

    public JsonObject? Rules { get; set; }

    public int Status { get; set; }

    /// <summary>The status in the row, where it is not that of the answer.</summary>
    public int? Row { get; set; }

    public string Code { get; set; } = "";

    public string? Given { get; set; }

    public string? Found { get; set; }

    /// <summary>Whether the client is known by then.</summary>
    public bool Client { get; set; } = true;
}
