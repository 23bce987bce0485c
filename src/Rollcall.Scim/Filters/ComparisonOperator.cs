namespace Rollcall.Scim.Filters;

/// <summary>The operators that compare an attribute with a value (RFC 7644 Table 3; <c>pr</c> is <see cref="Filter.Present"/>).</summary>
public enum ComparisonOperator
{
    /// <summary><c>eq</c>: the values are equal.</summary>
    Equal,
    /// <summary><c>ne</c>: the values differ.</summary>
    NotEqual,
    /// <summary><c>co</c>: the operand is a part of the text.</summary>
    Contains,
    /// <summary><c>sw</c>: the text starts with the operand.</summary>
    StartsWith,
    /// <summary><c>ew</c>: the text ends with the operand.</summary>
    EndsWith,
    /// <summary><c>gt</c>: the value is greater, or later, than the operand.</summary>
    GreaterThan,
    /// <summary><c>ge</c>: the value is greater than the operand or equal to it.</summary>
    GreaterOrEqual,
    /// <summary><c>lt</c>: the value is less, or earlier, than the operand.</summary>
    LessThan,
    /// <summary><c>le</c>: the value is less than the operand or equal to it.</summary>
    LessOrEqual,
}

/// <summary>The words of the operators.</summary>
internal static class ComparisonOperators
{
    private static readonly string[] Words = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];

    public static string Word(this ComparisonOperator comparison) => Words[(int)comparison];

    /// <summary>The operator of that word in any case (RFC 7644 §3.4.2.2), or null.</summary>
    public static ComparisonOperator? Find(string word)
    {
        var index = Array.FindIndex(Words, known => known.Equals(word, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : (ComparisonOperator)index;
    }

    /// <summary>co, sw or ew.</summary>
    public static bool IsSubstring(this ComparisonOperator comparison) =>
        comparison is ComparisonOperator.Contains or ComparisonOperator.StartsWith or ComparisonOperator.EndsWith;
}
