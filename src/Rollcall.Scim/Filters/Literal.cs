using System.Text.RegularExpressions;

namespace Rollcall.Scim.Filters;

/// <summary>What an operand looks like before it is bound to its attribute's type.</summary>
internal enum LiteralKind
{
    /// <summary>A JSON string.</summary>
    Text,
    /// <summary>true or false.</summary>
    Boolean,
    /// <summary>A JSON number.</summary>
    Number,
    /// <summary>null.</summary>
    Null,
    /// <summary>Anything else without quotes.</summary>
    Word,
}

/// <summary>An operand as it was written.</summary>
/// <param name="Kind">What it looks like.</param>
/// <param name="Text">The content of a string without its quotes and escapes, else the word.</param>
/// <param name="Position">Where it begins, from 0.</param>
internal readonly partial record struct Literal(LiteralKind Kind, string Text, int Position)
{
    public static bool IsNumber(string word) => JsonNumber().IsMatch(word);

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z")]
    private static partial Regex JsonNumber();
}
