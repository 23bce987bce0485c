using Rollcall.Web.Settings;

namespace Rollcall.Web.Tests;

public class TimesTests
{
    private static readonly DateTimeOffset Now = new(2027, 6, 30, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2027-06-30", "2027-06-30T00:00:00Z")]
    [InlineData("2027-06-30T18:00Z", "2027-06-30T18:00:00Z")]
    [InlineData("2027-06-30T18:00:00+02:00", "2027-06-30T16:00:00Z")]
    [InlineData("2027-06-30T18:00:00.25", "2027-06-30T18:00:00.25Z")]
    [InlineData("1h", "2027-06-30T11:00:00Z")]
    [InlineData("2d", "2027-06-28T12:00:00Z")]
    [InlineData("0", "2027-06-30T12:00:00Z")]
    public void TryParsePast_Understands(string text, string expected)
    {
        Assert.True(Times.TryParsePast(text, Now, out var time));
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("30.06.2027")]
    [InlineData("5")]
    [InlineData("-1h")]
    public void TryParsePast_Refuses(string text) => Assert.False(Times.TryParsePast(text, Now, out _));
}
