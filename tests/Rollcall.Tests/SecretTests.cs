using System.Text.Json.Nodes;
using Xunit;

namespace Rollcall.Tests;

/// <summary>Where the admin token comes from, and that it goes nowhere but to the server.</summary>
public sealed class SecretTests
{
    private const string Secret = "s3cret-0123456789-0123456789-0123456789";

    [Theory]
    [InlineData("-")]
    [InlineData("@token.txt")]
    [InlineData(Secret)]
    public async Task Token_FromInputFileOrValue_IsSent(string given)
    {
        await using var server = await FakeServer.StartAsync(new FakeAnswer(204));
        using var cli = Cli.For(server);
        cli.Input = given is "-" ? Secret + "\r\n" : "";
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "token.txt"), $"  {Secret}\n", TestContext.Current.CancellationToken);

        var result = await cli.RunAsync("users", "block", "alice", "--token", given);

        Assert.Equal((0, ""), (result.Exit, result.Error));
        Assert.Equal($"Bearer {Secret}", Assert.Single(server.Requests).Authorization);
    }

    [Fact]
    public async Task Token_OfTheDataFolder_IsSent_WhereNothingElseIsSet()
    {
        await using var server = await FakeServer.StartAsync(new FakeAnswer(204));
        using var cli = Cli.For(server);
        cli.Environment.Remove("ROLLCALL_ADMIN_TOKEN");
        Directory.CreateDirectory(Path.Combine(cli.Folder, "elsewhere"));
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "elsewhere", "admin-token"), Secret + "\n", TestContext.Current.CancellationToken);

        var result = await cli.RunAsync("users", "block", "alice", "--data", "elsewhere");

        Assert.Equal((0, ""), (result.Exit, result.Error));
        Assert.Equal($"Bearer {Secret}", Assert.Single(server.Requests).Authorization);
    }

    [Fact]
    public async Task Token_OfTheCommandLine_BeatsThatOfTheEnvironment()
    {
        await using var server = await FakeServer.StartAsync(new FakeAnswer(204));
        using var cli = Cli.For(server);

        await cli.RunAsync("users", "unblock", "alice", "--token", Secret);

        Assert.Equal($"Bearer {Secret}", Assert.Single(server.Requests).Authorization);
    }

    [Theory]
    [InlineData("-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\ns3cret\n-----END EC PRIVATE KEY-----")]
    [InlineData("{\"kty\":\"EC\",\"d\":\"s3cret\"}")]
    public async Task PrivateKey_InPlaceOfThePublicOne_IsNotSent(string key)
    {
        await using var server = await FakeServer.StartAsync();
        using var cli = Cli.For(server);
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "key.pem"), key, TestContext.Current.CancellationToken);
        var result = await cli.RunAsync("integrations", "add-key", "acme", "@key.pem");
        Assert.Equal((2, ""), (result.Exit, result.Output));
        Assert.Equal("rollcall: KEY: this is a private key, which only the platform may have. Nothing was sent; give the public key.\n", result.Error);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task PublicKey_FromAFile_IsSentAsItIs()
    {
        await using var server = await FakeServer.StartAsync(new FakeAnswer(201));
        using var cli = Cli.For(server);
        await File.WriteAllTextAsync(Path.Combine(cli.Folder, "key.pem"), "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", TestContext.Current.CancellationToken);
        await cli.RunAsync("integrations", "add-key", "acme", "@key.pem");
        Assert.Equal("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", (string?)JsonNode.Parse(Assert.Single(server.Requests).Body)!["key"]);
    }

    [Theory]
    [InlineData("users", "list", "--tokn", Secret)]
    [InlineData("users", "list", "--tokn=" + Secret)]
    [InlineData("--tokn", Secret, "users", "list")]
    [InlineData("users", "list", "--token", Secret)]
    [InlineData("users", "list", "--token", Secret, "--token", Secret)]
    [InlineData("users", "list", "--token", Secret + " and more")]
    [InlineData("users", "frob", "--token", Secret)]
    [InlineData("--admin-token", Secret + " and more")]
    [InlineData("--master-key", Secret)]
    [InlineData("--access-database", Secret)]
    public async Task Secret_OnACommandLineThatFails_IsNotRepeated(params string[] arguments)
    {
        using var cli = Cli.For("http://127.0.0.1:1");
        var result = await cli.RunAsync(arguments);
        Assert.NotEqual(0, result.Exit);
        Assert.DoesNotContain("s3cret", result.Error + result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoSecrets_FromStandardInput_AreRefused()
    {
        using var cli = new Cli { Input = Secret };
        var result = await cli.RunAsync("serve", "--admin-token", "-", "--master-key", "-");
        Assert.Equal(2, result.Exit);
        Assert.Equal("rollcall: Only one secret can come from standard input: give the other as @FILE.\n", result.Error);
        Assert.Null(cli.Served);
    }
}
