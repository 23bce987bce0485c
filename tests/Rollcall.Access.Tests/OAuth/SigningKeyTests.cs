using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Rollcall.Access.OAuth;
using Rollcall.Access.Tests.Support;
using Rollcall.Data;
using Rollcall.Web;
using Rollcall.Web.Settings;

namespace Rollcall.Access.Tests.OAuth;

/// <summary>The life of a signing key: published, signing, published still, gone.</summary>
public sealed class SigningKeyTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly SecretProtector _protector = new(new byte[RollcallSettings.MasterKeyBytes]);
    private Database _database = null!;

    public async ValueTask InitializeAsync() => _database = await AccessStore.OpenAsync(_folder["access.db"], 16, _clock);

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task FirstKey_SignsAtOnce()
    {
        var keys = await LoadAsync();
        Assert.Equal(Assert.Single(keys.All).KeyId, keys.Current.KeyId);
        Assert.Equal(keys.Current.KeyId, (await LoadAsync()).Current.KeyId);
    }

    [Fact]
    public async Task NodesThatStartTogether_MakeOneKey()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LoadAsync()));
        Assert.Single(nodes.Select(node => node.Current.KeyId).Distinct());
        Assert.All(nodes, node => Assert.Single(node.All));
    }

    [Fact]
    public async Task NextKey_IsPublishedTenMinutesBeforeItSigns_AndTheOldOneStaysUntilItsTokensHaveExpired()
    {
        var keys = await LoadAsync();
        var first = keys.Current.KeyId;

        _clock.Advance(SigningKeys.SigningPeriod - SigningKeys.PublishedAhead - TimeSpan.FromSeconds(1));
        await keys.RotateAsync();
        Assert.Equal([first], keys.All.Select(key => key.KeyId));

        _clock.Advance(TimeSpan.FromSeconds(1));
        await keys.RotateAsync();
        Assert.Equal(2, keys.All.Count);
        Assert.Equal(first, keys.Current.KeyId);
        var second = keys.All[0].KeyId;

        _clock.Advance(SigningKeys.PublishedAhead - TimeSpan.FromSeconds(1));
        Assert.Equal(first, keys.Current.KeyId);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(second, keys.Current.KeyId);

        // The last token of the first key was made just now, and lives for an hour.
        _clock.Advance(OAuthServer.AccessTokenLifetime + BearerTokenReader.ClockSkew);
        await keys.RotateAsync();
        Assert.Equal([second, first], keys.All.Select(key => key.KeyId));
        _clock.Advance(TimeSpan.FromMinutes(5));
        await keys.RotateAsync();
        Assert.Equal([second], keys.All.Select(key => key.KeyId));
        Assert.Equal(1, await _database.ReadAsync(session => session.FirstAsync("select count(*) from signing_keys", row => row.GetInt64(0))));
    }

    [Fact]
    public async Task OfNodesThatFindItDue_OneMakesTheKey_AndTheOthersFollow()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => LoadAsync()));
        _clock.Advance(SigningKeys.SigningPeriod);

        await Task.WhenAll(nodes.Select(node => node.RotateAsync()));

        var epoch = (await _database.ReadAsync(AccessEpoch.ReadAsync)).Keys;
        foreach (var node in nodes)
            await node.FollowAsync(epoch);
        Assert.All(nodes, node => Assert.Equal(2, node.All.Count));
        Assert.Single(nodes.Select(node => node.All[0].KeyId).Distinct());
        // Nobody may have seen it: the old one goes on for ten minutes, however late it is.
        Assert.All(nodes, node => Assert.Equal(node.All[1].KeyId, node.Current.KeyId));
        _clock.Advance(SigningKeys.PublishedAhead);
        Assert.All(nodes, node => Assert.Equal(node.All[0].KeyId, node.Current.KeyId));
    }

    [Fact]
    public async Task Rotation_ThatIsNotDue_WritesNothing()
    {
        var keys = await LoadAsync();
        var before = await _database.ReadAsync(AccessEpoch.ReadAsync);
        await keys.RotateAsync();
        Assert.Equal(before, await _database.ReadAsync(AccessEpoch.ReadAsync));
    }

    [Fact]
    public async Task KeysOfTheReleaseBefore_WhichDoNotSayWhenTheySign_SignFromTheirCreationOn()
    {
        var made = await LoadAsync();
        await _database.WriteAsync(session => session.ExecuteAsync("update signing_keys set signs_from = null"));
        Assert.Equal(made.Current.KeyId, (await LoadAsync()).Current.KeyId);
    }

    [Fact]
    public async Task Server_PublishesTheNextKey_SignsWithItInTime_AndTakesTokensOfBoth()
    {
        await using var access = await TestAccess.StartAsync();
        var (integration, secret) = await access.AddIntegrationAsync();
        var first = access.Keys.Current.KeyId;
        Assert.Equal([first], await PublishedAsync(access));

        access.Clock.Advance(SigningKeys.SigningPeriod - SigningKeys.PublishedAhead);
        await RotateAsync(access.Keys);
        var second = access.Keys.All[0].KeyId;
        Assert.NotEqual(first, second);
        Assert.Equal(new[] { first, second }.Order(), (await PublishedAsync(access)).Order());
        var old = await access.GetTokenAsync(integration, secret);
        Assert.Equal(first, new JsonWebToken(old).Kid);

        access.Clock.Advance(SigningKeys.PublishedAhead);
        var current = await access.GetTokenAsync(integration, secret);
        Assert.Equal(second, new JsonWebToken(current).Kid);
        Assert.Equal((200, 200), (await access.StatusOfAsync(integration, old), await access.StatusOfAsync(integration, current)));

        access.Clock.Advance(TimeSpan.FromHours(2));
        await RotateAsync(access.Keys);
        Assert.Equal([second], await PublishedAsync(access));
    }

    // The server's own watch may be about the same: what it has half done is done again.
    private static async Task RotateAsync(SigningKeys keys)
    {
        await keys.RotateAsync();
        await keys.FollowAsync(-1);
    }

    private Task<SigningKeys> LoadAsync() => SigningKeys.LoadAsync(_database, _protector, _clock);

    private static async Task<IEnumerable<string?>> PublishedAsync(TestAccess access)
    {
        using var response = await access.Client.GetAsync("/oauth/jwks", TestContext.Current.CancellationToken);
        return [.. (await TestAccess.ReadAsync(response)).GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString())];
    }
}
