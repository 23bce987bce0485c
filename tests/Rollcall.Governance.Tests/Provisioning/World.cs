using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Rollcall.Governance.Tests.Provisioning;

/// <summary>Governance over a real server with one group, <c>prod</c>.</summary>
internal sealed class World : IAsyncDisposable
{
    private World(AccessTarget target, GovernanceApp app)
    {
        Target = target;
        App = app;
    }

    public AccessTarget Target { get; }

    public GovernanceApp App { get; private set; }

    public long ApplicationId { get; private set; }

    /// <summary>The entitlement's id here.</summary>
    public long GroupId { get; private set; }

    /// <summary>The group's id on the server.</summary>
    public string ScimId { get; private set; } = "";

    /// <summary>The ids of the Users on the server by name.</summary>
    public Dictionary<string, string> UserIds { get; } = [];

    /// <param name="definition">Members of the application's definition.</param>
    /// <param name="meddler">What stands in between; nothing if null.</param>
    /// <param name="folder">Where Governance's data is; a folder of its own if null.</param>
    public static async Task<World> StartAsync(JsonObject? definition = null, Meddler? meddler = null, TempFolder? folder = null)
    {
        var target = await AccessTarget.StartAsync();
        var world = new World(target, await GovernanceApp.StartAsync(handlers: meddler is null ? null : () => meddler, folder: folder));
        world.ScimId = await target.ListAsync("prod");
        world.ApplicationId = await world.App.ApplicationAsync(target, definition);
        world.GroupId = await world.App.EntitlementAsync(world.ApplicationId, world.ScimId, "prod");
        return world;
    }

    /// <summary>Stops Governance, and starts it again over the same data.</summary>
    /// <param name="folder">The data.</param>
    /// <param name="meddler">What stands in between from then on.</param>
    public async Task RestartAsync(TempFolder folder, Meddler meddler)
    {
        var time = App.Clock.GetUtcNow();
        await App.DisposeAsync();
        App = await GovernanceApp.StartAsync(new FakeTimeProvider(time), () => meddler, folder);
    }

    /// <summary>Makes a User on the server.</summary>
    public async Task<string> UserAsync(string name)
    {
        var (status, body) = await Target.ScimAsync("POST", "/Users", new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:User"), ["userName"] = $"{name}@example.com", ["active"] = true });
        Assert.Equal(201, status);
        return UserIds[name] = (string)body!["id"]!;
    }

    /// <summary>Makes an identity with an account.</summary>
    /// <returns>The identity's id.</returns>
    public async Task<long> PersonAsync(string name)
    {
        var identity = await App.IdentityAsync(name);
        await App.AccountAsync(ApplicationId, await UserAsync(name), $"{name}@example.com", identity);
        return identity;
    }

    public async Task<long> IdentityIdAsync(string name) => (await App.Server.Database.ReadAsync(session => Governance.Identities.IdentityStore.FindAsync(session, name)))!.Id;

    /// <summary>Adds or removes a member as another client of the same server.</summary>
    public async Task ChangeAsRivalAsync(string operation, string userId)
    {
        var change = operation == "add"
            ? new JsonObject { ["op"] = "add", ["path"] = "members", ["value"] = new JsonArray(new JsonObject { ["value"] = userId }) }
            : new JsonObject { ["op"] = "remove", ["path"] = $"members[value eq \"{userId}\"]" };
        var (status, _) = await Target.ScimAsync("PATCH", $"/Groups/{ScimId}", new JsonObject { ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:PatchOp"), ["Operations"] = new JsonArray(change) });
        Assert.Equal(204, status);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Target.DisposeAsync();
    }
}
