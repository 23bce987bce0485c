using System.Xml;
using System.Xml.Linq;

namespace Rollcall.IdentityIq.Xml;

/// <summary>
/// Reads XML that anybody may have written: no DOCTYPE is looked at, nothing is fetched, no entity is expanded; size and depth are
/// limited before a tree is made.
/// </summary>
internal static class XmlInput
{
    /// <summary>The longest document, in characters.</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    /// <summary>How deep elements may nest.</summary>
    public const int MaxDepth = 64;

    private static readonly XmlReaderSettings Settings = new()
    {
        // IdentityIQ's own exports begin with a DOCTYPE: it is passed over, never refused, never followed.
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        MaxCharactersInDocument = MaxLength,
        MaxCharactersFromEntities = 1024,
    };

    /// <summary>The root of a document, with line numbers and all white space.</summary>
    /// <exception cref="ApplicationFormatException">It is too long, too deep, or not well-formed.</exception>
    public static XElement Root(string text)
    {
        if (text.Length > MaxLength)
            throw new ApplicationFormatException($"The document has {text.Length} characters; at most {MaxLength} are read.");
        text = WithoutDeclaration(text);
        CheckForm(text);
        using var reader = XmlReader.Create(new StringReader(text), Settings);
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace | LoadOptions.SetLineInfo).Root!;
    }

    /// <summary>An element that was kept verbatim.</summary>
    /// <exception cref="ApplicationFormatException">It is no XML any more.</exception>
    public static XElement Element(string text)
    {
        try
        {
            var root = Root(text);
            root.Remove();
            return root;
        }
        catch (ApplicationFormatException fault)
        {
            throw new ApplicationFormatException($"A part that was kept as XML can't be written. {fault.Message}");
        }
    }

    // Pasted text often has a line break or a mark before its declaration, which XML forbids. It only tells the encoding of bytes: blanks take
    // its place, so that lines and positions stay.
    private static string WithoutDeclaration(string text)
    {
        var start = text.AsSpan().IndexOfAnyExcept(" \t\r\n\uFEFF");
        if (start < 0 || !text.AsSpan(start).StartsWith("<?xml ", StringComparison.Ordinal) || text.IndexOf("?>", start, StringComparison.Ordinal) is not (>= 0 and var end))
            return start > 0 ? text.Replace('\uFEFF', ' ') : text;
        var blanks = text[..(end + 2)].Select(c => c is '\r' or '\n' ? c : ' ');
        return string.Concat(blanks) + text[(end + 2)..];
    }

    private static void CheckForm(string text)
    {
        var open = new Stack<string>();
        using var reader = XmlReader.Create(new StringReader(text), Settings);
        try
        {
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.EndElement)
                    open.Pop();
                if (reader.NodeType != XmlNodeType.Element)
                    continue;
                if (reader.Depth >= MaxDepth)
                    throw Fault(reader, open, $"Elements nest deeper than {MaxDepth}.");
                if (!reader.IsEmptyElement)
                    open.Push(ApplicationFormatException.Short(reader.Name));
            }
        }
        catch (XmlException broken)
        {
            var element = open.TryPeek(out var name) ? $"<{name}>" : null;
            throw new ApplicationFormatException($"The XML is not well-formed: {Reason(broken)}", Math.Max(1, broken.LineNumber), Math.Max(1, broken.LinePosition), element);
        }
    }

    private static ApplicationFormatException Fault(XmlReader reader, Stack<string> open, string what)
    {
        var place = (IXmlLineInfo)reader;
        return new ApplicationFormatException(what, place.LineNumber, place.LinePosition, open.TryPeek(out var name) ? $"<{name}>" : null);
    }

    // The reader's own text, without the place, which is told before it.
    private static string Reason(XmlException broken)
    {
        var place = $" Line {broken.LineNumber}, position {broken.LinePosition}.";
        return ApplicationFormatException.Short(broken.Message.EndsWith(place, StringComparison.Ordinal) ? broken.Message[..^place.Length] : broken.Message, 300);
    }
}
