using System.Text.Json.Nodes;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Projections;

/// <summary>
/// Which attributes a response carries (RFC 7643 §7 "returned", RFC 7644 §3.9): by default, only those named, or all but
/// those named. <c>id</c> and <c>schemas</c> always; <c>meta</c> where nothing narrows, or when it is named.
/// </summary>
public sealed class Projection
{
    private readonly ResourceType _type;
    private readonly NameSet? _only;
    private readonly NameSet? _without;
    private readonly NameSet _requested;

    private Projection(ResourceType type, NameSet? only, NameSet? without, NameSet requested)
    {
        _type = type;
        _only = only;
        _without = without;
        _requested = requested;
    }

    /// <summary>
    /// Whether the request asked for nothing special, so that a stored document, which never holds attributes that are
    /// returned on request only, can be sent as it is.
    /// </summary>
    public bool IsDefault => _only is null && _without is null && _requested.IsEmpty;

    /// <summary>The projection of a request that names no attributes.</summary>
    public static Projection Default(ResourceType type) => new(type, null, null, NameSet.Empty);

    /// <summary>
    /// Reads the query parameters: names in attribute notation, separated by commas. Names match in any case; unknown ones
    /// are ignored; a blank parameter counts as absent.
    /// </summary>
    /// <exception cref="ScimException"><c>invalidValue</c> where both are given: they exclude each other (RFC 7644 §3.9).</exception>
    public static Projection Parse(string? attributes, string? excludedAttributes, ResourceType type) =>
        Create(Split(attributes), Split(excludedAttributes), type);

    /// <summary>Makes a projection of lists of names, as a SearchRequest has them (RFC 7644 §3.4.3); an empty list counts as absent.</summary>
    /// <inheritdoc cref="Parse"/>
    public static Projection Create(IReadOnlyList<string>? attributes, IReadOnlyList<string>? excludedAttributes, ResourceType type)
    {
        var only = NameSet.Of(attributes, type);
        var without = NameSet.Of(excludedAttributes, type);
        if (only is not null && without is not null)
            throw ScimException.InvalidValue("\"attributes\" and \"excludedAttributes\" exclude each other; send one of them.");
        return new Projection(type, only, without, only ?? NameSet.Empty);
    }

    /// <summary>
    /// This projection, which also returns those of <paramref name="written"/> that are returned on request only: the
    /// client wrote them in this very request (RFC 7643 §7). No effect where the request names what it wants.
    /// </summary>
    public Projection WithWritten(IEnumerable<AttributePath> written) =>
        _only is not null ? this : new Projection(_type, _only, _without, NameSet.Of(written.Where(path => path.Leaf?.Returned == Returned.Request)));

    /// <summary>
    /// Whether a response may carry the attribute or part of it, so that what is never sent need not be loaded; false for
    /// names that are none.
    /// </summary>
    public bool Includes(string name) => AttributePath.TryResolve(_type, name) is { } path && Includes(path);

    /// <inheritdoc cref="Includes(string)"/>
    public bool Includes(AttributePath path) => (path.Attribute, path.Sub) switch
    {
        (null, _) => IncludesExtension(path.Extension!),
        ({ } attribute, null) => IncludesAttribute(path.Extension, attribute),
        ({ } attribute, { } sub) => IncludesAttribute(path.Extension, attribute) && IncludesSub(path.Extension, attribute, sub),
    };

    /// <summary>The resource as the response carries it: a copy, in the order of <paramref name="resource"/>.</summary>
    /// <param name="resource">A resource in canonical form, with <c>id</c> and <c>meta</c>, and with what is returned on request where that <see cref="Includes(string)"/>.</param>
    public JsonObject Apply(JsonObject resource)
    {
        var result = ScimJson.NewObject();
        foreach (var (name, value) in resource)
        {
            if (_type.FindExtension(name) is { } extension)
                Add(result, name, value is JsonObject data && IncludesExtension(extension.Schema) ? Extension(extension.Schema, data) : null);
            else if (_type.Find(name) is { } attribute && IncludesAttribute(null, attribute))
                Add(result, name, Value(null, attribute, value));
        }
        return result;
    }

    private JsonObject Extension(ScimSchema schema, JsonObject data)
    {
        var result = ScimJson.NewObject();
        foreach (var (name, value) in data)
        {
            if (schema.Find(name) is { } attribute && IncludesAttribute(schema, attribute))
                Add(result, name, Value(schema, attribute, value));
        }
        return result;
    }

    private JsonNode? Value(ScimSchema? extension, ScimAttribute attribute, JsonNode? value)
    {
        if (attribute.Type != AttributeType.Complex)
            return value?.DeepClone();
        var parts = attribute.SubAttributes.Where(sub => IncludesSub(extension, attribute, sub)).ToList();
        if (value is not JsonArray elements)
            return value is JsonObject single ? Parts(single, attribute, parts) : null;
        var result = new JsonArray();
        foreach (var element in elements)
        {
            if (element is JsonObject complex && Parts(complex, attribute, parts) is { Count: > 0 } kept)
                result.Add(kept);
        }
        return result;
    }

    private static JsonObject Parts(JsonObject complex, ScimAttribute attribute, List<ScimAttribute> parts)
    {
        var result = ScimJson.NewObject();
        foreach (var (name, value) in complex)
        {
            if (attribute.Find(name) is { } sub && parts.Contains(sub))
                Add(result, name, value?.DeepClone());
        }
        return result;
    }

    private static void Add(JsonObject result, string name, JsonNode? value)
    {
        if (value is not (null or JsonArray { Count: 0 } or JsonObject { Count: 0 }))
            result.Add(name, value);
    }

    private bool IncludesExtension(ScimSchema schema)
    {
        if (_only is not null)
            return _only.Touches(schema, null);
        return _without?.Names(schema, null, null) != true;
    }

    private bool IncludesAttribute(ScimSchema? extension, ScimAttribute attribute) => attribute.Returned switch
    {
        Returned.Always => true,
        Returned.Never => false,
        Returned.Request => _requested.TouchesItself(extension, attribute),
        _ => _only?.Touches(extension, attribute) ?? _without?.Names(extension, attribute, null) != true,
    };

    /// <summary>Whether a sub-attribute is in the response, given that its attribute is.</summary>
    private bool IncludesSub(ScimSchema? extension, ScimAttribute attribute, ScimAttribute sub) => sub.Returned switch
    {
        Returned.Always => true,
        Returned.Never => false,
        Returned.Request => _requested.NamesItself(extension, attribute, sub),
        _ => _only?.Names(extension, attribute, sub) ?? _without?.NamesItself(extension, attribute, sub) != true,
    };

    private static List<string>? Split(string? names) =>
        string.IsNullOrWhiteSpace(names) ? null : [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}
