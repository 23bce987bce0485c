using System.Globalization;
using System.Text;

namespace Rollcall.Testing.Histories;

/// <summary>A history that no correct store can have.</summary>
public sealed class Violation
{
    /// <summary>The most operations that are shown.</summary>
    public const int MaxWitnesses = 20;

    internal Violation(string rule, string what, IEnumerable<Operation?> witnesses)
    {
        Rule = rule;
        What = what;
        Witnesses = [.. witnesses.OfType<Operation>().Distinct().Take(MaxWitnesses).OrderBy(operation => operation.Start)];
    }

    /// <summary>Which rule is broken.</summary>
    public string Rule { get; }

    /// <summary>How it is broken.</summary>
    public string What { get; }

    /// <summary>The operations that show it, by their start; a small part of the history.</summary>
    public IReadOnlyList<Operation> Witnesses { get; }

    /// <summary>The violation for a person: what is wrong, then the operations with their times in microseconds.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Rule}: {What}");
        var zero = Witnesses.Count == 0 ? 0 : Witnesses[0].Start;
        foreach (var operation in Witnesses)
        {
            var end = operation.End == long.MaxValue ? "…" : Microseconds(operation.End - zero);
            text.AppendLine(CultureInfo.InvariantCulture, $"  [{Microseconds(operation.Start - zero),9} {end,9}] {operation}");
        }
        return text.ToString();
    }

    private static string Microseconds(long ticks) =>
        (ticks * 1_000_000 / System.Diagnostics.Stopwatch.Frequency).ToString(CultureInfo.InvariantCulture);
}

/// <summary>Ends the check: a violation was found.</summary>
/// <param name="violation">The violation.</param>
public sealed class ViolationException(Violation violation) : Exception(violation.What)
{
    /// <summary>The violation.</summary>
    public Violation Violation { get; } = violation;
}
