using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Projections;

/// <summary>The attributes that a request names, resolved; unknown names are gone.</summary>
internal sealed class NameSet
{
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);

    /// <summary>Owners of what is named: "name" and, for attributes of extensions, the URN.</summary>
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);

    public static NameSet Empty { get; } = new();

    public bool IsEmpty => _named.Count == 0;

    /// <summary>Null where no name is given; an empty set where all are unknown.</summary>
    public static NameSet? Of(IReadOnlyList<string>? names, ResourceType type) =>
        names is null or { Count: 0 } ? null : Of(names.Select(name => AttributePath.TryResolve(type, name.Trim())).OfType<AttributePath>());

    public static NameSet Of(IEnumerable<AttributePath> paths)
    {
        var set = new NameSet();
        foreach (var path in paths)
        {
            set._named.Add(path.ToString());
            set._touched.Add(path.ToString());
            set._touched.Add((path with { Sub = null }).ToString());
            if (path.Extension is { } extension)
                set._touched.Add(extension.Id);
        }
        return set;
    }

    /// <summary>Whether the attribute is named, or its extension, or a part of it. A null attribute stands for the extension.</summary>
    public bool Touches(ScimSchema? extension, ScimAttribute? attribute) =>
        TouchesItself(extension, attribute) || NamesExtension(extension);

    /// <summary>Whether the attribute is named, or a part of it; naming its extension is not enough.</summary>
    public bool TouchesItself(ScimSchema? extension, ScimAttribute? attribute) => _touched.Contains(Text(extension, attribute, null));

    /// <summary>Whether it is named, itself or by what it is part of.</summary>
    public bool Names(ScimSchema? extension, ScimAttribute? attribute, ScimAttribute? sub) =>
        NamesItself(extension, attribute, sub) || NamesItself(extension, attribute, null) || NamesExtension(extension);

    /// <summary>Whether its own name is among those given.</summary>
    public bool NamesItself(ScimSchema? extension, ScimAttribute? attribute, ScimAttribute? sub) =>
        _named.Contains(Text(extension, attribute, sub));

    private bool NamesExtension(ScimSchema? extension) => extension is not null && _named.Contains(extension.Id);

    private static string Text(ScimSchema? extension, ScimAttribute? attribute, ScimAttribute? sub) => new AttributePath(extension, attribute, sub).ToString();
}
