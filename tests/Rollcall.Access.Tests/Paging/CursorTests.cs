using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Access.Scim.Paging;
using Rollcall.Access.Tests.Support;
using Rollcall.Data;
using Rollcall.Scim;
using Rollcall.Scim.Messages;
using Rollcall.Web;
using Rollcall.Web.Settings;

namespace Rollcall.Access.Tests.Paging;

/// <summary>What a cursor tells, and what it opens: nothing but the next page of its own walk.</summary>
public sealed class CursorTests : IAsyncLifetime
{
    private static readonly PageScope Scope = PageScope.Of(1, "/Users", new ListQuery());

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly SecretProtector _protector = new(new byte[RollcallSettings.MasterKeyBytes]);
    private Database _database = null!;

    public async ValueTask InitializeAsync() => _database = await AccessStore.OpenAsync(_folder["access.db"], 1, _clock);

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    private Task<Cursors> StartAsync() => Cursors.LoadAsync(_database, _protector, _clock);

    [Fact]
    public async Task What_is_sealed_is_opened()
    {
        var cursors = await StartAsync();
        var keys = Gen.OneOf<object?>(Gen.Const((object?)null), Gen.String[0, PagePlace.LongestKey].Select(text => (object?)text), Gen.Long.Select(number => (object?)number), Gen.Double[-1e12, 1e12].Select(number => (object?)number), Gen.Bool.Select(flag => (object?)flag));
        Gen.Select(keys, Gen.Long, Gen.Int[0, 1], Gen.Bool, Gen.Int[1, 10_000], Gen.Long[0, long.MaxValue], Gen.Bool).Sample((key, row, type, sorted, count, total, known) =>
        {
            // Unpaired halves of surrogates are no text that a database gives.
            if (key is string text)
                key = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            var place = new PagePlace(type, row, sorted ? "id" : null, sorted ? key : null);
            var expected = new KnownTotal(total, row & long.MaxValue);

            var opened = cursors.OpenAsync(cursors.Seal(Scope, place, count, known ? expected : null), Scope, count).AsTask().GetAwaiter().GetResult();

            Assert.Equal(place, opened.After);
            Assert.Equal((count, known ? expected : (KnownTotal?)null), (opened.Count, opened.Total));
        }, iter: 500);
    }

