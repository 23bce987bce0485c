using System.Net;
using System.Text.Json.Nodes;
using Rollcall.Governance.Provisioning;

namespace Rollcall.Governance.Tests.Provisioning;

/// <summary>Memberships against a real server, with rivals and faults in between.</summary>
public sealed class MembershipTests
{
    private static readonly JsonObject ByPut = new() { ["usePatch"] = false };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Membership_IsAddedAndRemoved_AnAccountIsMadeFirst_AndEveryAttemptCanBeRead(bool usePatch)
    {
        await using var world = await World.StartAsync(usePatch ? null : ByPut);
        var added = await world.App.PlanAsync(world.ApplicationId, await world.App.IdentityAsync("ada"), world.GroupId);
        var shown = await world.App.TransactionAsync(added);

        Assert.Equal("done", (string)shown["state"]!);
        Assert.Equal(["ada@example.com"], await world.Target.MembersAsync("prod"));
        var attempt = shown["attempts"]!.AsArray().Single()!;
        Assert.Equal(usePatch ? "PATCH" : "PUT", (string)attempt["request"]!["method"]!);
        Assert.StartsWith("W/", (string)attempt["request"]!["ifMatch"]!, StringComparison.Ordinal);
        Assert.Equal(usePatch ? 204 : 200, (int)attempt["response"]!["status"]!);
        Assert.Equal("done", (string)attempt["verdict"]!);
        var made = (await world.App.CallAsync("GET", "/transactions")).Expect(200).Items.Select(item => (string)item!["operation"]!);
        Assert.Equal(["addMember", "createAccount"], made);

        var removed = await world.App.TransactionAsync(await world.App.PlanAsync(world.ApplicationId, await world.IdentityIdAsync("ada"), world.GroupId, isMember: false));
        Assert.Equal("done", (string)removed["state"]!);
        Assert.Empty(await world.Target.MembersAsync("prod"));
        Assert.Equal(["transaction.done", "transaction.done", "transaction.done"], (await world.App.CallAsync("GET", "/audit?code=transaction.done")).Expect(200).Items.Select(row => (string)row!["code"]!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RivalChange_InBetween_IsA412_TheGroupIsFetchedAgain_AndNothingIsLost(bool usePatch)
    {
        var meddler = new Meddler();
        await using var world = await World.StartAsync(usePatch ? null : ByPut, meddler);
        var (ada, rival) = (await world.PersonAsync("ada"), await world.UserAsync("rival"));
        var conflicts = 0;
        meddler.Before = async (_, request, _) =>
        {
            if ((request.Method == HttpMethod.Patch || request.Method == HttpMethod.Put) && ++conflicts <= 3)
                await world.ChangeAsRivalAsync(conflicts % 2 == 1 ? "add" : "remove", rival);
            return null;
        };
        var shown = await world.App.TransactionAsync(await world.App.PlanAsync(world.ApplicationId, ada, world.GroupId));

        Assert.Equal("done", (string)shown["state"]!);
        Assert.Equal(["ada@example.com", "rival@example.com"], await world.Target.MembersAsync("prod"));
        var exchanges = shown["attempts"]!.AsArray().Single()!["exchanges"]!.AsArray();
        Assert.Equal([412, 412, 412, usePatch ? 204 : 200], exchanges.Where(exchange => (string)exchange!["method"]! is "PATCH" or "PUT").Select(exchange => (int)exchange!["status"]!));
        // Each change was made for a version that was read right before it.
        var changes = exchanges.Where(exchange => (string)exchange!["method"]! is "PATCH" or "PUT").Select(exchange => (string)exchange!["ifMatch"]!);
        Assert.Equal(4, changes.Distinct().Count());
    }

    [Fact]
    public async Task Conflict_ThatIsNotRetryable_FailsAtOnce_AndSaysSo()
    {
        var meddler = new Meddler { Before = (_, request, _) => Task.FromResult(request.Method == HttpMethod.Patch ? Meddler.Error(HttpStatusCode.PreconditionFailed, "Precondition Failed: stale") : null) };
        await using var world = await World.StartAsync(new JsonObject { ["retryableErrors"] = new JsonArray("429") }, meddler);
        var shown = await world.App.TransactionAsync(await world.App.PlanAsync(world.ApplicationId, await world.PersonAsync("ada"), world.GroupId));

        Assert.Equal("failed", (string)shown["state"]!);
        Assert.Equal("412 Precondition Failed: stale. Not retried, because the application's retryableErrors has none of its texts (429).", (string)shown["message"]!);
        Assert.Single(meddler.Passed, passed => passed.StartsWith("PATCH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Conflict_ThatNeverEnds_IsGivenUp_AfterAllRoundsOfAllAttempts()
    {
        var meddler = new Meddler { Before = (_, request, _) => Task.FromResult(request.Method == HttpMethod.Patch ? Meddler.Error(HttpStatusCode.PreconditionFailed, "Precondition Failed: stale") : null) };
        await using var world = await World.StartAsync(new JsonObject { ["conflictRetries"] = 4, ["provisioningMaxRetries"] = 2, ["retryInterval"] = 10 }, meddler);
        var id = await world.App.PlanAsync(world.ApplicationId, await world.PersonAsync("ada"), world.GroupId);
        foreach (var attempts in (int[])[1, 2])
        {
            var waiting = await world.App.TransactionAsync(id);
            Assert.Equal(("planned", attempts), ((string)waiting["state"]!, (int)waiting["attemptCount"]!));
            Assert.Contains($"({attempts} of 2)", (string)waiting["message"]!, StringComparison.Ordinal);
            world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        var shown = await world.App.TransactionAsync(id);
        Assert.Equal("failed", (string)shown["state"]!);
        Assert.EndsWith("Not retried, because provisioningMaxRetries (2) is used up.", (string)shown["message"]!, StringComparison.Ordinal);
        Assert.Equal(3 * 5, meddler.Passed.Count(passed => passed.StartsWith("PATCH", StringComparison.Ordinal)));
        Assert.Equal(3, shown["attempts"]!.AsArray().Count);

        // Asked for again, it has all its retries, and goes on counting its attempts.
        meddler.Before = (_, _, _) => Task.FromResult<HttpResponseMessage?>(null);
        (await world.App.CallAsync("POST", $"/transactions/{id}/retry")).Expect(200);
        var again = await world.App.TransactionAsync(id);
        Assert.Equal(("done", 4), ((string)again["state"]!, (int)again["attemptCount"]!));
        (await world.App.CallAsync("POST", $"/transactions/{id}/retry")).Expect(409);
    }

    [Fact]
    public async Task LostAnswer_IsNotSentAgain_ButLookedFor()
    {
        var meddler = new Meddler { After = (_, request, _) => request.Method == HttpMethod.Patch ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : Task.CompletedTask };
        await using var world = await World.StartAsync(null, meddler);
        var shown = await world.App.TransactionAsync(await world.App.PlanAsync(world.ApplicationId, await world.PersonAsync("ada"), world.GroupId));

        Assert.Equal("done", (string)shown["state"]!);
        Assert.StartsWith("It is so, although the answer was lost:", (string)shown["message"]!, StringComparison.Ordinal);
        Assert.Single(meddler.Passed, passed => passed.StartsWith("PATCH", StringComparison.Ordinal));
        Assert.Equal(["ada@example.com"], await world.Target.MembersAsync("prod"));
    }

    [Fact]
    public async Task LostRequest_IsSentAgain_AfterTheInterval()
    {
        var isDown = true;
        var meddler = new Meddler { Before = (_, request, _) => isDown && request.Method == HttpMethod.Patch ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : Task.FromResult<HttpResponseMessage?>(null) };
        await using var world = await World.StartAsync(null, meddler);
        var id = await world.App.PlanAsync(world.ApplicationId, await world.PersonAsync("ada"), world.GroupId);
        Assert.Equal("planned", (string)(await world.App.TransactionAsync(id))["state"]!);
        isDown = false;
        world.App.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("done", (string)(await world.App.TransactionAsync(id))["state"]!);
    }

    [Fact]
    public async Task RetryAfter_IsWaitedFor()
    {
        var isBusy = true;
        var meddler = new Meddler { Before = (_, request, _) => Task.FromResult(isBusy && request.Method == HttpMethod.Patch ? Meddler.Error(HttpStatusCode.TooManyRequests, "slow down", "3600") : null) };
        await using var world = await World.StartAsync(null, meddler);
        var id = await world.App.PlanAsync(world.ApplicationId, await world.PersonAsync("ada"), world.GroupId);
        Assert.Contains("Retried in about 3600 s, because the error contains \"429\"", (string)(await world.App.TransactionAsync(id))["message"]!, StringComparison.Ordinal);
        isBusy = false;
        world.App.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("planned", (string)(await world.App.TransactionAsync(id))["state"]!);
        world.App.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal("done", (string)(await world.App.TransactionAsync(id))["state"]!);
    }

    [Fact]
    public async Task WhatWaitsForOneGroup_GoesAsOneRequest_EachWithItsOwnVerdict()
    {
        var meddler = new Meddler();
        await using var world = await World.StartAsync(null, meddler);
        var people = new List<long>();
        foreach (var name in (string[])["ada", "bob", "cleo", "dan", "eve"])
            people.Add(await world.PersonAsync(name));
        // One has an account here that is not on the server any more.
        Assert.Equal(204, (await world.Target.ScimAsync("DELETE", $"/Users/{world.UserIds["cleo"]}")).Status);
        var ids = await world.App.Server.Database.WriteAsync(async session =>
        {
            var planned = new List<long>();
            foreach (var person in people)
                planned.Add(await ProvisioningPlan.MembershipAsync(session, Seeds.NewChange(), world.ApplicationId, person, world.GroupId, true, Causes.Manual));
            return planned;
        });
        var states = new List<string>();
        foreach (var id in ids)
            states.Add((string)(await world.App.TransactionAsync(id))["state"]!);

        Assert.Equal(["done", "done", "failed", "done", "done"], states);
        Assert.Equal(["ada@example.com", "bob@example.com", "dan@example.com", "eve@example.com"], await world.Target.MembersAsync("prod"));
        Assert.InRange(meddler.Passed.Count(passed => passed.StartsWith("PATCH", StringComparison.Ordinal)), 2, 6);
    }

    [Fact]
    public async Task GroupThatIsGone_FailsAnAddition_AndIsNoWorryToARemoval()
    {
        await using var world = await World.StartAsync();
        var ada = await world.PersonAsync("ada");
        (await world.Target.CallAsync("DELETE", "/lists/prod")).Expect(204);
        Assert.Equal("failed", (string)(await world.App.TransactionAsync(await world.App.PlanAsync(world.ApplicationId, ada, world.GroupId)))["state"]!);
        Assert.Equal("done", (string)(await world.App.TransactionAsync(await world.App.PlanAsync(world.ApplicationId, ada, world.GroupId, isMember: false)))["state"]!);
    }

    [Fact]
    public async Task AddAndRemoveOfTheSame_AreCarriedOutInTheOrderOfTheDecisions()
    {
        await using var world = await World.StartAsync();
        var ada = await world.PersonAsync("ada");
        var ids = await world.App.Server.Database.WriteAsync(async session =>
        {
            var planned = new List<long>();
            foreach (var isMember in (bool[])[true, false, true])
                planned.Add(await ProvisioningPlan.MembershipAsync(session, Seeds.NewChange(), world.ApplicationId, ada, world.GroupId, isMember, Causes.Manual));
            return planned;
        });
        foreach (var id in ids)
            Assert.Equal("done", (string)(await world.App.TransactionAsync(id))["state"]!);
        Assert.Equal(["ada@example.com"], await world.Target.MembersAsync("prod"));
    }

    [Fact]
    public async Task Attempts_AndConflicts_AreCounted()
    {
        var meddler = new Meddler();
        await using var world = await World.StartAsync(null, meddler);
        var (ada, rival) = (await world.PersonAsync("ada"), await world.UserAsync("rival"));
        var isFirst = true;
        meddler.Before = async (_, request, _) =>
        {
            if (request.Method == HttpMethod.Patch && isFirst)
            {
                isFirst = false;
                await world.ChangeAsRivalAsync("add", rival);
            }
            return null;
        };
        await world.App.TransactionAsync(await world.App.PlanAsync(world.ApplicationId, ada, world.GroupId));
        var metrics = await world.App.MetricsAsync();
        Assert.Contains("rollcall_governance_provisioning_conflicts_total{application=\"target\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("rollcall_governance_provisioning_attempts_total{application=\"target\",verdict=\"done\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("rollcall_governance_provisioning_open{application=\"target\"} 0", metrics, StringComparison.Ordinal);
    }
}
