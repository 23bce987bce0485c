using System.Net;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Rollcall.Web.Tests;

public sealed class TokenBucketsTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Allowance_IsABurst_ThenOneAnInterval()
    {
        var buckets = new TokenBuckets<string>(_clock);
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal(TimeSpan.Zero, buckets.Take("a", 3, Second)));
        Assert.Equal(Second, buckets.Take("a", 3, Second));
        Assert.Equal(TimeSpan.Zero, buckets.Take("b", 3, Second));

        _clock.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(TimeSpan.FromMilliseconds(600), buckets.Take("a", 3, Second));
        _clock.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal(TimeSpan.Zero, buckets.Take("a", 3, Second));
        Assert.Equal(Second, buckets.Take("a", 3, Second));

        _clock.Advance(TimeSpan.FromDays(1));
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Equal(TimeSpan.Zero, buckets.Take("a", 3, Second)));
        Assert.NotEqual(TimeSpan.Zero, buckets.Take("a", 3, Second));
    }

    [Fact]
    public void WhoseAllowanceIsWhole_IsForgotten()
    {
        var buckets = new TokenBuckets<int>(_clock, capacity: 100);
        for (var i = 0; i < 1000; i++)
        {
            buckets.Take(i, 5, Second);
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            Assert.InRange(buckets.Count, 1, 100);
        }
    }

    [Fact]
    public void TooManyPartiesAtOnce_BeginAnew_RatherThanFillMemory()
    {
        var buckets = new TokenBuckets<int>(_clock, capacity: 100);
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(TimeSpan.Zero, buckets.Take(i, 1, Second));
            Assert.InRange(buckets.Count, 1, 100);
        }
    }

    [Fact]
    public async Task ManyAtOnce_TakeNoMoreThanThereIs()
    {
        var buckets = new TokenBuckets<string>(_clock);
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 100).Count(_ => buckets.Take("a", 50, Second) == TimeSpan.Zero))));
        Assert.Equal(50, taken.Sum());
    }

    [Fact]
    public void Allowance_IsThatOfABucketWithTokens() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 20].Array[1, 60]).Sample((burst, waits) =>
        {
            var clock = new FakeTimeProvider();
            var buckets = new TokenBuckets<string>(clock);
            // The simpler thing: tokens in tenths, of which ten are one, filled up a tenth each tenth of a second.
            var tenths = burst * 10;
            foreach (var wait in waits)
            {
                var isTaken = buckets.Take("a", burst, Second) == TimeSpan.Zero;
                Assert.Equal(tenths >= 10, isTaken);
                tenths -= isTaken ? 10 : 0;
                clock.Advance(TimeSpan.FromMilliseconds(wait * 100));
                tenths = Math.Min(burst * 10, tenths + wait);
            }
        });

    [Theory]
    [InlineData("203.0.113.1", "203.0.113.1", true)]
    [InlineData("203.0.113.1", "203.0.113.2", false)]
    [InlineData("203.0.113.1", "::ffff:203.0.113.1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::7", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [Trait("req", "S-351")]
    public void FailedAttempts_AreCountedByAddress_OrByTheNetworkOfOneSubscriber(string first, string second, bool isSame)
    {
        var failures = new FailedAttempts(_clock);
        for (var i = 0; i < FailedAttempts.Burst; i++)
            Assert.Equal(TimeSpan.Zero, failures.OfAddress(IPAddress.Parse(first)));
        Assert.NotEqual(TimeSpan.Zero, failures.OfAddress(IPAddress.Parse(first)));
        Assert.Equal(isSame, failures.OfAddress(IPAddress.Parse(second)) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, failures.OfClient(first));
    }
}
