namespace Rollcall.Data;

/// <summary>
/// The few words in which databases differ. Everything else in the stores is one SQL text for all of them: positional
/// parameters are written <c>$1</c>, <c>$2</c>, …; times are whole microseconds since 1970 in UTC.
/// </summary>
public sealed record Dialect
{
    /// <summary>Appended to a SELECT that locks its rows until the transaction ends; empty where there is one writer.</summary>
    public required string ForUpdate { get; init; }

    /// <summary>The words that migration scripts write as <c>$(name)</c>: column types and table options.</summary>
    public required IReadOnlyDictionary<string, string> Words { get; init; }

    /// <summary>
    /// A sub-select of the texts in a JSON array that is passed as one parameter: <c>IdSet("$2")</c>. One parameter
    /// whatever the number of ids, so the statement is prepared once.
    /// </summary>
    public required Func<string, string> TextSet { get; init; }

    /// <summary>As <see cref="TextSet"/>, of whole numbers.</summary>
    public required Func<string, string> NumberSet { get; init; }

    /// <summary>The value at a path in a JSON column, as the database compares it: <c>JsonValue("u.search", ["name", "givenName"])</c>.</summary>
    public required Func<string, IReadOnlyList<string>, string> JsonValue { get; init; }

    /// <summary>The elements of a JSON array at a path as a table expression with one column <c>value</c>, to be given an alias.</summary>
    public required Func<string, IReadOnlyList<string>, string> JsonElements { get; init; }

    /// <summary>Whether a text contains another, byte by byte: <c>Contains(text, part)</c>.</summary>
    public required Func<string, string, string> Contains { get; init; }

    /// <summary>
    /// A part of a parameter of bytes as text in UTF-8: <c>TextPart("$2", start, length)</c>, the start counted from 0. Long
    /// texts of many rows are passed as one parameter so, without being taken apart and put together as JSON.
    /// </summary>
    public required Func<string, string, string, string> TextPart { get; init; }
}
