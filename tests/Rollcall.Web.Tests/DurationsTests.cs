using Rollcall.Web.Settings;

namespace Rollcall.Web.Tests;

public class DurationsTests
{
    [Theory]
    [InlineData("5 s", 5_000)]
    [InlineData("5s", 5_000)]
    [InlineData(" 5  s ", 5_000)]
    [InlineData("00:00:05", 5_000)]
    [InlineData("0", 0)]
    [InlineData("0 s", 0)]
    [InlineData("250ms", 250)]
    [InlineData("1.5 s", 1_500)]
    [InlineData("2 min", 120_000)]
    [InlineData("2m", 120_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("1.00:00:00", 86_400_000)]
    [InlineData("7 d", 604_800_000)]
    public void TryParse_Understands(string text, long milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5 s")]
    [InlineData("-00:00:05")]
    [InlineData("5 S")]
    [InlineData("5 seconds")]
    [InlineData("1,5 s")]
    [InlineData("1 h 5 s")]
    [InlineData("00:99:00")]
    [InlineData("10001 d")]
    [InlineData("79228162514264337593543950335 d")]
    [InlineData("99999999999999999999999999999999 d")]
    public void TryParse_RefusesAnythingElse(string? text) => Assert.False(Durations.TryParse(text, out _));
}
