using System.Net;
using System.Text.Json.Nodes;
using Rollcall.Governance.Tests.Provisioning;

namespace Rollcall.Governance.Tests.Requests;

/// <summary>From the request to the list on a real server, and from the leaver back.</summary>
public sealed class WholeWayTests
{
    [Fact]
    public async Task ApprovedRequest_PutsThePersonOnTheList_AndLeavingTakesThemOff()
    {
        await using var world = await World.StartAsync();
        await world.App.IdentityAsync("ada");
        var id = (long)(await AskAsync(world, "add")).Expect(201).Body["id"]!;
        (await world.App.CallAsync("POST", $"/requests/{id}/approve")).Expect(200);
        Assert.Equal("completed", await StateAsync(world, id));
        Assert.Equal(["ada@example.com"], await world.Target.MembersAsync("prod"));
        Assert.Equal("completed", (string)(await AskAsync(world, "add")).Expect(201).Body["state"]!);

        (await world.App.CallAsync("PATCH", "/identities/ada", JsonNode.Parse("""{"active":false}"""))).Expect(200);
        await IdleAsync(world);
        Assert.Empty(await world.Target.MembersAsync("prod"));
        var user = Assert.Single((await world.Target.CallAsync("GET", "/users")).Expect(200).Items)!;
        Assert.False((bool)user["active"]!);
        Assert.Equal(["disableAccount", "removeMember", "addMember", "createAccount"],
            (await world.App.CallAsync("GET", "/transactions?state=done")).Expect(200).Items.Select(transaction => (string)transaction!["operation"]!));

        (await world.App.CallAsync("PATCH", "/identities/ada", JsonNode.Parse("""{"active":true}"""))).Expect(200);
        await IdleAsync(world);
        Assert.True((bool)Assert.Single((await world.Target.CallAsync("GET", "/users")).Expect(200).Items)!["active"]!);
    }

    [Fact]
    public async Task Sunset_TakesThePersonOffTheList()
    {
        await using var world = await World.StartAsync(new JsonObject { ["approval"] = "none" });
        await world.PersonAsync("ada");
        var id = (long)(await AskAsync(world, "add", "2026-03-02")).Expect(201).Body["id"]!;
        Assert.Equal("completed", await StateAsync(world, id));
        Assert.Equal(["ada@example.com"], await world.Target.MembersAsync("prod"));
        world.App.Clock.Advance(TimeSpan.FromDays(1));
        await world.App.Server.Sunsets.EndDueAsync(TestContext.Current.CancellationToken);
        await IdleAsync(world);
        Assert.Empty(await world.Target.MembersAsync("prod"));
    }

    [Fact]
    public async Task WhatWasProvisioned_IsNoDrift()
    {
        await using var world = await World.StartAsync(new JsonObject { ["approval"] = "none" });
        await world.PersonAsync("ada");
        await world.App.AggregateAsync("aggregateGroups");
        foreach (var operation in (string[])["add", "remove"])
        {
            Assert.Equal("completed", await StateAsync(world, (long)(await AskAsync(world, operation)).Expect(201).Body["id"]!));
            Assert.Empty((await world.App.CallAsync("GET", "/drift?all=true")).Expect(200).Items);
        }
    }

    [Fact]
    public async Task ChangedAttribute_ReachesTheAccount()
    {
        await using var world = await World.StartAsync(new JsonObject { ["updatePolicy"] = new JsonObject { ["displayName"] = "{{ identity.givenName }} ({{ identity.site }})" } });
        await world.PersonAsync("ada");
        (await world.App.CallAsync("PATCH", "/identities/ada", JsonNode.Parse("""{"attributes":{"site":"eu"}}"""))).Expect(200);
        await IdleAsync(world);
        Assert.Equal("ada (eu)", (string)Assert.Single((await world.Target.CallAsync("GET", "/users")).Expect(200).Items)!["displayName"]!);
    }

    [Fact]
    public async Task AttemptThatWaited_DoesNotUndoWhatWasDecidedSince()
    {
        var meddler = new Meddler();
        await using var world = await World.StartAsync(new JsonObject { ["usePatch"] = true }, meddler);
        var ada = await world.PersonAsync("ada");
        // Refused so that it is tried again in a minute.
        meddler.Before = (_, request, _) => Task.FromResult(request.Method == HttpMethod.Patch ? Meddler.Error(HttpStatusCode.BadRequest, "No time: 503.") : null);
        var added = await world.App.PlanAsync(world.ApplicationId, ada, world.GroupId);
        Assert.Equal("planned", (string)(await world.App.TransactionAsync(added))["state"]!);
        meddler.Before = (_, _, _) => Task.FromResult<HttpResponseMessage?>(null);
        var removed = await world.App.PlanAsync(world.ApplicationId, ada, world.GroupId, isMember: false);
        Assert.Equal("done", (string)(await world.App.TransactionAsync(removed))["state"]!);

        world.App.Clock.Advance(TimeSpan.FromMinutes(5));
        var shown = await world.App.TransactionAsync(added);
        Assert.Equal("failed", (string)shown["state"]!);
        Assert.Equal($"Not carried out, because it was decided otherwise since: transaction {removed}.", (string)shown["message"]!);
        Assert.Empty(await world.Target.MembersAsync("prod"));
    }

    private static Task<ApiAnswer> AskAsync(World world, string operation, string? until = null)
    {
        var body = JsonNode.Parse("""{"application":"target","entitlements":["PROD"],"identities":["ada"],"reason":"on call"}""")!;
        body["operation"] = operation;
        if (until is not null)
            body["until"] = until;
        return world.App.CallAsync("POST", "/requests", body);
    }

    private static async Task<string> StateAsync(World world, long id)
    {
        await IdleAsync(world);
        return (string)(await world.App.CallAsync("GET", $"/requests/{id}")).Expect(200).Body["state"]!;
    }

    private static Task IdleAsync(World world) => world.App.Server.Provisioner.WhenIdleAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
}
