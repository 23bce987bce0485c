using Xunit.Sdk;

namespace Rollcall.Access.Tests.Support;

/// <summary>The checks that every test ends with find what they are for.</summary>
public sealed class SupportTests
{
    [Fact]
    public async Task LogSink_finds_a_value_in_the_log()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        await client.UserAsync("bob");
        using var sink = new LogSink();
        sink.Hide("bob@example.com");
        sink.AssertKeepsSecrets();

        sink.CreateLogger("Test").Log(Microsoft.Extensions.Logging.LogLevel.Error, 1, "made bob@example.com", null, (state, _) => state);

        Assert.ThrowsAny<XunitException>(sink.AssertKeepsSecrets);
    }
}
