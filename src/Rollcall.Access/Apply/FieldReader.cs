using System.Globalization;
using Rollcall.Scim;

namespace Rollcall.Access.Apply;

/// <summary>
/// Reads the values of one mapping of a document by key. What has the wrong shape is noted as an error and read as absent; in
/// the end <see cref="End"/> notes every key that nobody asked for.
/// </summary>
/// <param name="node">The mapping; null reads as an empty one.</param>
/// <param name="path">Where it stands in the document, such as <c>spec.grants</c>; empty for the document itself.</param>
/// <param name="document">The document that it belongs to, which takes the errors.</param>
internal sealed class FieldReader(DocumentNode? node, string path, DocumentContext document)
{
    private readonly List<string> _known = [];
    private readonly List<string> _ignored = [];
    private readonly DocumentNode.Mapping? _mapping = document.Shape<DocumentNode.Mapping>(node, path, "a mapping");

    /// <summary>Names keys that are understood and have nothing to say here.</summary>
    public void Ignore(params ReadOnlySpan<string> keys) => _ignored.AddRange(keys);

    /// <summary>The value of a key; null where it is absent or stands for nothing.</summary>
    public DocumentNode? Take(string key)
    {
        _known.Add(key);
        return _mapping?.Entries.FirstOrDefault(entry => entry.Key.Text == key).Value is { } value and not DocumentNode.Scalar { IsNull: true } ? value : null;
    }

    /// <summary>A text; null where there is none. Numbers and truth values are taken as they are written.</summary>
    public string? Text(string key) => Text(Take(key), PathOf(key));

    /// <summary>A mapping below this one.</summary>
    public FieldReader Below(string key) => new(Take(key), PathOf(key), document);

    /// <summary>A list of mappings.</summary>
    public IEnumerable<FieldReader> Items(string key) => Elements(Take(key), PathOf(key)).Select((item, index) => new FieldReader(item, $"{PathOf(key)}[{index}]", document));

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string> Texts(string key) => Texts(Take(key), PathOf(key));

    /// <summary>Texts by key.</summary>
    public IReadOnlyDictionary<string, string> TextsByKey(string key) =>
        Entries(key).ToDictionary(entry => entry.Key.Text, entry => Text(entry.Value, $"{PathOf(key)}.{entry.Key.Text}") ?? "", StringComparer.Ordinal);

    /// <summary>Lists of texts by key.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ListsByKey(string key) =>
        Entries(key).ToDictionary(entry => entry.Key.Text, entry => Texts(entry.Value, $"{PathOf(key)}.{entry.Key.Text}"), StringComparer.Ordinal);

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
    public void Fault(string key, string detail)
    {
        var entry = _mapping?.Entries.FirstOrDefault(entry => entry.Key.Text == key);
        document.Fault(entry?.Value ?? node, PathOf(key), detail);
    }

    /// <summary>Notes the keys that nobody asked for.</summary>
    public void End()
    {
        foreach (var (key, _) in _mapping?.Entries.Where(entry => !_known.Contains(entry.Key.Text) && !_ignored.Contains(entry.Key.Text)) ?? [])
            document.Fault(key, PathOf(key.Text), $"This key is not known here. Remove it or correct its name; known are: {string.Join(", ", _known)}.");
    }

    private string PathOf(string key) => path.Length == 0 ? key : string.Create(CultureInfo.InvariantCulture, $"{path}.{key}");

    private string? Text(DocumentNode? value, string at) => document.Shape<DocumentNode.Scalar>(value, at, "a text") is { IsNull: false } scalar ? scalar.Text : null;

    private IReadOnlyList<string> Texts(DocumentNode? value, string at) => [.. Elements(value, at).Select((item, index) => Text(item, $"{at}[{index}]") ?? "")];

    private IReadOnlyList<DocumentNode> Elements(DocumentNode? value, string at) =>
        value is DocumentNode.Scalar { IsNull: true } ? [] : document.Shape<DocumentNode.Sequence>(value, at, "a list")?.Items ?? [];

    private IReadOnlyList<(DocumentNode.Scalar Key, DocumentNode Value)> Entries(string key) =>
        document.Shape<DocumentNode.Mapping>(Take(key), PathOf(key), "a mapping")?.Entries ?? [];
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

    /// <summary>The value if it has the shape that is wanted; else null, with an error if there is one.</summary>
    public T? Shape<T>(DocumentNode? value, string field, string wanted) where T : DocumentNode
    {
        if (value is null or T)
            return value as T;
        Fault(value, field.Length == 0 ? null : field, $"This is {value.What}, where {wanted} is needed.");
        return null;
    }
}
