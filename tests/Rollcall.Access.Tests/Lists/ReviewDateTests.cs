using Rollcall.Access.Lists;

namespace Rollcall.Access.Tests.Lists;

/// <summary>When a list is reviewed next.</summary>
public sealed class ReviewDateTests
{
    public static IEnumerable<ITheoryDataRow> Cases => Rows.Of<ReviewRow>("review-dates.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Next_review_is_so_many_months_later_on_the_day(ReviewRow row) =>
        Assert.Equal(DateTimeOffset.Parse(row.Next, null), new ListAudit { Frequency = row.Frequency, DayOfMonth = row.Day }.NextAfter(DateTimeOffset.Parse(row.After, null)));
}

/// <summary>A review and the one after it.</summary>
public sealed record ReviewRow : Row
{
    /// <summary>Months.</summary>
    public int Frequency { get; set; }

    /// <summary>1, 15 or 31.</summary>
    public int Day { get; set; }

    public string After { get; set; } = "";

    public string Next { get; set; } = "";
}
