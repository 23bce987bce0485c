using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Rollcall.Scim.Filters;

/// <summary>
/// The operand of a comparison, already made comparable by <see cref="ComparisonKey"/>. There is no null: <c>eq null</c>
/// and <c>ne null</c> are read as <see cref="Filter.Present"/> and its negation.
/// </summary>
public abstract record FilterValue
{
    private FilterValue()
    {
    }

    /// <summary>The operand for a string, reference, time or binary value.</summary>
    /// <param name="Original">The text as the client wrote it, for values made from a filter and for messages.</param>
    /// <param name="Key">The key to compare with keys of the comparison document, code point by code point.</param>
    public sealed record Text(string Original, string Key) : FilterValue;

    /// <summary>The operand for a boolean.</summary>
    /// <param name="Value">The value.</param>
    public sealed record Boolean(bool Value) : FilterValue;

    /// <summary>The operand for an integer or decimal.</summary>
    /// <param name="Value">The key of <see cref="ComparisonKey.Number"/>: exact for whole numbers in the range of long.</param>
    public sealed record Number(decimal Value) : FilterValue;

    /// <summary>The value as JSON, text as the client wrote it; a new node with each call.</summary>
    public JsonValue ToJson() => this switch
    {
        Text text => JsonValue.Create(text.Original),
        Boolean boolean => JsonValue.Create(boolean.Value),
        Number number => JsonValue.Create(number.Value),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The value as a filter writes it (RFC 7644 Figure 1).</summary>
    public sealed override string ToString() => this switch
    {
        Text text => Quote(text.Original),
        Boolean boolean => boolean.Value ? "true" : "false",
        Number number => number.Value.ToString(CultureInfo.InvariantCulture),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (var c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\').Append(c);
            else if (c < ' ')
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }
}
