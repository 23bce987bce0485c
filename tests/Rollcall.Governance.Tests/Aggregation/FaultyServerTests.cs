using System.Text.Json.Nodes;
using Rollcall.Governance.Aggregation;
using Rollcall.Governance.Applications;
using Rollcall.Scim.Client;

namespace Rollcall.Governance.Tests.Aggregation;

/// <summary>What becomes of a run when the server fails: it says why and what to do, and never takes anything for gone that may be there.</summary>
public sealed class FaultyServerTests
{
    public static TheoryData<string, string> Faults => new()
    {
        { "down", "scim.example.com can't be reached. See that the server runs and can be reached from here" },
        { "500", "500 Internal Server Error: It broke. Run the aggregation again when the server is well." },
        { "503", "503 Service Unavailable: Busy. Run the aggregation again when the server is well." },
        { "html", "The server answered 200, but the body is not JSON, or not whole (Content-Type: text/html" },
        { "truncated", "The server answered 200, but the body is not JSON, or not whole" },
        { "notAList", "The server answered a list without the schema" },
        { "404", "404 Not Found: Gone. The server does not have this endpoint" },
        { "403", "403 Forbidden: No. Check the application's credentials" },
        { "slow", "gave no whole answer within" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_InTheMiddleOfAWalk_EndsTheRun_AndNothingIsTakenForGone(string fault, string message)
    {
        await using var world = await KnownAsync(10);
        world.Server.Users.RemoveRange(0, 2);
        world.Server.Users.Add(MemoryServer.User("u11"));
        var before = world.Server.Requests;
        world.Server.Fault = request => request < before + 2 ? null : Answer(fault);

        var task = await world.RunAsync(TaskKind.AggregateAccounts);
        Assert.Equal((TaskState.Failed, new TaskCounts(3, 0, 0, 3, 0)), (task.State, task.Counts));
        Assert.Contains(message, task.Message, StringComparison.Ordinal);
        Assert.Equal(10, (await world.AccountsAsync()).Count);

        // When the server is well again, the next run finds all of it.
        world.Server.Fault = _ => null;
        task = await world.RunAsync(TaskKind.AggregateAccounts);
        Assert.Equal((TaskState.Completed, new TaskCounts(9, 1, 0, 8, 2)), (task.State, task.Counts));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task ServerThatAsksToWaitShortly_IsWaitedFor(int status)
    {
        await using var world = await KnownAsync(10);
        var before = world.Server.Requests;
        world.Server.Fault = request => request == before + 2 ? MemoryServer.Answer(status, "", headers: ("Retry-After", "5")) : null;
        var task = await world.RunAsync(TaskKind.AggregateAccounts);
        Assert.Equal((TaskState.Completed, new TaskCounts(10, 0, 0, 10, 0)), (task.State, task.Counts));
    }

    [Fact]
    public async Task ServerThatAsksToWaitLong_IsAskedAgainThen_AndTheTaskSaysSo()
    {
        await using var world = await KnownAsync(10);
        var before = world.Server.Requests;
        world.Server.Fault = request => request == before + 2 ? MemoryServer.Answer(429, "", headers: ("Retry-After", "600")) : null;
        var id = await world.AskAsync(TaskKind.AggregateAccounts);
        Assert.True(await world.RunNextAsync(TestContext.Current.CancellationToken));
        var task = await world.TaskAsync(id);
        Assert.Equal((TaskState.Running, 3L), (task.State, task.Counts.Read));
        Assert.Contains("The run goes on at 2026-03-01 12:10:", task.Message, StringComparison.Ordinal);
        Assert.False(await world.RunNextAsync(TestContext.Current.CancellationToken));

        world.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.True(await world.RunNextAsync(TestContext.Current.CancellationToken));
        task = await world.TaskAsync(task.Id);
        Assert.Equal((TaskState.Completed, new TaskCounts(10, 0, 0, 10, 0), (string?)null), (task.State, task.Counts, task.Message));
    }

    [Fact]
    public async Task Token_ThatExpiresInTheMiddle_IsRenewed()
    {
        await using var world = await KnownAsync(10, definition => definition with
        {
            Authentication = new AuthenticationDefinition { Type = AuthenticationType.Jwt, TokenUrl = "https://scim.example.com/token", ClientId = "governance" },
        }, withKey: true);
        var before = world.Server.Requests;
        world.Server.Before = request =>
        {
            if (request == before + 3)
                world.Server.Token = "another, so that the client's is not taken any more";
        };
        var task = await world.RunAsync(TaskKind.AggregateAccounts);
        Assert.Equal((TaskState.Completed, new TaskCounts(10, 0, 0, 10, 0)), (task.State, task.Counts));
    }

    [Theory]
    [InlineData("expiredCursor")]
    [InlineData("invalidCursor")]
    public async Task Cursor_ThatExpires_StartsTheWalkAnew_AndCountsNothingTwice(string scimType)
    {
        await using var world = await KnownAsync(10, hasCursors: true);
        world.Server.Users.RemoveRange(0, 2);
        world.Server.Users.Add(MemoryServer.User("u11"));
        world.Server.Users[1] = MemoryServer.User("u4", 2);
        var before = world.Server.Requests;
        world.Server.Fault = request =>
        {
            if (request != before + 3)
                return null;
            // Meanwhile one that was seen goes.
            world.Server.Users.RemoveAt(0);
            return MemoryServer.Error(400, "The cursor has expired.", scimType);
        };
        var task = await world.RunAsync(TaskKind.AggregateAccounts);
        // u3 was read in the first walk, and is gone by the second.
        Assert.Equal((TaskState.Completed, new TaskCounts(9, 1, 1, 7, 3)), (task.State, task.Counts));
        Assert.Empty(task.Problems);
        Assert.Equal(["u10@1: g1", "u11@1: g1", "u4@2: g1", "u5@1: g1", "u6@1: g1", "u7@1: g1", "u8@1: g1", "u9@1: g1"], await world.AccountsAsync());
    }

    [Fact]
    public async Task Cursor_ThatAlwaysExpires_FailsTheRun()
    {
        await using var world = await KnownAsync(10, hasCursors: true);
        world.Server.Fault = _ => world.Server.Queries[^1].Contains("cursor=u", StringComparison.Ordinal) ? MemoryServer.Error(400, "The cursor has expired.", "expiredCursor") : null;
        var task = await world.RunAsync(TaskKind.AggregateAccounts);
        Assert.Equal((TaskState.Failed, 0L), (task.State, task.Counts.Removed));
    }

    [Fact]
    public async Task Resources_ThatStandInTheListTwice_CountOnce_AndAreReported()
    {
        await using var world = await KnownAsync(10, hasCursors: true);
        // On one page, and on pages apart: a server whose list is wrong.
        world.Server.Fault = request => world.Server.Queries[^1].Contains("cursor=&", StringComparison.Ordinal)
            ? List([world.Server.Users[0], world.Server.Users[0], world.Server.Users[5]], 10, "u2") : null;
        var task = await world.RunAsync(TaskKind.AggregateAccounts);
        Assert.Equal((TaskState.Completed, 9L, 9L), (task.State, task.Counts.Read, task.Counts.Unchanged));
        var problem = Assert.Single(task.Problems);
        Assert.Equal(("The server's list shows resources twice.", 2L), (problem.Reason, problem.Count));
        Assert.Equal(["u1", "u6"], problem.Examples);
    }

    [Fact]
    public async Task ListByIndex_ThatMovesUnderTheWalk_TakesNothingForGone()
    {
        await using var world = await KnownAsync(10);
        var before = world.Server.Requests;
        // One of the first page is deleted: u4 moves to it and is passed over.
        world.Server.Before = request =>
        {
            if (request == before + 2)
                world.Server.Users.RemoveAt(0);
        };
        var task = await world.RunAsync(TaskKind.AggregateAccounts);
        Assert.Equal((TaskState.Completed, 0L), (task.State, task.Counts.Removed));
        Assert.Contains("The list changed while it was read", Assert.Single(task.Problems, problem => problem.Reason.Contains("moved", StringComparison.Ordinal) || problem.Reason.Contains("changed", StringComparison.Ordinal)).Reason, StringComparison.Ordinal);
        Assert.Equal(10, (await world.AccountsAsync()).Count);

        world.Server.Before = _ => { };
        Assert.Equal(new TaskCounts(9, 0, 0, 9, 1), (await world.RunAsync(TaskKind.AggregateAccounts)).Counts);
    }

    [Fact]
    public async Task ListByIndex_ThatEndsBeforeItsTotal_TakesNothingForGone()
    {
        await using var world = await KnownAsync(10);
        world.Server.Fault = _ => List([], 10, null);
        var task = await world.RunAsync(TaskKind.AggregateAccounts);
        Assert.Equal((TaskState.Completed, 0L), (task.State, task.Counts.Removed));
        Assert.Equal(["The server's list has fewer resources than its totalResults says.", "The list changed while it was read, so that resources may have been passed over. Nothing was marked as gone."],
            task.Problems.Select(problem => problem.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HalfOfTheAccountsGone_AsksFirst_AndObeysLeave(bool hasCursors)
    {
        await using var world = await KnownAsync(30, hasCursors: hasCursors);
        world.Server.Users.RemoveRange(0, 15);
        world.Server.Users[0] = MemoryServer.User("u16", 2);
        var asks = await world.RunAsync(TaskKind.AggregateAccounts);
        Assert.Equal((TaskState.Asks, new TaskCounts(15, 0, 1, 14, 0)), (asks.State, asks.Counts));
        Assert.StartsWith("15 of 30 accounts are no longer on the server: more than the limit of 10 % and 10. None was marked as gone.", asks.Message, StringComparison.Ordinal);
        Assert.Equal(30, (await world.AccountsAsync()).Count);

        var accepted = await world.RunAsync(TaskKind.AggregateAccounts, accept: true);
        Assert.Equal((TaskState.Completed, new TaskCounts(15, 0, 0, 15, 15)), (accepted.State, accepted.Counts));
        Assert.Equal(15, (await world.AccountsAsync()).Count);
    }

    [Theory]
    [InlineData(100, 10, 10, TaskState.Completed)]
    [InlineData(100, 10, 11, TaskState.Asks)]
    [InlineData(12, 10, 10, TaskState.Completed)]
    [InlineData(12, 10, 11, TaskState.Asks)]
    [InlineData(200, 10, 20, TaskState.Completed)]
    [InlineData(200, 10, 21, TaskState.Asks)]
    [InlineData(200, 0, 11, TaskState.Asks)]
    [InlineData(50, 100, 50, TaskState.Completed)]
    public async Task VanishedLimit_IsAPercentage_AndAtLeastTen(int known, int limit, int gone, TaskState state)
    {
        await using var world = await KnownAsync(known, definition => definition with { VanishedLimit = limit, PageSize = 100 }, hasCursors: true);
        world.Server.Users.RemoveRange(0, gone);
        Assert.Equal((state, state == TaskState.Asks ? 0 : gone), await world.RunAsync(TaskKind.AggregateAccounts) is var task ? (task.State, task.Counts.Removed) : default);
    }

    [Fact]
    public async Task ServerWithoutVersions_IsComparedByContent()
    {
        var server = MemoryServer.With(5, hasCursors: true);
        server.Users.ForEach(user => user.Remove("meta"));
        await using var world = await AggregationWorld.StartAsync(server);
        await world.RunAsync(TaskKind.AggregateGroups);
        await world.RunAsync(TaskKind.AggregateAccounts);
        server.Users[1]["displayName"] = "Somebody";
        Assert.Equal(new TaskCounts(5, 0, 1, 4, 0), (await world.RunAsync(TaskKind.AggregateAccounts)).Counts);
        // Also what is kept apart counts.
        server.Users[2]["groups"] = new JsonArray();
        Assert.Equal(new TaskCounts(5, 0, 1, 4, 0), (await world.RunAsync(TaskKind.AggregateAccounts)).Counts);
        Assert.Equal("u3@:", (await world.AccountsAsync())[2]);
    }

    [Fact]
    public async Task ServerWhoseUsersTellNoGroups_IsReported_WithAdvice()
    {
        var server = MemoryServer.With(5);
        server.Users.ForEach(user => user.Remove("groups"));
        await using var world = await AggregationWorld.StartAsync(server);
        await world.RunAsync(TaskKind.AggregateGroups);
        var problem = Assert.Single((await world.RunAsync(TaskKind.AggregateAccounts)).Problems);
        Assert.Equal("No account tells its groups, so nobody is known to have an entitlement.", problem.Reason);
        Assert.Contains("Memberships are read from the attribute \"groups\" of Users", problem.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_AreReadWithoutMembers_AndNamedAttributesKeepWhatIsNeeded()
    {
        await using var world = await AggregationWorld.StartAsync(MemoryServer.With(1));
        await world.RunAsync(TaskKind.AggregateGroups);
        Assert.Contains("excludedAttributes=members", world.Server.Queries[^1], StringComparison.Ordinal);
        await using var other = await AggregationWorld.StartAsync(MemoryServer.With(1), definition => definition with { GroupAttributes = ["members", "externalId"], AccountAttributes = ["title"] });
        await other.RunAsync(TaskKind.AggregateGroups);
        Assert.Contains("attributes=externalId%2CdisplayName%2Cmeta&", other.Server.Queries[^1], StringComparison.Ordinal);
        await other.RunAsync(TaskKind.AggregateAccounts);
        Assert.Contains("attributes=title%2CuserName%2CexternalId%2CdisplayName%2Cactive%2Cgroups%2Cmeta&", other.Server.Queries[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatProvisioningWroteMeanwhile_IsLeftAlone()
    {
        await using var world = await KnownAsync(4, hasCursors: true);
        var before = world.Server.Requests;
        world.Server.Users[3] = MemoryServer.User("u4", 2);
        world.Server.Before = request =>
        {
            if (request != before + 2)
                return;
            // While the page with u4 is on its way, an account is made, which the walk does not see any more.
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            world.Database.WriteAsync(session => session.ExecuteAsync(
                """
                insert into accounts (application_id, scim_id, user_name, user_name_key, active, refreshed, attributes)
                values ($1, 'u0', 'new', 'new', true, $2, '{}')
                """, world.Application.Id, session.Now)).GetAwaiter().GetResult();
            world.Database.WriteAsync(session => session.ExecuteAsync("update accounts set refreshed = $1 where scim_id = 'u4'", session.Now)).GetAwaiter().GetResult();
        };
        var task = await world.RunAsync(TaskKind.AggregateAccounts);
        Assert.Equal((TaskState.Completed, new TaskCounts(4, 0, 0, 4, 0)), (task.State, task.Counts));
        Assert.Equal(5, (await world.AccountsAsync()).Count);
    }

    private static async Task<AggregationWorld> KnownAsync(int users, Func<ApplicationDefinition, ApplicationDefinition>? with = null, bool hasCursors = false, bool withKey = false)
    {
        var world = await AggregationWorld.StartAsync(MemoryServer.With(users, hasCursors), with, withKey);
        await world.RunAsync(TaskKind.AggregateGroups);
        Assert.Equal(new TaskCounts(users, users, 0, 0, 0), (await world.RunAsync(TaskKind.AggregateAccounts)).Counts);
        return world;
    }

    private static HttpResponseMessage Answer(string fault) => fault switch
    {
        "down" => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"),
        "slow" => throw new ScimClientException(ScimFailure.NoAnswer, "scim.example.com gave no whole answer within 60 s."),
        "500" => MemoryServer.Error(500, "It broke."),
        "503" => MemoryServer.Error(503, "Busy."),
        "404" => MemoryServer.Error(404, "Gone."),
        "403" => MemoryServer.Error(403, "No."),
        "html" => MemoryServer.Answer(200, "<html><body>Sign in</body></html>", "text/html"),
        "truncated" => MemoryServer.Answer(200, """{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":10,"Resources":[{"id":"u4","""),
        "notAList" => MemoryServer.Answer(200, """{"message":"hello"}""", "application/json"),
        _ => throw new InvalidOperationException(fault),
    };

    private static HttpResponseMessage List(IEnumerable<JsonObject> resources, int total, string? next)
    {
        var body = new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:api:messages:2.0:ListResponse"),
            ["totalResults"] = total,
            ["Resources"] = new JsonArray([.. resources.Select(resource => resource.DeepClone())]),
        };
        if (next is not null)
            body["nextCursor"] = next;
        return MemoryServer.Answer(200, body.ToJsonString());
    }
}
