using System.Globalization;

namespace Rollcall.Bench.Results;

/// <summary>
/// Two rates that are measured in turns, so that whatever else the machine does meets both. Absolute numbers differ
/// from machine to machine and from minute to minute; the ratio says something.
/// </summary>
internal sealed record Ratio(Series Numerator, Series Denominator, Series Quotient)
{
    /// <summary>Measures both.</summary>
    /// <param name="options">How often and how long.</param>
    /// <param name="numerator">Runs for a time; answers how many a second.</param>
    /// <param name="denominator">Likewise.</param>
    public static Ratio Measure(BenchOptions options, Func<TimeSpan, double> numerator, Func<TimeSpan, double> denominator)
    {
        numerator(options.WarmUp);
        denominator(options.WarmUp);
        var pairs = new List<(double Numerator, double Denominator)>();
        for (var round = 0; round < options.Rounds; round++)
            pairs.Add((numerator(options.Turn), denominator(options.Turn)));
        return new Ratio(
            new Series([.. pairs.Select(pair => pair.Numerator)]),
            new Series([.. pairs.Select(pair => pair.Denominator)]),
            new Series([.. pairs.Select(pair => pair.Numerator / pair.Denominator)]));
    }

    /// <summary>The outcome of a figure that should be this or more.</summary>
    public Outcome AtLeast(double bar, string more = "") => new(
        string.Create(CultureInfo.InvariantCulture, $"{Quotient.Show()}; {Numerator.Median:N0} over {Denominator.Median:N0} a second{more}"),
        Quotient.Median >= bar,
        new Dictionary<string, Series> { ["ratio"] = Quotient, ["perSecond"] = Numerator, ["comparedPerSecond"] = Denominator });
}
