using Rollcall.Commands;
using Xunit;

namespace Rollcall.Tests;

/// <summary>Serving gets the sides and the settings of the command line; a test host stands in for the sides.</summary>
public sealed class ServeTests
{
    [Theory]
    [InlineData(ServeSides.Both)]
    [InlineData(ServeSides.Both, "serve")]
    [InlineData(ServeSides.Access, "serve", "access")]
    [InlineData(ServeSides.Governance, "serve", "governance")]
    internal async Task Serve_TakesTheSidesThatAreNamed(ServeSides sides, params string[] arguments)
    {
        using var cli = new Cli();
        var result = await cli.RunAsync(arguments);
        Assert.Equal(new CliResult(0, "", ""), result);
        Assert.Equal(sides, cli.Served?.Sides);
    }

    [Theory]
    [InlineData("--data", "here", "--access-url", "http://127.0.0.1:9001", "--allow-http", "--drain", "3s")]
    [InlineData("serve", "--data", "here", "--access-url", "http://127.0.0.1:9001", "--allow-http", "true", "--drain", "3s")]
    [InlineData("--data", "here", "serve", "--access-url=http://127.0.0.1:9001", "access", "--allow-http", "--drain=3s")]
    public async Task Settings_OfTheCommandLine_ReachTheServer_WhereverTheyStand(params string[] arguments)
    {
        using var cli = Cli.For("http://127.0.0.1:7777");
        var result = await cli.RunAsync(arguments);
        Assert.Equal(new CliResult(0, "", ""), result);
        var settings = cli.Served!.Value.Settings;
        Assert.Equal(Path.Combine(cli.Folder, "here"), settings.Data);
        Assert.Equal("http://127.0.0.1:9001", settings.Access.Url.ToString());
        Assert.True(settings.AllowHttp);
        Assert.Equal(TimeSpan.FromSeconds(3), settings.Drain);
        Assert.Equal(Cli.Token, settings.AdminToken);
    }

    [Fact]
    public async Task Secrets_OfSettings_AreReadFromInputAndFile()
    {
        using var cli = new Cli { Input = "typed-token-0123456789-0123456789-0123456789\n" };
        var key = Convert.ToBase64String(new byte[32]);
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "key"), key + "\n", TestContext.Current.CancellationToken);

        var result = await cli.RunAsync("serve", "--admin-token", "-", "--master-key", "@key");

        Assert.Equal(new CliResult(0, "", ""), result);
        Assert.Equal("typed-token-0123456789-0123456789-0123456789", cli.Served!.Value.Settings.AdminToken);
        Assert.Equal(new byte[32], cli.Served.Value.Settings.MasterKey);
    }
}
