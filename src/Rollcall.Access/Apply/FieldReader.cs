using System.Globalization;
using Rollcall.Scim;

namespace Rollcall.Access.Apply;

/// <summary>
/// Reads the values of one mapping of a document by key. What has the wrong shape is noted as an error and read as absent; in
/// the end <see cref="End"/> notes every key that nobody asked for.
/// </summary>
internal sealed class FieldReader
{
    private readonly DocumentContext _document;
    private readonly DocumentNode? _node;
    private readonly DocumentNode.Mapping? _mapping;
    private readonly FieldReader? _parent;
    private readonly string _key;
    private readonly int? _index;
    private readonly List<string> _known = [];
    private readonly List<string> _ignored = [];

    /// <summary>Reads a document.</summary>
    /// <param name="node">The document's value.</param>
    /// <param name="document">The document, which takes the errors.</param>
    public FieldReader(DocumentNode node, DocumentContext document) : this(node, document, null, "", null)
    {
    }

    private FieldReader(DocumentNode? node, DocumentContext document, FieldReader? parent, string key, int? index)
    {
        (_node, _document, _parent, _key, _index) = (node, document, parent, key, index);
        _mapping = node as DocumentNode.Mapping;
        if (node is not null && _mapping is null)
            WrongShape(node, parent is null ? null : Path, "a mapping");
    }

    // Most documents are right: where a value stands is put together only to be told.
    private string Path => _parent is null ? "" : _index is { } index ? string.Create(CultureInfo.InvariantCulture, $"{_parent.PathOf(_key)}[{index}]") : _parent.PathOf(_key);

    /// <summary>Names keys that are understood and have nothing to say here.</summary>
    public void Ignore(params ReadOnlySpan<string> keys) => _ignored.AddRange(keys);

    /// <summary>A text; null where there is none. Numbers and truth values are taken as they are written.</summary>
    public string? Text(string key) => Text(Take(key), key);

    /// <summary>A mapping below this one; an absent one reads as an empty one.</summary>
    public FieldReader Below(string key) => new(Take(key), _document, this, key, null);

    /// <summary>A list of mappings.</summary>
    public IEnumerable<FieldReader> Items(string key) => Elements(Take(key), key).Select((item, index) => new FieldReader(item, _document, this, key, index));

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string> Texts(string key) => Texts(Take(key), key, null);

    /// <summary>Texts by key.</summary>
    public IReadOnlyDictionary<string, string> TextsByKey(string key) =>
        Entries(key).ToDictionary(entry => entry.Key.Text, entry => Text(entry.Value, key, entry.Key.Text) ?? "", StringComparer.Ordinal);

    /// <summary>Lists of texts by key.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ListsByKey(string key) =>
        Entries(key).ToDictionary(entry => entry.Key.Text, entry => Texts(entry.Value, key, entry.Key.Text), StringComparer.Ordinal);

    /// <summary>A time (RFC 3339); null where there is none, or the year 1, which Go writes for none.</summary>
    public DateTimeOffset? Time(string key)
    {
        if (Text(key) is not { Length: > 0 } text)
            return null;
        if (ScimDateTime.TryParse(text, strict: true, out var time))
            return time.Year == 1 ? null : time;
        Fault(key, "This is no time. Write it as 2027-06-30T18:00:00Z.");
        return null;
    }

    /// <summary>Notes that a value is wrong.</summary>
    public void Fault(string key, string detail) => _document.Fault(Find(key) ?? _node, PathOf(key), detail);

    /// <summary>Notes the keys that nobody asked for.</summary>
    public void End()
    {
        foreach (var (key, _) in _mapping?.Entries ?? [])
        {
            if (!_known.Contains(key.Text) && !_ignored.Contains(key.Text))
                _document.Fault(key, PathOf(key.Text), $"This key is not known here. Remove it or correct its name; known are: {string.Join(", ", _known)}.");
        }
    }

    private DocumentNode? Take(string key)
    {
        _known.Add(key);
        return Find(key) is { } value and not DocumentNode.Scalar { IsNull: true } ? value : null;
    }

    private DocumentNode? Find(string key)
    {
        foreach (var (name, value) in _mapping?.Entries ?? [])
        {
            if (name.Text == key)
                return value;
        }
        return null;
    }

    private string PathOf(string key, string? below = null, int? index = null)
    {
        var path = Path;
        return $"{path}{(path.Length == 0 ? "" : ".")}{key}{(below is null ? "" : $".{below}")}{(index is { } number ? string.Create(CultureInfo.InvariantCulture, $"[{number}]") : "")}";
    }

    private string? Text(DocumentNode? value, string key, string? below = null, int? index = null)
    {
        if (value is DocumentNode.Scalar scalar)
            return scalar.IsNull ? null : scalar.Text;
        if (value is not null)
            WrongShape(value, PathOf(key, below, index), "a text");
        return null;
    }

    private IReadOnlyList<string> Texts(DocumentNode? value, string key, string? below)
    {
        var items = Elements(value, key, below);
        var texts = new List<string>(items.Count);
        for (var i = 0; i < items.Count; i++)
            texts.Add(Text(items[i], key, below, i) ?? "");
        return texts;
    }

    private IReadOnlyList<DocumentNode> Elements(DocumentNode? value, string key, string? below = null)
    {
        if (value is DocumentNode.Sequence sequence)
            return sequence.Items;
        if (value is not (null or DocumentNode.Scalar { IsNull: true }))
            WrongShape(value, PathOf(key, below), "a list");
        return [];
    }

    private IReadOnlyList<(DocumentNode.Scalar Key, DocumentNode Value)> Entries(string key)
    {
        var value = Take(key);
        if (value is DocumentNode.Mapping mapping)
            return mapping.Entries;
        if (value is not null)
            WrongShape(value, PathOf(key), "a mapping");
        return [];
    }

    private void WrongShape(DocumentNode value, string? path, string wanted) => _document.Fault(value, path, $"This is {value.What}, where {wanted} is needed.");
}

/// <summary>A document that is being read: takes the errors and says where they are.</summary>
internal sealed class DocumentContext(DocumentPlace place, DocumentErrors errors)
{
    /// <summary>Where it stands.</summary>
    public DocumentPlace Place => place;

    /// <summary>Its kind, once it is known.</summary>
    public string? Kind { get; set; }

    /// <summary>The name in its metadata, once it is known.</summary>
    public string? Name { get; set; }

    /// <summary>Whether anything in it is wrong.</summary>
    public bool HasFaults { get; private set; }

    /// <summary>Notes that a value is wrong.</summary>
    /// <param name="at">The value, or what it should stand in; null for the document.</param>
    /// <param name="field">Which value.</param>
    /// <param name="detail">What is wrong and what to do.</param>
    public void Fault(DocumentNode? at, string? field, string detail)
    {
        HasFaults = true;
        errors.Add(new DocumentError(detail, place.File, place.Number, at?.Line ?? place.Line, at?.Column ?? place.Column, Kind, Name, field));
    }
}
