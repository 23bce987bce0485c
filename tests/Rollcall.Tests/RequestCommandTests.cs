using System.Text.Json;
using Xunit;

namespace Rollcall.Tests;

/// <summary><c>rollcall requests show --wait</c>: how it ends where not all was completed.</summary>
public sealed class RequestCommandTests
{
    [Theory]
    [InlineData("completed", 0, "")]
    [InlineData("denied", 1, "rollcall: Request 12 is denied.\n")]
    [InlineData("failed", 1, "rollcall: Request 12 is failed.\n")]
    [InlineData("cancelled", 1, "rollcall: Request 12 is cancelled.\n")]
    [InlineData("partiallyCompleted", 1, "rollcall: Request 12 is partially completed.\n")]
    public async Task Wait_EndsByTheStateOfTheRequest_AfterShowingIt(string state, int exit, string error)
    {
        var request = JsonElement.Parse($$"""{"id":12,"state":"{{state}}","closedAt":"2026-11-23T21:05:05Z","items":[]}""");
        await using var server = await FakeServer.StartAsync(new FakeAnswer(200, request));
        using var cli = Cli.For(server);
        var result = await cli.RunAsync("requests", "show", "12", "--wait", "--output", "json");
        Assert.Equal((exit, error), (result.Exit, result.Error));
        Assert.True(JsonElement.DeepEquals(request, JsonElement.Parse(result.Output)));
    }
}