    [Fact]
    [Trait("req", "C-003"), Trait("req", "C-004")]
    public async Task A_cursor_is_of_unreserved_characters_and_shows_nothing()
    {
        var cursors = await StartAsync();
        var place = new PagePlace(0, 4711, "0197-the-id", "anna.schmidt@example.com");
        var first = cursors.Seal(Scope, place, 100, null);

        Assert.All(first, c => Assert.True(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~'));
        var bytes = Encoding.Latin1.GetString(Base64Url.DecodeFromChars(first));
        Assert.All(["anna", "schmidt", "example", "0197", "Users"], part => Assert.DoesNotContain(part, bytes, StringComparison.OrdinalIgnoreCase));
        // Not even whether two are at the same place.
        Assert.NotEqual(first, cursors.Seal(Scope, place, 100, null));
    }

    [Fact]
    [Trait("req", "C-016"), Trait("req", "C-034")]
    public async Task A_cursor_that_was_changed_anywhere_is_none()
    {
        var cursors = await StartAsync();
        var good = cursors.Seal(Scope, new PagePlace(0, 4711, "id", "key"), 100, new KnownTotal(7, 8));
        const string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/= ";
        var refusals = new HashSet<string>();
        for (var i = 0; i < good.Length; i++)
        {
            foreach (var digit in digits.Where(digit => digit != good[i]))
                await RefuseAsync($"{good[..i]}{digit}{good[(i + 1)..]}", Scope);
            await RefuseAsync(good[..i], Scope);
        }
        await RefuseAsync(good + "A", Scope);
        await RefuseAsync(good + "=", Scope);
        await RefuseAsync(good + " ", Scope);
        await RefuseAsync(new string('A', 100_000), Scope);
        foreach (var other in (PageScope[])[Scope with { IntegrationId = 2 }, Scope with { Endpoint = "/Groups" }, PageScope.Of(1, "/Users", new ListQuery { Filter = "" }), PageScope.Of(1, "/Users", new ListQuery { SortBy = "id" })])
            await RefuseAsync(good, other);

        Assert.Single(refusals);
        Assert.NotNull(await cursors.OpenAsync(good, Scope, 100));

        async Task RefuseAsync(string text, PageScope scope)
        {
            var refusal = await Assert.ThrowsAsync<ScimException>(async () => await cursors.OpenAsync(text, scope, 100));
            Assert.Equal("invalidCursor", refusal.ScimType);
            refusals.Add(refusal.Message);
        }
    }

    [Fact]
    [Trait("req", "C-017"), Trait("req", "C-028")]
    public async Task A_cursor_lives_as_long_as_discovery_says()
    {
        var cursors = await StartAsync();
        var cursor = cursors.Seal(Scope, new PagePlace(0, 1), 10, null);

        _clock.Advance(TimeSpan.FromSeconds(Cursors.TimeoutSeconds));
        Assert.NotNull(await cursors.OpenAsync(cursor, Scope, 10));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("expiredCursor", (await Assert.ThrowsAsync<ScimException>(async () => await cursors.OpenAsync(cursor, Scope, 10))).ScimType);
    }

    [Fact]
    [Trait("req", "C-028")]
    public async Task A_cursor_outlives_a_restart_and_its_key_s_replacement()
    {
        var first = await StartAsync();
        _clock.Advance(CursorKeys.Age - TimeSpan.FromMinutes(1));
        var again = await StartAsync();
        var cursor = first.Seal(Scope, new PagePlace(0, 1), 10, null);
        Assert.NotNull(await again.OpenAsync(cursor, Scope, 10));

        _clock.Advance(TimeSpan.FromMinutes(1));
        var later = await StartAsync();
        // The second byte names the key.
        Assert.NotEqual(Base64Url.DecodeFromChars(cursor)[1], Base64Url.DecodeFromChars(later.Seal(Scope, new PagePlace(0, 1), 10, null))[1]);
        Assert.NotNull(await later.OpenAsync(cursor, Scope, 10));
        // And who does not know the new key yet finds it.
        Assert.NotNull(await first.OpenAsync(later.Seal(Scope, new PagePlace(0, 1), 10, null), Scope, 10));

        // The predecessor's predecessor is gone.
        _clock.Advance(CursorKeys.Age);
        await StartAsync();
        Assert.Equal(2, await _database.ReadAsync(session => session.FirstAsync("select count(*) from cursor_keys", row => row.GetInt64(0))));
    }

    [Fact]
    public async Task The_keys_are_encrypted_at_rest()
    {
        await StartAsync();

        await Assert.ThrowsAsync<System.Security.Cryptography.CryptographicException>(() => Cursors.LoadAsync(_database, new SecretProtector(Secrets.Random(RollcallSettings.MasterKeyBytes)), _clock));
    }

    [Fact]
    [Trait("req", "C-031"), Trait("req", "C-032")]
    public async Task A_cursor_opens_nothing_for_another_integration_or_without_a_token()
    {
        await using var app = await RollcallApp.StartAsync();
        var (acme, other) = (await app.IntegrationAsync(), await app.IntegrationAsync("other"));
        foreach (var name in (string[])["a", "b", "c"])
        {
            await acme.UserAsync(name);
            await other.UserAsync(name);
        }
        var cursor = (await acme.GetAsync("/Users?cursor&count=1")).NextCursor;

        var foreign = (await other.GetAsync($"/Users?cursor={cursor}&count=1")).Expect(400, "invalidCursor");
        var forged = (await other.GetAsync("/Users?cursor=nonsense&count=1")).Expect(400, "invalidCursor");
        Assert.Equal(forged.Detail, foreign.Detail);
        (await acme.SendAsync("GET", $"/Users?cursor={cursor}&count=1", null, new Dictionary<string, string> { ["Authorization"] = "" })).Expect(401);
        (await app.AdminAsync("PATCH", "/integrations/acme", new JsonObject { ["enabled"] = false })).Expect(200);
        (await acme.GetAsync($"/Users?cursor={cursor}&count=1")).Expect(401);
    }

    [Fact]
    [Trait("req", "C-017")]
    public async Task An_expired_cursor_is_told_apart_from_a_bad_one()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        await client.UserAsync("a");
        await client.UserAsync("b");
        var cursor = (await client.GetAsync("/Users?cursor&count=1")).NextCursor;

        app.Clock.Advance(TimeSpan.FromSeconds(3600));
        (await client.GetAsync($"/Users?cursor={cursor}&count=1")).Expect(200);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("3600 seconds", (await client.GetAsync($"/Users?cursor={cursor}&count=1")).Expect(400, "expiredCursor").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_too_long_for_a_cursor_are_walked_over_all_the_same()
    {
        await using var app = await RollcallApp.StartAsync();
        var client = await app.IntegrationAsync();
        var common = new string('x', 60_000);
        List<string> ids = [];
        foreach (var end in (string[])["a", "b", "c", "d"])
            ids.Add((await client.PostUserAsync(end, new JsonObject { ["title"] = common + end })).Expect(201).Id!);

        List<string> seen = [], cursors = [];
        for (var next = ""; ;)
        {
            var page = (await client.GetAsync($"/Users?cursor={next}&count=1&sortBy=title&attributes=id")).Expect(200);
            seen.AddRange(page.Ids());
            if (page.NextCursor is null)
                break;
            cursors.Add(next = page.NextCursor);
        }
        Assert.Equal(ids, seen);
        Assert.All(cursors, cursor => Assert.InRange(cursor.Length, 50, 300));

        // By index too, where the place is not remembered but counted.
        Assert.Equal(ids[1..3], (await client.GetAsync("/Users?startIndex=2&count=2&sortBy=title&attributes=id")).Ids());
        // A walk that can't be continued says so, rather than to leave anybody out.
        (await client.PatchAsync($"/Users/{ids[1]}", """[{"op":"replace","path":"title","value":"short"}]""")).Expect(200);
        (await client.GetAsync($"/Users?cursor={cursors[1]}&count=1&sortBy=title&attributes=id")).Expect(400, "expiredCursor");
        (await client.DeleteAsync($"/Users/{ids[0]}")).Expect(204);
        (await client.GetAsync($"/Users?cursor={cursors[0]}&count=1&sortBy=title&attributes=id")).Expect(400, "expiredCursor");
        Assert.Equal([ids[3]], (await client.GetAsync($"/Users?cursor={cursors[2]}&count=1&sortBy=title&attributes=id")).Expect(200).Ids());
    }
}
