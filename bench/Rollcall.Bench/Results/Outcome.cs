namespace Rollcall.Bench.Results;

/// <summary>What came out of a figure.</summary>
/// <param name="Measured">For the table.</param>
/// <param name="IsMet">Whether the bar is reached.</param>
/// <param name="Values">Every series, for the JSON file.</param>
internal sealed record Outcome(string Measured, bool IsMet, IReadOnlyDictionary<string, Series> Values);
