using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Rollcall.Access.Apply;

/// <summary>A file of documents.</summary>
/// <param name="Name">What the caller calls it, for messages.</param>
/// <param name="Text">What it holds: YAML documents, or JSON, which is YAML as well.</param>
internal sealed record ApplyFile(string Name, string Text);

/// <summary>
/// Takes a text apart into documents, one at a time. Documents follow each other as in YAML, or are the elements of a list, as
/// in JSON. Anchors and aliases are understood; what an alias stands for counts anew each time, so that a few lines can't
/// stand for millions of values.
/// </summary>
/// <param name="file">The name of the file that the text is part of, for messages.</param>
/// <param name="text">The text.</param>
/// <param name="firstLine">Where in the file it begins, from 1.</param>
/// <param name="errors">Takes the error of a text that is not YAML.</param>
internal sealed class YamlReader(string file, string text, int firstLine, DocumentErrors errors)
{
    /// <summary>How deep values may be nested.</summary>
    public const int MaxDepth = 32;

    /// <summary>How many values a document may have, each alias counted as all that it stands for.</summary>
    public const int MaxValues = 200_000;

    private readonly Dictionary<AnchorName, (DocumentNode Node, int Values)> _anchors = [];
    private Parser _parser = null!;
    private int _values;

    /// <summary>Shows each document that is not empty.</summary>
    /// <returns>Whether it could be read to its end; if not, that is noted with the place.</returns>
    public bool Read(Action<DocumentNode> show)
    {
        // The parser takes it for the end and would leave out what follows.
        if (text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var at)
            return Fail(text.AsSpan(0, at).Count('\n') + 1, at - text.LastIndexOf('\n', at), "This is no text: it holds a NUL character. Give YAML or JSON in UTF-8.");
        try
        {
            using var reader = new StringReader(text);
            _parser = new Parser(reader);
            _parser.Consume<StreamStart>();
            while (!_parser.TryConsume<StreamEnd>(out _))
            {
                _parser.Consume<DocumentStart>();
                _anchors.Clear();
                if (_parser.TryConsume<SequenceStart>(out _))
                {
                    while (!_parser.TryConsume<SequenceEnd>(out _))
                        ShowNext(depth: 1);
                }
                else
                {
                    ShowNext(depth: 0);
                }
                _parser.Consume<DocumentEnd>();
            }
            return true;
        }
        catch (YamlException exception)
        {
            return Fail((int)exception.Start.Line, (int)exception.Start.Column, $"This can't be read as YAML: {exception.Message.TrimEnd('.')}.");
        }

        void ShowNext(int depth)
        {
            _values = 0;
            var node = ReadNode(depth);
            if (node is not DocumentNode.Scalar { IsNull: true })
                show(node);
        }
    }

    private DocumentNode ReadNode(int depth)
    {
        var from = _values;
        var start = Peek();
        if (start is AnchorAlias)
            return ReadAlias();
        Count(start, 1);
        if (depth > MaxDepth)
            throw new SemanticErrorException(start.Start, start.End, $"Values are nested more than {MaxDepth} deep");
        if (start is not NodeEvent node)
            throw new SemanticErrorException(start.Start, start.End, "A value is missing");
        CheckTag(node);
        var (line, column) = ((int)start.Start.Line + firstLine - 1, (int)start.Start.Column);
        DocumentNode result = start switch
        {
            Scalar => ReadScalar(line, column),
            SequenceStart => ReadSequence(line, column, depth),
            _ => ReadMapping(line, column, depth),
        };
        if (!node.Anchor.IsEmpty)
            _anchors[node.Anchor] = (result, _values - from);
        return result;
    }

    private ParsingEvent Peek()
    {
        _parser.Accept<ParsingEvent>(out var next);
        return next!;
    }

    private DocumentNode.Scalar ReadScalar(int line, int column)
    {
        var scalar = _parser.Consume<Scalar>();
        return new DocumentNode.Scalar(scalar.Value, scalar.Style == ScalarStyle.Plain, line, column);
    }

    private DocumentNode.Sequence ReadSequence(int line, int column, int depth)
    {
        var items = new List<DocumentNode>();
        _parser.Consume<SequenceStart>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadNode(depth + 1));
        return new DocumentNode.Sequence(items, line, column);
    }

    private DocumentNode.Mapping ReadMapping(int line, int column, int depth)
    {
        var entries = new List<(DocumentNode.Scalar, DocumentNode)>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        _parser.Consume<MappingStart>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var next = Peek();
            if (ReadNode(depth + 1) is not DocumentNode.Scalar key)
                throw new SemanticErrorException(next.Start, next.End, "A key is not a text");
            if (!keys.Add(key.Text))
                throw new SemanticErrorException(next.Start, next.End, "A key stands there twice. Leave one out");
            entries.Add((key, ReadNode(depth + 1)));
        }
        return new DocumentNode.Mapping(entries, line, column);
    }

    private DocumentNode ReadAlias()
    {
        var alias = _parser.Consume<AnchorAlias>();
        if (!_anchors.TryGetValue(alias.Value, out var meant))
            throw new SemanticErrorException(alias.Start, alias.End, "An alias names an anchor that does not stand before it in its document");
        Count(alias, meant.Values);
        return meant.Node;
    }

    private void Count(ParsingEvent at, int values)
    {
        _values += values;
        if (_values > MaxValues)
            throw new SemanticErrorException(at.Start, at.End, $"The document stands for more than {MaxValues} values");
    }

    // Without a tag, or with one that says what is read anyway; "!!binary" and others mean something else.
    private static void CheckTag(NodeEvent node)
    {
        const string Core = "tag:yaml.org,2002:";
        if (node.Tag.IsEmpty || node.Tag.IsNonSpecific)
            return;
        if (!node.Tag.Value.StartsWith(Core, StringComparison.Ordinal) || node.Tag.Value[Core.Length..] is not ("str" or "int" or "float" or "bool" or "null" or "timestamp" or "seq" or "map"))
            throw new SemanticErrorException(node.Start, node.End, "A tag is not understood. Leave it out");
    }

    private bool Fail(int line, int column, string detail)
    {
        errors.Add(new DocumentError(detail, file, Line: line + firstLine - 1, Column: column));
        return false;
    }
}
