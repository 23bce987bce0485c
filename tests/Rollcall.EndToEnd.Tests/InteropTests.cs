using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.EndToEnd.Tests.Support;

namespace Rollcall.EndToEnd.Tests;

/// <summary>The Governance side governs a SCIM server that nobody here wrote: SCIMMY, which has no versions.</summary>
public sealed class InteropTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ScimmyServer _scimmy = null!;
    private RollcallServer _server = null!;
    private GovernanceApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _scimmy = await ScimmyServer.StartAsync();
        _server = await RollcallServer.StartAsync(_folder.Path, arguments: ["serve", "governance"]);
        _api = new GovernanceApi(_server);
        await _api.PostAsync("applications", new JsonObject
        {
            ["name"] = "scimmy",
            ["definition"] = new JsonObject
            {
                ["baseUrl"] = _scimmy.BaseUrl,
                ["authentication"] = new JsonObject { ["type"] = "apiToken" },
                // So small that every list has several pages.
                ["pageSize"] = 2,
                ["createPolicy"] = new JsonObject { ["userName"] = "{{ identity.email }}", ["emails.work.value"] = "{{ identity.email }}" },
            },
            ["secrets"] = new JsonObject { ["apiToken"] = ScimmyServer.Token },
        });
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_scimmy is not null)
            await _scimmy.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Connection_IsTested_AndSchemasAndListsAreRead()
    {
        await _scimmy.AddUserAsync("ann@example.com");
        await _scimmy.AddGroupAsync("Operators");

        var report = await _api.PostAsync("applications/scimmy/test");
        Assert.True(report.GetProperty("ok").GetBoolean(), report.ToString());
        Assert.Equal("patch, filter, sort, bulk", report.GetProperty("checks")[0].GetProperty("answered").GetString());

        var schemas = await _api.PostAsync("applications/scimmy/discover");
        Assert.Superset(new HashSet<string?>(["id", "userName", "active", "name.givenName", "emails.work.value", "groups"]), Names(schemas, "accounts"));
        Assert.Superset(new HashSet<string?>(["id", "displayName", "members"]), Names(schemas, "groups"));

        var preview = await _api.PostAsync("applications/scimmy/preview", new JsonObject { ["kind"] = "accounts" });
        Assert.Equal(1, preview.GetProperty("total").GetInt64());
        Assert.Equal("ann@example.com", Assert.Single(preview.GetProperty("resources").EnumerateArray()).GetProperty("userName").GetString());
    }

    private static HashSet<string?> Names(JsonElement schemas, string kind) =>
        [.. schemas.GetProperty(kind).GetProperty("attributes").EnumerateArray().Select(attribute => attribute.GetProperty("name").GetString())];
}
