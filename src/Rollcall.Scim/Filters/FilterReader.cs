using System.Globalization;
using System.Text;

namespace Rollcall.Scim.Filters;

/// <summary>
/// The words of a filter or path, read from left to right. White space between words is skipped: Figure 1 of RFC 7644
/// wants exactly one blank, but more, or none beside a bracket or quote, can't be misread.
/// </summary>
internal sealed class FilterReader(string text, int position = 0)
{
    private const string Delimiters = " \t\r\n()[]\"";

    /// <summary>Where the next character stands, from 0.</summary>
    public int Position { get; private set; } = position;

    public bool AtEnd => Position >= text.Length;

    /// <summary>A fault at a position; the message counts characters from 1.</summary>
    public static ScimException Fault(int position, string detail) =>
        ScimException.InvalidFilter(string.Create(CultureInfo.InvariantCulture, $"Character {position + 1}: {detail}"));

    /// <summary>Input for a message: quoted, and cut where it is long.</summary>
    public static string Echo(string input) => $"\"{Faults.Short(input)}\"";

    public void SkipSpace()
    {
        while (!AtEnd && text[Position] is ' ' or '\t' or '\r' or '\n')
            Position++;
    }

    /// <summary>Takes that character if it is the very next one.</summary>
    public bool TryTake(char c)
    {
        if (AtEnd || text[Position] != c)
            return false;
        Position++;
        return true;
    }

    /// <summary>Takes everything up to white space, a parenthesis, a bracket or a double quote; may be empty.</summary>
    public string TakeWord()
    {
        var start = Position;
        while (!AtEnd && !Delimiters.Contains(text[Position], StringComparison.Ordinal))
            Position++;
        return text[start..Position];
    }

    /// <summary>Takes a word if it is the next one, in any case (RFC 7644 §3.4.2.2); the white space before it too.</summary>
    public bool TryTakeWord(string word)
    {
        var start = Position;
        SkipSpace();
        if (TakeWord().Equals(word, StringComparison.OrdinalIgnoreCase))
            return true;
        Position = start;
        return false;
    }

    /// <summary>Takes a JSON string or a bare word.</summary>
    public Literal TakeLiteral()
    {
        SkipSpace();
        var start = Position;
        if (TryTake('"'))
            return new Literal(LiteralKind.Text, TakeString(start), start);
        var word = TakeWord();
        return word switch
        {
            "" => throw Fault(start, "a value is missing. Write text in double quotes, or a number, true, false or null."),
            ['\'', ..] => throw Fault(start, "text stands in double quotes, not in single ones."),
            "null" => new Literal(LiteralKind.Null, word, start),
            "true" or "false" => new Literal(LiteralKind.Boolean, word, start),
            _ => new Literal(Literal.IsNumber(word) ? LiteralKind.Number : LiteralKind.Word, word, start),
        };
    }

    /// <summary>The rest of a JSON string (RFC 8259 §7), after its first quote.</summary>
    private string TakeString(int start)
    {
        var value = new StringBuilder();
        while (true)
        {
            if (AtEnd)
                throw Fault(start, "the text that begins here has no closing quote.");
            var c = text[Position++];
            if (c == '"')
                break;
            if (c < ' ')
                throw Fault(Position - 1, "a control character in a text must be written as an escape such as \\n.");
            value.Append(c == '\\' ? TakeEscape() : c);
        }
        var result = value.ToString();
        // An unpaired surrogate is no character: no database can hold it, so nothing could equal it.
        if (!ScimText.IsWellFormed(result))
            throw Fault(start, "the text holds half of a surrogate pair.");
        return result;
    }

    private char TakeEscape()
    {
        var start = Position - 1;
        switch (AtEnd ? '\0' : text[Position++])
        {
            case '"': return '"';
            case '\\': return '\\';
            case '/': return '/';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when Position + 4 <= text.Length
                && ushort.TryParse(text.AsSpan(Position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                Position += 4;
                return (char)code;
            default:
                throw Fault(start, "not an escape of JSON. Write a backslash as \\\\.");
        }
    }
}
