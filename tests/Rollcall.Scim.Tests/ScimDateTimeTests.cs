using Rollcall.Testing;
using Xunit;

namespace Rollcall.Scim.Tests;

/// <summary>The table Data/times.json.</summary>
public sealed class ScimDateTimeTests
{
    private static readonly IReadOnlyDictionary<string, Row> Rows = Cases.Rows<Row>("times.json");

    public static TheoryData<string> Ids => [.. Rows.Keys];

    [Theory, MemberData(nameof(Ids))]
    public void Time_is_read_as(string id)
    {
        var row = Rows[id];

        Assert.Equal((row.Strict, row.Lenient), (ComparisonKey.Time(row.Text, strict: true), ComparisonKey.Time(row.Text, strict: false)));
    }

    private sealed record Row(string Id, string Text, string? Strict, string? Lenient);
}
