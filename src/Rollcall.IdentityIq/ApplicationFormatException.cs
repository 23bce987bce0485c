namespace Rollcall.IdentityIq;

/// <summary>
/// A document that can't be read, or a definition that can't be written: the one exception of this library. The message is for a
/// person: where it is wrong, what is wrong, what would be right. It echoes at most 100 characters of the document, and no secret.
/// </summary>
public sealed class ApplicationFormatException : Exception
{
    private const int LongestEcho = 100;

    /// <summary>Makes one.</summary>
    /// <param name="what">What is wrong and what to do, as a sentence.</param>
    /// <param name="line">The line, from 1; null if the place is not known by line.</param>
    /// <param name="position">The position in the line, from 1.</param>
    /// <param name="element">The XML element, such as <c>&lt;Schema&gt;</c>, or the JSON member, such as <c>source.name</c>.</param>
    public ApplicationFormatException(string what, int? line = null, int? position = null, string? element = null)
        : base(Place(line, position, element) + what)
    {
        (Line, Position, Element) = (line, position, element);
    }

    /// <summary>The line, from 1; null where the document is JSON, or wrong as a whole.</summary>
    public int? Line { get; }

    /// <summary>The position in the line, from 1.</summary>
    public int? Position { get; }

    /// <summary>The XML element or JSON member that is wrong; null where the document is wrong as a whole.</summary>
    public string? Element { get; }

    /// <summary>Text of the document as a message may show it: quoted, short, on one line.</summary>
    internal static string Echo(string text) => $"\"{Short(text)}\"";

    /// <summary>Text of the document as a message may show it: short, on one line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">How many characters of it at most.</param>
    internal static string Short(string text, int most = LongestEcho)
    {
        var line = string.Concat(text.Take(most).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c));
        return text.Length > most ? $"{line}…" : line;
    }

    private static string Place(int? line, int? position, string? element) => (line, element) switch
    {
        (null, null) => "",
        (null, _) => $"{element}: ",
        (_, null) => $"Line {line}, position {position}: ",
        _ => $"Line {line}, position {position}, {element}: ",
    };
}
