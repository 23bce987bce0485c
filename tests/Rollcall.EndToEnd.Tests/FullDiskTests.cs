using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Rollcall.EndToEnd.Tests.Support;
using Rollcall.Testing.Histories;
using Rollcall.Testing.Stores;

namespace Rollcall.EndToEnd.Tests;

/// <summary>The disk is full: writes are refused with 503, reads go on, nothing acknowledged is lost, and room is all it takes.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task FullDisk_RefusesWrites_LosesNothing_AndRecoversByItself()
    {
        using var disk = new SmallDisk(megabytes: 48);
        using var folder = new TempFolder();
        await using var server = await RollcallServer.StartAsync(folder.Path, Path.Combine(disk.Path, "data"));
        var platform = await server.AddIntegrationAsync("acme");
        var storm = new Storm(_ => platform.Connect(), seed: 7);
        var list = await server.AddListAsync(platform, "one");
        await storm.PrepareAsync([list], users: 24);
        await storm.RunAsync(operations: 10);

        // 1. No room: sooner or later nothing can be stored, whatever room the files had left within themselves.
        disk.Fill();
        using var http = platform.Connect();
        await FillUpAsync(http, disk);
        var before = storm.History.Operations.Count;
        await storm.RunAsync(operations: 10);
        var meanwhile = storm.History.Operations.Skip(before).ToList();
        Assert.Contains(meanwhile, operation => operation.Status == 503);
        Assert.DoesNotContain(meanwhile, operation => operation.Status is null or 500);
        Assert.Contains(meanwhile, operation => operation is { Kind: OperationKind.ReadList, Status: 200 });
        using (var refused = await CreateUserAsync(http, "late@example.com", padding: 60_000))
            await CheckRefusalAsync(refused);
        using (var ready = await http.GetAsync(new Uri(server.Url + "/health/live"), TestContext.Current.CancellationToken))
            Assert.Equal(HttpStatusCode.OK, ready.StatusCode);

        // 2. Room again: the same process stores again.
        disk.Empty();
        var after = storm.History.Operations.Count;
        await storm.RunAsync(operations: 10);
        Assert.DoesNotContain(storm.History.Operations.Skip(after), operation => operation.Status is null or >= 500);
        using (var late = await CreateUserAsync(http, "late@example.com", padding: 10))
            Assert.Equal(HttpStatusCode.Created, late.StatusCode);

        // 3. And all of it is true, now and after a restart.
        Assert.True(server.IsRunning);
        await CheckStoreAsync(server, storm);
        server.Terminate();
        Assert.Equal(0, await server.ExitCodeAsync());
        await server.StartAgainAsync();
        await CheckStoreAsync(server, storm);
    }

    private static async Task FillUpAsync(HttpClient http, SmallDisk disk)
    {
        var patience = Stopwatch.StartNew();
        var last = "";
        for (var i = 0; patience.Elapsed < TimeSpan.FromSeconds(20); i++)
        {
            using var answer = await CreateUserAsync(http, $"large-{i}@example.com", padding: 60_000);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                return;
            last = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}";
            disk.Fill();
        }
        Assert.Fail($"The disk never became full: {last}.");
    }

    private static async Task CheckRefusalAsync(HttpResponseMessage refused)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        Assert.Equal("application/scim+json", refused.Content.Headers.ContentType?.MediaType);
        var body = JsonElement.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("urn:ietf:params:scim:api:messages:2.0:Error", body.GetProperty("schemas")[0].GetString());
        Assert.Equal("503", body.GetProperty("status").GetString());
        Assert.DoesNotContain("SQLite", body.GetProperty("detail").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    private static Task<HttpResponseMessage> CreateUserAsync(HttpClient http, string userName, int padding)
    {
        var body = JsonSerializer.Serialize(new { schemas = new[] { "urn:ietf:params:scim:schemas:core:2.0:User" }, userName, title = new string('x', padding) });
        return http.PostAsync(new Uri("Users", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/scim+json"), TestContext.Current.CancellationToken);
    }

    private static async Task CheckStoreAsync(RollcallServer server, Storm storm)
    {
        await server.CheckStoreAsync();
        using var file = new AccessFile(server.DatabaseFile);
        if (HistoryChecker.Check(storm.History, file.State()) is { } violation)
            Assert.Fail(violation.ToString());
    }
}
