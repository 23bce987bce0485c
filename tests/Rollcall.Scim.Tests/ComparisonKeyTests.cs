using CsCheck;
using Rollcall.Scim.Schemas;
using Xunit;

namespace Rollcall.Scim.Tests;

public sealed class ComparisonKeyTests
{
    private static readonly ScimAttribute Folded = new() { Name = "a" };
    private static readonly ScimAttribute Exact = new() { Name = "a", CaseExact = true };
    private static readonly ScimAttribute Reference = new() { Name = "a", Type = AttributeType.Reference };

    [Fact]
    public void Text_is_folded_or_composed_or_left_alone()
    {
        Assert.Equal("\u00E4b", ComparisonKey.Text(Folded, "A\u0308B"));
        Assert.Equal("\u00C4B", ComparisonKey.Text(Exact, "A\u0308B"));
        Assert.Equal("A\u0308B", ComparisonKey.Text(Reference, "A\u0308B"));
    }

    [Fact]
    public void Text_that_no_database_can_hold_is_replaced()
    {
        foreach (var attribute in new[] { Folded, Exact, Reference })
        {
            Assert.Equal("a\uFFFDb", ComparisonKey.Text(attribute, "a\0b"));
            Assert.Equal("a\uFFFDb", ComparisonKey.Text(attribute, "a\uD800b"));
            Assert.Equal("\uFFFD\u00E4", ComparisonKey.Text(attribute, "\uDC00\u00E4"));
            Assert.Equal("\U0001F600", ComparisonKey.Text(attribute, "\U0001F600"));
        }
    }

    [Theory]
    [InlineData("AQI=", "AQI")]
    [InlineData("AQI", "AQI")]
    [InlineData("AQID", "AQID")]
    [InlineData("AQ\nID", "AQID")]
    [InlineData("AQ==", "AQ")]
    [InlineData("AR==", "AQ")]
    [InlineData("", "")]
    [InlineData("A", null)]
    [InlineData("A-_B", null)]
    [InlineData("$", null)]
    public void S012_binary(string text, string? key) => Assert.Equal(key, ComparisonKey.Binary(text));

    [Theory]
    [InlineData("5", "5")]
    [InlineData("5.0", "5")]
    [InlineData("5e0", "5")]
    [InlineData("-0", "0")]
    [InlineData("0.1", "0.1")]
    [InlineData("0.10", "0.1")]
    [InlineData("1e-1", "0.1")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("-9223372036854775808", "-9223372036854775808")]
    [InlineData("9223372036854775808", "9223372036854780000")]
    [InlineData("0.30000000000000004", "0.3")]
    [InlineData("1e28", "10000000000000000000000000000")]
    [InlineData("7.9e28", "10000000000000000000000000000")]
    [InlineData("1e300", "10000000000000000000000000000")]
    [InlineData("-1e300", "-10000000000000000000000000000")]
    [InlineData("1e-300", "0")]
    public void Number(string json, string key) =>
        Assert.Equal(key, ComparisonKey.Number(json).ToString(System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void Numbers_keep_their_order_as_doubles() => Gen.Select(Gen.Double[-1e6, 1e6], Gen.Double[-1e6, 1e6]).Sample((left, right) =>
    {
        var (a, b) = (ComparisonKey.Number(left.ToString("R")), ComparisonKey.Number(right.ToString("R")));
        Assert.Equal(a.CompareTo(b), ((double)a).CompareTo((double)b));
        Assert.Equal(a, ComparisonKey.Number(a.ToString()));
    }, iter: 5_000);

    [Fact]
    public void Times_are_ordered_as_text() => Gen.Select(Gen.DateTimeOffset, Gen.DateTimeOffset).Sample((left, right) =>
    {
        Assert.Equal(Math.Sign(left.CompareTo(right)), Math.Sign(string.CompareOrdinal(ComparisonKey.Time(left), ComparisonKey.Time(right))));
        Assert.Equal(ComparisonKey.Time(left), ComparisonKey.Time(ComparisonKey.Time(left), strict: true));
    }, iter: 2_000);
}
