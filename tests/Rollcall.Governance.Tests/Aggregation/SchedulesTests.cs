using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Rollcall.Governance.Tests.Aggregation;

public sealed class SchedulesTests
{
    [Fact]
    public async Task Schedule_BeginsTasksAtItsTimes_AndOnceForThoseThatWereMissed()
    {
        await using var app = await StartAsync();
        var made = (await app.CallAsync("POST", "/schedules", JsonNode.Parse("""{"name":"nightly","kind":"aggregateGroups","application":"target","cron":"0 3 * * *","timeZone":"Europe/Berlin"}"""))).Expect(201);
        // Three o'clock in Berlin, in winter.
        Assert.Equal("2026-03-02T02:00:00+00:00", (string)made.Body["nextAt"]!);

        await AdvanceAsync(app, TimeSpan.FromHours(15));
        var task = Assert.Single((await app.CallAsync("GET", "/results")).Expect(200).Items)!;
        Assert.Equal(("completed", "rollcall"), ((string)task["state"]!, (string)task["requestedBy"]!));
        var shown = (await app.CallAsync("GET", "/schedules/nightly")).Expect(200).Body;
        Assert.Equal(("2026-03-03T02:00:00+00:00", (long)task["id"]!), ((string)shown["nextAt"]!, (long)shown["lastTask"]!));

        // Ten days without a server: one task.
        await AdvanceAsync(app, TimeSpan.FromDays(10));
        Assert.Equal(2, (await app.CallAsync("GET", "/tasks")).Expect(200).Items.Count);
        Assert.Equal("2026-03-13T02:00:00+00:00", (string)(await app.CallAsync("GET", "/schedules/nightly")).Expect(200).Body["nextAt"]!);
    }

    [Fact]
    public async Task Schedule_IsChangedDisabledAndDeleted()
    {
        await using var app = await StartAsync();
        var body = JsonNode.Parse("""{"name":"nightly","kind":"aggregateGroups","application":"target","cron":"0 3 * * *"}""");
        (await app.CallAsync("POST", "/schedules", body)).Expect(201);
        (await app.CallAsync("POST", "/schedules", body)).Expect(409);
        var changed = (await app.CallAsync("PATCH", "/schedules/nightly", JsonNode.Parse("""{"kind":"aggregateAccounts","cron":"*/15 * * * *"}"""), ifMatch: "W/\"1\"")).Expect(200);
        Assert.Equal(("aggregateAccounts", "2026-03-01T12:15:00+00:00", "W/\"2\""), ((string)changed.Body["kind"]!, (string)changed.Body["nextAt"]!, changed.ETag));
        (await app.CallAsync("PATCH", "/schedules/nightly", JsonNode.Parse("""{"enabled":false}"""), ifMatch: "W/\"1\"")).Expect(412);
        Assert.Null((await app.CallAsync("PATCH", "/schedules/nightly", JsonNode.Parse("""{"enabled":false}"""))).Expect(200).Body["nextAt"]);
        await AdvanceAsync(app, TimeSpan.FromDays(1));
        Assert.Empty((await app.CallAsync("GET", "/tasks")).Expect(200).Items);
        (await app.CallAsync("DELETE", "/schedules/nightly")).Expect(204);
        Assert.Empty((await app.CallAsync("GET", "/schedules")).Expect(200).Items);
        Assert.Equal(["schedule.delete", "schedule.update", "schedule.update", "schedule.create"],
            (await app.CallAsync("GET", "/audit?resourceKind=schedule")).Expect(200).Items.Select(row => (string)row!["code"]!));
    }

    [Theory]
    [InlineData("""{"cron":"every night"}""", "cron")]
    [InlineData("""{"cron":"0 3 * *"}""", "cron")]
    [InlineData("""{"timeZone":"Middle Earth"}""", "timeZone")]
    [InlineData("""{"application":"nothing"}""", "application")]
    [InlineData("""{"name":"A Name"}""", "name")]
    [InlineData("""{"kind":"dance"}""", "kind")]
    public async Task Schedule_ThatCantBe_IsRefused_NamingTheField(string more, string field)
    {
        await using var app = await StartAsync();
        var body = JsonNode.Parse("""{"name":"nightly","kind":"aggregateGroups","application":"target","cron":"0 3 * * *"}""")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
            body[name] = value?.DeepClone();
        Assert.Equal(field, (string?)(await app.CallAsync("POST", "/schedules", body)).Expect(400).Body["field"]);
    }

    private static async Task<GovernanceApp> StartAsync()
    {
        var server = MemoryServer.With(1, hasCursors: true);
        var app = await GovernanceApp.StartAsync(new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)), () => server);
        (await app.CallAsync("POST", "/applications", JsonNode.Parse("""{"name":"target","definition":{"baseUrl":"https://scim.example.com/v2"}}"""))).Expect(201);
        return app;
    }

    private static async Task AdvanceAsync(GovernanceApp app, TimeSpan time)
    {
        app.Clock.Advance(time);
        await app.Runner.WhenIdleAsync();
    }
}
