using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Scim.Paths;
using Rollcall.Scim.Schemas;

namespace Rollcall.Scim;

/// <summary>
/// What named clients send that the RFCs don't allow, each shape in one method, mapped to what it means. All are off
/// where <see cref="Resources.ReaderOptions.Strict"/> is set; then such input is refused with the fault of the rule it
/// breaks. None changes its arguments.
/// </summary>
internal static class ClientQuirks
{
    /// <summary>
    /// Microsoft Entra ID sends booleans as text, <c>"active": "False"</c>, unless its tenant URL carries the flag
    /// <c>aadOptscim062020</c>; its validator sends <c>"primary": "true"</c> (RFC 7643 §2.3.2 allows neither).
    /// </summary>
    /// <returns>Null if the value is not such a text.</returns>
    public static bool? BooleanText(JsonNode value)
    {
        if (value.GetValueKind() != JsonValueKind.String)
            return null;
        var text = value.GetValue<string>();
        if (text.Equals("true", StringComparison.OrdinalIgnoreCase))
            return true;
        return text.Equals("false", StringComparison.OrdinalIgnoreCase) ? false : null;
    }

    /// <summary>
    /// Microsoft Entra ID sends <c>"manager": "123456"</c>, its validator <c>"manager": [{"value": "123456"}]</c>, for
    /// <c>"manager": {"value": "123456"}</c>; blank text clears. The same goes for every complex value that has a
    /// <c>value</c>: some clients send roles and members as plain texts.
    /// </summary>
    public static JsonNode? BareValue(ScimAttribute attribute, JsonNode? value)
    {
        if (value is JsonArray { Count: 1 } array && !attribute.MultiValued)
            value = array[0];
        if (value?.GetValueKind() != JsonValueKind.String || attribute.Find("value") is null)
            return value;
        if (!attribute.MultiValued && string.IsNullOrWhiteSpace(value.GetValue<string>()))
            return null;
        var complex = ScimJson.NewObject();
        complex.Add("value", value.DeepClone());
        return complex;
    }

    /// <summary>
    /// Several clients send one object, or one text, where an array belongs: <c>"emails": {"value": "a@example.com"}</c>
    /// (RFC 7643 §2.4 wants an array).
    /// </summary>
    public static JsonNode? ValueInsteadOfArray(ScimAttribute attribute, JsonNode? value)
    {
        if (!attribute.MultiValued || value is null or JsonArray || (value is JsonValue && !TakesText(attribute, value)))
            return value;
        return new JsonArray(value.DeepClone());

        static bool TakesText(ScimAttribute attribute, JsonNode value) =>
            value.GetValueKind() == JsonValueKind.String
            && value.GetValue<string>().Length > 0
            && (attribute.Type != AttributeType.Complex || attribute.Find("value") is not null);
    }

    /// <summary>
    /// Users of SCIM-SDK (Captain-P-Goldfish/SCIM-SDK issue 201) send a complex value as the JSON text of an object:
    /// <c>"value": "{\"type\": \"work\", \"value\": \"a@example.com\"}"</c>.
    /// </summary>
    public static JsonNode? JsonText(ScimAttribute attribute, JsonNode? value) =>
        attribute.Type == AttributeType.Complex ? JsonText(value) : value;

    /// <inheritdoc cref="JsonText(ScimAttribute, JsonNode?)"/>
    public static JsonNode? JsonText(JsonNode? value)
    {
        if (value?.GetValueKind() != JsonValueKind.String)
            return value;
        var text = value.GetValue<string>();
        if (!text.AsSpan().TrimStart().StartsWith('{'))
            return value;
        try
        {
            return ScimJson.ParseObject(Encoding.UTF8.GetBytes(text));
        }
        catch (ScimException)
        {
            return value;
        }
    }

    /// <summary>
    /// Microsoft Entra ID's guide changes the manager by the path <c>manager</c>, without the URN of the extension that
    /// has it. A name that the base schema lacks means the writable attribute of that name of an extension, in bodies too.
    /// </summary>
    /// <returns>The path with the URN before it, or the path as it is.</returns>
    public static string UnqualifiedName(string path, ResourceType type)
    {
        var end = path.AsSpan().IndexOfAny('.', '[', ':');
        var name = end < 0 ? path : path[..end];
        if (type.Find(name) is not null)
            return path;
        foreach (var extension in type.Extensions)
        {
            if (extension.Schema.Find(name) is { Mutability: not Mutability.ReadOnly })
                return $"{extension.Schema.Id}:{path}";
        }
        return path;
    }

    /// <summary>
    /// Microsoft Entra ID, with the flag <c>aadOptscim062020</c>, sends changes without a path whose keys are paths:
    /// <c>{"name.givenName": "A", "urn:…:User:employeeNumber": "1", "emails[type eq "work"].value": "a@b"}</c>. Dotted and
    /// qualified names are resolved as all names are; this tells keys with a filter.
    /// </summary>
    public static bool IsPathAsKey(string key) => key.Contains('[', StringComparison.Ordinal);

    /// <summary>
    /// SailPoint's delta aggregation is documented with a filter on a bare <c>lastModified</c>, which is an attribute of
    /// <c>meta</c>.
    /// </summary>
    public static string BareLastModified(string name) => name.Equals("lastModified", StringComparison.OrdinalIgnoreCase) ? "meta.lastModified" : name;

    /// <summary>
    /// SailPoint may send its flattened names as they are: <c>{"name.givenName": "A", "emails.value": "a@b"}</c>, and
    /// attributes of an extension by their full name, <c>"urn:…:User:department": "D"</c>. A part that is also there in
    /// its proper place wins.
    /// </summary>
    public static JsonObject FlattenedNames(JsonObject body, ResourceType type)
    {
        List<(AttributePath Path, JsonNode? Value)>? flattened = null;
        foreach (var (name, value) in body)
        {
            if (AttributePath.TryResolve(type, UnqualifiedName(name, type)) is { Leaf: { } leaf } path && (path.Sub is not null || path.Extension is not null || name.Length != leaf.Name.Length))
                (flattened ??= []).Add((path, value));
        }
        if (flattened is null)
            return body;
        var nested = (JsonObject)body.DeepClone();
        foreach (var (path, value) in flattened)
        {
            var owner = nested;
            if (path.Extension is { } extension)
                owner = Child(nested, extension.Id);
            if (owner is not null && path.Sub is not null)
                owner = path.Attribute!.MultiValued ? FirstElement(owner, path.Attribute.Name) : Child(owner, path.Attribute.Name);
            if (owner is not null && owner[path.Leaf!.Name] is null)
                owner[path.Leaf.Name] = value?.DeepClone();
        }
        return nested;
    }

    /// <summary>The object of that name, made where there is none; null where something else is in its place.</summary>
    private static JsonObject? Child(JsonObject owner, string name)
    {
        if (owner[name] is null)
            owner[name] = ScimJson.NewObject();
        return owner[name] as JsonObject;
    }

    private static JsonObject? FirstElement(JsonObject owner, string name)
    {
        if (owner[name] is null or JsonArray { Count: 0 })
            owner[name] = new JsonArray(ScimJson.NewObject());
        return owner[name] is JsonArray elements ? elements[0] as JsonObject : null;
    }
}
