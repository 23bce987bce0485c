using System.Globalization;

namespace Rollcall.Bench.Results;

/// <summary>What was measured in each round.</summary>
internal sealed record Series(IReadOnlyList<double> Values)
{
    public double Median => Percentile(0.5);

    public double Least => Values.Min();

    public double Most => Values.Max();

    /// <summary>The value that so much of the others are not above, 0 to 1.</summary>
    public double Percentile(double share)
    {
        var sorted = Values.Order().ToArray();
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (place - below));
    }

    /// <summary>Median and range, such as <c>0.58 (0.55 to 0.61)</c>.</summary>
    public string Show(string format = "0.00") => string.Create(CultureInfo.InvariantCulture,
        $"{Median.ToString(format, CultureInfo.InvariantCulture)} ({Least.ToString(format, CultureInfo.InvariantCulture)} to {Most.ToString(format, CultureInfo.InvariantCulture)})");
}
