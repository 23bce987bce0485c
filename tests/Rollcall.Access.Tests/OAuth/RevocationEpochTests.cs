using Microsoft.AspNetCore.Http;
using Rollcall.Access.Integrations;
using Rollcall.Access.OAuth;
using Rollcall.Access.Tests.Support;
using Rollcall.Data;
using Rollcall.Web;

namespace Rollcall.Access.Tests.OAuth;

/// <summary>What is taken from a client ends within a second on every node (CONCURRENCY "Many nodes").</summary>
public sealed class RevocationEpochTests
{
    public enum Ending
    {
        AccessToken,
        StaticToken,
        StaticTokenByItsClient,
        RotatedStaticToken,
        Disabled,
        Deleted,
    }

    [Theory]
    [InlineData(Ending.AccessToken)]
    [InlineData(Ending.StaticToken)]
    [InlineData(Ending.StaticTokenByItsClient)]
    [InlineData(Ending.RotatedStaticToken)]
    [InlineData(Ending.Disabled)]
    [InlineData(Ending.Deleted)]
    [Trait("req", "O-050")]
    public async Task WhatOneNodeEnds_EndsOnTheOtherWithinASecond(Ending ending)
    {
        using var folder = new TempFolder();
        await using var here = await TestAccess.StartAsync(folder, publicUrl: "https://access.example");
        await using var there = await TestAccess.StartAsync(folder, publicUrl: "https://access.example", clock: here.Clock);
        var (integration, secret) = await here.AddIntegrationAsync();
        await there.Directory.ReloadAsync();
        var isStatic = ending is Ending.StaticToken or Ending.StaticTokenByItsClient or Ending.RotatedStaticToken;
        var token = isStatic ? await here.AddStaticTokenAsync(integration) : await here.GetTokenAsync(integration, secret);
        var good = await here.GetTokenAsync(integration, secret);
        Assert.Equal((200, 200), (await here.StatusOfAsync(integration, token), await there.StatusOfAsync(integration, token)));
        Assert.Equal(200, await there.StatusOfAsync(integration, good));

        await EndAsync(here, integration, secret, ending, token);

        // Here with the next request, there within a second: whether its watch was in time or the request itself asks.
        Assert.Equal(401, await here.StatusOfAsync(integration, token));
        here.Clock.Advance(IntegrationDirectory.LongestTrust);
        Assert.Equal(401, await there.StatusOfAsync(integration, token));
        Assert.Equal(ending is Ending.Disabled or Ending.Deleted ? 401 : 200, await there.StatusOfAsync(integration, good));
    }

    [Fact]
    public async Task DisabledClient_GetsNoTokenFromTheOtherNode()
    {
        using var folder = new TempFolder();
        await using var here = await TestAccess.StartAsync(folder, publicUrl: "https://access.example");
        await using var there = await TestAccess.StartAsync(folder, publicUrl: "https://access.example", clock: here.Clock);
        var (integration, secret) = await here.AddIntegrationAsync();
        here.Clock.Advance(IntegrationDirectory.LongestTrust);
        Assert.NotEmpty(await there.GetTokenAsync(integration, secret));

        await here.SetEnabledAsync(integration, enabled: false);
        here.Clock.Advance(IntegrationDirectory.LongestTrust);

        using var response = await there.PostTokenAsync("grant_type=client_credentials", $"{integration.ClientId}:{secret}");
        Assert.Equal(401, (int)response.StatusCode);
    }

    [Fact]
    public async Task RememberedToken_CostsNoQuestion_UntilASecondHasPassed()
    {
        await using var node = await Node.StartAsync();
        Assert.Equal(node.ClientId, await node.CallAsync());
        var asked = node.Database.Reads;

        for (var i = 0; i < 100; i++)
            await node.CallAsync();
        Assert.Equal(asked, node.Database.Reads);

        node.Access.Clock.Advance(IntegrationDirectory.LongestTrust - TimeSpan.FromTicks(1));
        await node.CallAsync();
        Assert.Equal(asked, node.Database.Reads);
        node.Access.Clock.Advance(TimeSpan.FromTicks(1));
        // Late: one question, and of the token itself none, since nothing has changed.
        await node.CallAsync();
        Assert.Equal(asked + 1, node.Database.Reads);
    }

    [Fact]
    public async Task DatabaseAway_IsToldAsSuch_OnceWhatIsKnownIsASecondOld()
    {
        await using var node = await Node.StartAsync();
        Assert.Equal(node.ClientId, await node.CallAsync());
        node.Database.IsAway = true;

        Assert.Equal(node.ClientId, await node.CallAsync());
        node.Access.Clock.Advance(IntegrationDirectory.LongestTrust);
        await Assert.ThrowsAsync<DatabaseUnavailableException>(node.CallAsync);

        node.Database.IsAway = false;
        Assert.Equal(node.ClientId, await node.CallAsync());
    }

