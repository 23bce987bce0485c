using Rollcall.Scim.Schemas;

namespace Rollcall.Scim.Paths;

/// <summary>
/// A path in attribute notation (RFC 7644 §3.10) resolved against a resource type: <c>userName</c>,
/// <c>name.givenName</c>, <c>urn:…:enterprise:2.0:User:manager.value</c>, or a whole extension by its URN.
/// </summary>
/// <param name="Extension">The extension's schema, or null for the base schema and the common attributes.</param>
/// <param name="Attribute">The attribute; null where the path names a whole extension.</param>
/// <param name="Sub">The sub-attribute, or null.</param>
public sealed record AttributePath(ScimSchema? Extension, ScimAttribute? Attribute, ScimAttribute? Sub)
{
    /// <summary>What the path points to: the sub-attribute if there is one, else the attribute; null for a whole extension.</summary>
    public ScimAttribute? Leaf => Sub ?? Attribute;

    /// <summary>The path as the schemas write it.</summary>
    public override string ToString() => (Extension, Attribute, Sub) switch
    {
        ({ } extension, null, _) => extension.Id,
        (null, { } attribute, null) => attribute.Name,
        (null, { } attribute, { } sub) => $"{attribute.Name}.{sub.Name}",
        ({ } extension, { } attribute, null) => $"{extension.Id}:{attribute.Name}",
        ({ } extension, { } attribute, { } sub) => $"{extension.Id}:{attribute.Name}.{sub.Name}",
        _ => "",
    };

    /// <summary>
    /// Resolves a path. Names and URNs match in any case; the base schema's URN may stand before its attributes.
    /// </summary>
    /// <returns>Null if the path is malformed or names nothing of this resource type.</returns>
    public static AttributePath? TryResolve(ResourceType type, ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("urn:", StringComparison.OrdinalIgnoreCase))
            return ResolveIn(type.Find, null, text);
        if (StripUrn(type.Schema.Id, text, out var rest))
            return rest.IsEmpty ? null : ResolveIn(type.Find, null, rest);
        foreach (var extension in type.Extensions)
        {
            if (StripUrn(extension.Schema.Id, text, out rest))
                return rest.IsEmpty ? new AttributePath(extension.Schema, null, null) : ResolveIn(extension.Schema.Find, extension.Schema, rest);
        }
        return null;
    }

    private delegate ScimAttribute? Finder(ReadOnlySpan<char> name);

    private static AttributePath? ResolveIn(Finder find, ScimSchema? extension, ReadOnlySpan<char> text)
    {
        var dot = text.IndexOf('.');
        var attribute = find(dot < 0 ? text : text[..dot]);
        if (attribute is null)
            return null;
        if (dot < 0)
            return new AttributePath(extension, attribute, null);
        var sub = attribute.Find(text[(dot + 1)..]);
        return sub is null ? null : new AttributePath(extension, attribute, sub);
    }

    /// <summary>Takes "urn" or "urn:" off the front; the URN itself holds colons and dots, so splitting won't do.</summary>
    private static bool StripUrn(string urn, ReadOnlySpan<char> text, out ReadOnlySpan<char> rest)
    {
        rest = default;
        if (!text.StartsWith(urn, StringComparison.OrdinalIgnoreCase))
            return false;
        if (text.Length == urn.Length)
            return true;
        rest = text[(urn.Length + 1)..];
        return text[urn.Length] == ':' && !rest.IsEmpty;
    }
}
