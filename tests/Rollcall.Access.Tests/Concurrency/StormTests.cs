using Rollcall.Access.Tests.Concurrency.Support;
using Rollcall.Testing.Histories;

namespace Rollcall.Access.Tests.Concurrency;

/// <summary>32 clients at the real server, over HTTP: what they saw can come from a store that does one thing after the other.</summary>
public sealed class StormTests
{
    [Theory]
    [InlineData(1, "detect")]
    [InlineData(3, "detect")]
    [InlineData(2, "allow")]
    public async Task Storm_IsLinearizable(int lists, string unconditionalPut)
    {
        await using var access = await LiveAccess.StartAsync(new { unconditionalPut });
        var storm = new Storm(_ => access.Connect(), seed: lists);
        var targets = new List<(string, string)>();
        for (var i = 0; i < lists; i++)
            targets.Add(await access.AddListAsync());
        await storm.PrepareAsync(targets, users: 24);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        await storm.RunAsync(stop.Token);

        using var file = access.OpenFile();
        if (HistoryChecker.Check(storm.History, file.State()) is { } violation)
            Assert.Fail(violation.ToString());
        await access.CheckStoreAsync();
        // A storm in which nothing happens proves nothing.
        var statuses = storm.History.Operations.CountBy(operation => operation.Status ?? 0).ToDictionary();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', statuses));
        Assert.All((int[])[200, 201, 204, 304, 404, 412], status => Assert.True(statuses.GetValueOrDefault(status) > 0, $"no {status}"));
        Assert.DoesNotContain(statuses.Keys, status => status is 0 or >= 500);
    }
}