    [Fact]
    public async Task Watch_SeesWhatChanges_WithoutAnyRequest()
    {
        using var folder = new TempFolder();
        await using var here = await TestAccess.StartAsync(folder, publicUrl: "https://access.example");
        await using var there = await TestAccess.StartAsync(folder, publicUrl: "https://access.example", clock: here.Clock);
        var (integration, _) = await here.AddIntegrationAsync();
        await here.SetEnabledAsync(integration, enabled: false);

        await AdvanceUntilAsync(there, () => there.Directory.Current.ByName.TryGetValue("acme", out var seen) && !seen.Enabled);
        await here.DeleteAsync(integration);
        await AdvanceUntilAsync(there, () => there.Directory.Current.ByName.Count == 0);
    }

    // The watch runs beside; reading gives it time without waiting for any.
    private static async Task AdvanceUntilAsync(TestAccess node, Func<bool> isSo)
    {
        for (var round = 0; round < 1000 && !isSo(); round++)
        {
            node.Clock.Advance(AccessWatch.Interval);
            await node.Database.ReadAsync(session => session.FirstAsync("select 1", _ => true));
            await Task.Yield();
        }
        Assert.True(isSo());
    }

    private static async Task EndAsync(TestAccess access, Integration integration, string secret, Ending ending, string token)
    {
        switch (ending)
        {
            case Ending.AccessToken or Ending.StaticTokenByItsClient:
                using (var response = await access.PostAsync("/oauth/revoke", $"token={token}", $"{integration.ClientId}:{secret}"))
                    Assert.Equal(200, (int)response.StatusCode);
                break;
            case Ending.StaticToken:
                var id = Assert.Single(await access.Database.ReadAsync(session => StaticTokenStore.ListAsync(session, integration.Id, 0))).Id;
                Assert.True(await access.Database.WriteAsync(session => StaticTokenStore.RevokeAsync(session, access.NextChange(), integration, id)));
                break;
            case Ending.RotatedStaticToken:
                await access.Database.WriteAsync(session => StaticTokenStore.RotateAsync(session, access.NextChange(), integration, TimeSpan.Zero));
                break;
            case Ending.Disabled:
                await access.SetEnabledAsync(integration, enabled: false);
                break;
            default:
                await access.DeleteAsync(integration);
                break;
        }
        await access.Directory.ReloadAsync();
    }

    /// <summary>What a node remembers, over a database that counts questions and can be away.</summary>
    private sealed class Node : IAsyncDisposable
    {
        private BearerTokens _tokens = null!;
        private Integration _integration = null!;
        private string _token = "";

        public required TestAccess Access { get; init; }

        public required CountingDatabase Database { get; init; }

        public string ClientId => _integration.ClientId;

        public static async Task<Node> StartAsync()
        {
            var access = await TestAccess.StartAsync();
            var (integration, secret) = await access.AddIntegrationAsync();
            var database = new CountingDatabase(access.Database);
            var directory = new IntegrationDirectory(database, access.Clock);
            var reader = new BearerTokenReader(access.Keys, directory, database, access.Host.PublicUrl, access.Clock);
            return new Node { Access = access, Database = database }.With(new BearerTokens(reader, directory, new FailedAttempts(access.Clock), access.Clock), integration, await access.GetTokenAsync(integration, secret));
        }

        public async Task<string> CallAsync()
        {
            var http = new DefaultHttpContext();
            http.Request.Headers.Authorization = $"Bearer {_token}";
            return (await _tokens.AuthenticateAsync(http, _integration, ProtectedResource.Of(Access.Host.PublicUrl, _integration))).Client;
        }

        public async ValueTask DisposeAsync()
        {
            await Database.DisposeAsync();
            await Access.DisposeAsync();
        }

        private Node With(BearerTokens tokens, Integration integration, string token)
        {
            (_tokens, _integration, _token) = (tokens, integration, token);
            return this;
        }
    }

    private sealed class CountingDatabase(Database inner) : Database
    {
        public int Reads { get; private set; }

        public bool IsAway { get; set; }

        public override Dialect Dialect => inner.Dialect;

        public override bool KeepsOrderOfWrites => inner.KeepsOrderOfWrites;

        public override ValueTask<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, TimeSpan? limit = null) => Asked().ReadAsync(read, limit);

        public override ValueTask<T> ReadOneAsync<T>(Func<Session, ValueTask<T>> read) => Asked().ReadOneAsync(read);

        public override Task<T> WriteAsync<T>(Func<WriteSession, ValueTask<T>> write, WriteKey? key = null) => inner.WriteAsync(write, key);

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private Database Asked()
        {
            Reads++;
            return IsAway ? throw new DatabaseUnavailableException("The database is away.") : inner;
        }
    }
}
